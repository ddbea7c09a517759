import type { DeadLetterFilter, NewRedrive, Redriven } from '../dead-letter';
import type { EpilogueRecord } from '../epilogue';
import type { EarlierFiles, HeadOfFile } from '../content';
import type { Assignment, ClaimedFile, Ending, FileFilter, FileKey, Unresolved } from '../file';
import type { IdempotencyKey, Ledger, Walk, WalkBatch } from '../ledger';
import type { Paused } from '../pause';
import type { NewScan, ScanState } from '../scan';
import { Claims } from './claims';
import { Completion } from './completion';
import { alike, copies, digested } from './contents';
import { Database, type DatabaseOptions } from './database';
import { deadLetterReasons, deadLetters } from './dead-letters';
import { Endings } from './endings';
import { Epilogues } from './epilogues';
import { Holders } from './holders';
import { migrate } from './migrate';
import { Publications } from './publications';
import { Reading } from './reading';
import { Redrives } from './redrives';
import { Redriving } from './redriving';
import { Scans } from './scans';
import { Sweeping } from './sweeping';
import { Walking, unlessLost } from './walking';

export interface PostgresLedgerOptions extends DatabaseOptions {
  /** Epoch milliseconds. */
  now: () => number;
}

/**
 * The ledger in a PostgreSQL database, for the processes of many machines.
 *
 * Two transactions never wait for each other in a circle: each locks what it needs in one order, `redrives`, `walks`, `publications`, `files` by
 * their keys, `numberings`, `tallies`, and `scans` last. Where the server finds a circle after all, or a constraint keeps what another did
 * meanwhile, the transaction is made again.
 *
 * Other than a file of this machine, the server may crash while its clients live on. So whatever a file on the disk relies on is
 * durable here, claims and endings too: an attempt that was forgotten would be given out twice.
 */
export class PostgresLedger implements Ledger {
  readonly #scans: Scans;
  readonly #walking: Walking;
  readonly #publications: Publications;
  readonly #claims: Claims;
  readonly #endings: Endings;
  readonly #holders: Holders;
  readonly #sweeping: Sweeping;
  readonly #epilogues: Epilogues;
  readonly #reading: Reading;
  readonly #redrives: Redrives;
  readonly #redriving: Redriving;

  private constructor(
    private readonly database: Database,
    private readonly now: () => number,
  ) {
    const completion = new Completion(now);
    this.#scans = new Scans(completion, now);
    this.#publications = new Publications(now);
    this.#walking = new Walking(this.#publications, completion, now);
    this.#claims = new Claims(now);
    this.#endings = new Endings(completion, now);
    this.#holders = new Holders(database, now);
    this.#sweeping = new Sweeping(now);
    this.#epilogues = new Epilogues(now);
    this.#reading = new Reading(database);
    this.#redrives = new Redrives(this.#scans, now);
    this.#redriving = new Redriving(this.#scans, this.#redrives, this.#publications, completion, now);
  }

  /** Makes the schema and brings it up to date where it may write. */
  static async open({ now, ...options }: PostgresLedgerOptions): Promise<PostgresLedger> {
    const database = new Database(options);
    try {
      await migrate(database, options.readOnly);
      return new PostgresLedger(database, now);
    } catch (error) {
      await database.close();
      throw error;
    }
  }

  close() {
    return this.database.close();
  }

  ping() {
    return this.database.write('healing', async (session) => {
      await session.run('UPDATE pings SET at = $1', this.now());
    });
  }

