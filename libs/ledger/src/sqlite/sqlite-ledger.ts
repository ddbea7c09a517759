import type { Assignment, ClaimedFile, Ending, FileFilter, FileKey, Unresolved } from '../file';
import type { IdempotencyKey, Ledger, Walk, WalkBatch } from '../ledger';
import type { NewScan, ScanState } from '../scan';
import { Claims } from './claims';
import { Completion } from './completion';
import { Connection } from './connection';
import { Endings } from './endings';
import { Holders } from './holders';
import { Insertion } from './insertion';
import { migrate } from './migrate';
import { Numbering } from './numbering';
import { Publications } from './publications';
import { Reading } from './reading';
import { Scans } from './scans';
import { Sweeping } from './sweeping';
import { Walking } from './walking';

export interface SqliteLedgerOptions {
  /** The database's file; its folder exists. */
  file: string;
  /** Opens an existing ledger for reading alone: every method that writes then throws. */
  readOnly: boolean;
  /** Milliseconds that a call waits for other writers. */
  patience: number;
  /** Epoch milliseconds. */
  now: () => number;
}

/** The ledger in one SQLite file, for the processes of one machine. */
export class SqliteLedger implements Ledger {
  readonly #scans: Scans;
  readonly #completion: Completion;
  readonly #walking: Walking;
  readonly #publications: Publications;
  readonly #claims: Claims;
  readonly #endings: Endings;
  readonly #holders: Holders;
  readonly #sweeping: Sweeping;
  readonly #reading: Reading;

  private constructor(
    private readonly connection: Connection,
    private readonly now: () => number,
  ) {
    this.#completion = new Completion(connection, now);
    this.#scans = new Scans(connection, this.#completion, now);
    this.#publications = new Publications(connection, now);
    this.#holders = new Holders(connection, now);
    const numbering = new Numbering(connection);
    const insertion = new Insertion(connection, numbering, this.#completion, now);
    this.#walking = new Walking(connection, insertion, this.#publications, this.#completion, now);
    this.#claims = new Claims(connection, this.#holders, numbering, now);
    this.#endings = new Endings(connection, this.#completion, now);
    this.#sweeping = new Sweeping(connection, this.#holders, now);
    this.#reading = new Reading(connection);
  }

  /** Makes the file and brings its schema up to date where it may write. */
  static async open({ file, readOnly, patience, now }: SqliteLedgerOptions): Promise<SqliteLedger> {
    const connection = await Connection.open({ file, readOnly, patience });
    try {
      if (!readOnly) await migrate(connection);
      return await connection.read(() => new SqliteLedger(connection, now));
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  close() {
    return this.connection.close();
  }

  ping() {
    const { db } = this.connection;
    return this.connection.write('healing', () => {
      db.prepare('UPDATE pings SET at = ?').run(this.now());
    });
  }

  createScan(scan: NewScan, key: IdempotencyKey | null) {
    return this.connection.write('durable', () => this.#scans.create(scan, key));
  }

  replayed(key: IdempotencyKey) {
    return this.connection.read(() => this.#scans.madeWith(key));
  }

  announceScan(id: string) {
    return this.connection.write('healing', () => this.#scans.announce(id));
  }

  voidScan(id: string) {
    return this.connection.write('durable', () => this.#scans.void(id));
  }

  scan(id: string) {
    return this.connection.read(() => this.#scans.find(id));
  }

  scans(filter: { state?: ScanState; label?: string; limit: number; cursor?: string }) {
    return this.connection.read(() => this.#scans.list(filter));
  }

  cancelScan(id: string, by: string | null) {
    return this.connection.write('durable', () => this.#scans.cancel(id, by));
  }

  endUnclaimed(scan: string, limit: number) {
    return this.connection.write('healing', () => this.#endings.endUnclaimed(scan, limit));
  }

  completeScan(id: string) {
    return this.connection.write('durable', () => this.#scans.complete(id));
  }

  takeWalk(scan: string) {
    return this.connection.write('durable', () => this.#walking.take(scan));
  }

  openFolders(scan: string, limit: number) {
    return this.connection.read(() => this.#walking.openFolders(scan, limit));
  }

  recordedPaths(scan: string, paths: string[]) {
    return this.connection.read(() => this.#walking.recordedPaths(scan, paths));
  }

  record(walk: Walk, batch: WalkBatch) {
    return this.connection.write('durable', () => this.#walking.record(walk, batch));
  }

  confirmPublication(scan: string, publication: number) {
    return this.connection.write('healing', () => this.#walking.confirmPublication(scan, publication));
  }

  unconfirmedPublications(scan: string, limit: number) {
    return this.connection.read(() => this.#walking.unconfirmedPublications(scan, limit));
  }

  unsettled(scan: string, limit: number) {
    return this.connection.read(() => this.#walking.unsettled(scan, limit));
  }

  endWalk(walk: Walk, error: string | null) {
    return this.connection.write('durable', () => this.#walking.end(walk, error));
  }

  claim(holder: string, assignments: Assignment[], maxAttempts: number) {
    return this.connection.write('healing', () => this.#claims.claim(holder, assignments, maxAttempts));
  }

  check(claims: (FileKey & { attempt: number; copyIdentity?: string })[]) {
    const checked = () => this.#claims.check(claims);
    const copies = claims.some(({ copyIdentity }) => copyIdentity !== undefined);
    return copies ? this.connection.write('durable', checked) : this.connection.read(checked);
  }

  renumber(claim: ClaimedFile) {
    return this.connection.write('durable', () => this.#claims.renumber(claim));
  }

  end(endings: Ending[]) {
    return this.connection.write('healing', () => this.#endings.end(endings));
  }

  release(claims: (FileKey & { attempt: number; forgiven: boolean })[]) {
    return this.connection.write('healing', () => this.#endings.release(claims));
  }

  lease(name: string, holder: string, milliseconds: number) {
    return this.connection.write('healing', () => this.#holders.lease(name, holder, milliseconds));
  }

  beat(holder: string, held: number) {
    return this.connection.write('healing', () => this.#holders.beat(holder, held));
  }

  leave(holder: string) {
    return this.connection.write('healing', () => this.#holders.leave(holder));
  }

  holders() {
    return this.connection.read(() => this.#holders.alive());
  }

  unresolved(alive: string[], limit: number) {
    return this.connection.read(() => this.#sweeping.unresolved(alive, limit));
  }

  claimUnresolved(holder: string, row: Unresolved) {
    return this.connection.write('healing', () => this.#sweeping.claim(holder, row));
  }

  resolve(claim: FileKey & { attempt: number }) {
    return this.connection.write('healing', () => this.#endings.resolve(claim));
  }

  republish(before: number, limit: number) {
    return this.connection.write('healing', () => this.#publications.republish(before, limit));
  }

  scansToWalk(now: number, before: number) {
    return this.connection.write('healing', () => this.#sweeping.scansToWalk(now, before));
  }

  scansToEnd() {
    return this.connection.read(() => this.#sweeping.scansToEnd());
  }

  files(scan: string, filter: FileFilter) {
    return this.#reading.files(scan, filter);
  }

  summary(scan: string) {
    return this.connection.read(() => this.#reading.summary(scan));
  }
}