  createScan(scan: NewScan, key: IdempotencyKey | null) {
    return this.database.write('durable', (session) => this.#scans.create(session, scan, key));
  }

  replayed(key: IdempotencyKey) {
    return this.database.once((session) => this.#scans.madeWith(session, key));
  }

  announceScan(id: string) {
    return this.database.write('healing', (session) => this.#scans.announce(session, id));
  }

  voidScan(id: string) {
    return this.database.write('durable', (session) => this.#scans.void(session, id));
  }

  scan(id: string) {
    return this.database.once((session) => this.#scans.find(session, id));
  }

  scans(filter: { state?: ScanState; label?: string; limit: number; cursor?: string }) {
    return this.database.once((session) => this.#scans.list(session, filter));
  }

  cancelScan(id: string, by: string | null) {
    return this.database.write('durable', (session) => this.#scans.cancel(session, id, by));
  }

  endUnclaimed(scan: string, limit: number) {
    return this.database.write('durable', (session) => this.#endings.endUnclaimed(session, scan, limit));
  }

  completeScan(id: string) {
    return this.database.write('durable', (session) => this.#scans.complete(session, id));
  }

  takeWalk(scan: string) {
    return this.database.write('durable', (session) => this.#walking.take(session, scan));
  }

  openFolders(scan: string, limit: number) {
    return this.database.once((session) => this.#walking.openFolders(session, scan, limit));
  }

  recordedPaths(scan: string, paths: string[]) {
    return this.database.read((session) => this.#walking.recordedPaths(session, scan, paths));
  }

  record(walk: Walk, batch: WalkBatch) {
    return unlessLost(
      this.database.write('durable', (session) => this.#walking.record(session, walk, batch)),
      null,
    );
  }

  confirmPublication(scan: string, publication: number) {
    return this.database.write('healing', (session) => this.#walking.confirm(session, scan, publication));
  }

  unconfirmedPublications(scan: string, limit: number) {
    return this.database.read((session) => this.#publications.unconfirmed(session, scan, limit));
  }

  unsettled(scan: string, limit: number) {
    return this.database.once((session) => this.#walking.unsettled(session, scan, limit));
  }

  endWalk(walk: Walk, error: string | null) {
    return unlessLost(
      this.database.write('durable', (session) => this.#walking.end(session, walk, error)),
      false,
    );
  }

  alike(before: EarlierFiles, heads: HeadOfFile[]) {
    return this.database.read((session) => alike(session, before, heads));
  }

  copies(before: EarlierFiles, contents: (HeadOfFile & { digest: string })[]) {
    return this.database.read((session) => copies(session, before, contents));
  }

  digested(digests: (FileKey & { digest: string })[]) {
    return this.database.write('healing', (session) => digested(session, digests));
  }

  async claim(holder: string, assignments: Assignment[], maxAttempts: number) {
    const no = await this.#holders.numberOf(holder);
    return this.database.write('durable', (session) => this.#claims.claim(session, no, assignments, maxAttempts));
  }

  check(claims: (FileKey & { attempt: number; copyIdentity?: string })[]) {
    const copies = claims.some(({ copyIdentity }) => copyIdentity !== undefined);
    return copies
      ? this.database.write('durable', (session) => this.#claims.check(session, claims, 'FOR UPDATE'))
      : this.database.once((session) => this.#claims.check(session, claims, ''));
  }

  renumber(claim: ClaimedFile) {
    return this.database.write('durable', (session) => this.#claims.renumber(session, claim));
  }

  end(endings: Ending[]) {
    return this.database.write('durable', (session) => this.#endings.end(session, endings));
  }

  release(claims: (FileKey & { attempt: number; forgiven: boolean })[]) {
    return this.database.write('durable', (session) => this.#endings.release(session, claims));
  }

  lease(name: string, holder: string, milliseconds: number) {
    return this.#holders.lease(name, holder, milliseconds);
  }

  beat(holder: string, held: number, paused: Paused | null = null) {
    return this.#holders.beat(holder, held, paused);
  }

  leave(holder: string) {
    return this.#holders.leave(holder);
  }

  holders() {
    return this.#holders.alive();
  }

  unresolved(alive: string[], limit: number) {
    return this.database.once((session) => this.#sweeping.unresolved(session, alive, limit));
  }

  async claimUnresolved(holder: string, row: Unresolved) {
    const no = await this.#holders.numberOf(holder);
    return this.database.write('durable', (session) => this.#sweeping.claim(session, no, row));
  }

  resolve(claim: FileKey & { attempt: number }) {
    return this.database.once((session) => this.#endings.resolve(session, claim));
  }

  forgetSuperseded(claim: FileKey & { attempt: number }) {
    return this.database.once((session) => this.#endings.forgetSuperseded(session, claim));
  }

  republish(before: number, limit: number) {
    return this.database.write('durable', (session) => this.#publications.republish(session, before, limit));
  }

  scansToWalk(now: number, before: number) {
    return this.database.write('durable', (session) => this.#sweeping.scansToWalk(session, now, before));
  }

  scansToEnd() {
    return this.database.once((session) => this.#sweeping.scansToEnd(session));
  }

  scansToFinish(before: number, limit: number) {
    return this.database.once((session) => this.#epilogues.toFinish(session, before, limit));
  }

  claimEpilogue(scan: string) {
    return this.database.write('durable', (session) => this.#epilogues.claim(session, scan));
  }

  noteReasons(...[claim, identity]: Parameters<EpilogueRecord['noteReasons']>) {
    return this.database.write('durable', (session) => this.#epilogues.note(session, claim, identity));
  }

  endEpilogue(...[claim, end]: Parameters<EpilogueRecord['endEpilogue']>) {
    return this.database.write('durable', (session) => this.#epilogues.end(session, claim, end));
  }

  walkedFolders(scan: string, after: string | null, limit: number) {
    return this.database.once((session) => this.#epilogues.folders(session, scan, after, limit));
  }

  movedBeneath(scan: string, folders: string[]) {
    return this.database.once((session) => this.#epilogues.movedBeneath(session, scan, folders));
  }

  deadLetters(filter: DeadLetterFilter) {
    return this.database.once((session) => deadLetters(session, filter));
  }

  deadLetterReasons(scan: string | null) {
    return this.database.once((session) => deadLetterReasons(session, scan));
  }

  createRedrive(redrive: NewRedrive) {
    return this.database.write('durable', (session) => this.#redrives.create(session, redrive));
  }

  redrives(page: { limit: number; cursor?: string }) {
    return this.database.once((session) => this.#redrives.list(session, page));
  }

  takeRedrive(id: string) {
    return this.database.write('healing', (session) => this.#redrives.take(session, id));
  }

  nextLetters(redrive: string, limit: number) {
    return this.database.read((session) => this.#redrives.next(session, redrive, limit));
  }

  redrive(redrive: string, scan: string, upTo: number, letters: Redriven[]) {
    return this.database.write('durable', (session) => this.#redriving.redrive(session, redrive, scan, upTo, letters));
  }

  endRedrive(id: string) {
    return this.database.write('healing', (session) => this.#redrives.end(session, id));
  }

  redrivesToGoOn(before: number) {
    return this.database.write('healing', (session) => this.#redrives.toGoOn(session, before));
  }

  files(scan: string, filter: FileFilter) {
    return this.#reading.files(scan, filter);
  }

  summary(scan: string) {
    return this.#reading.summary(scan);
  }
}
