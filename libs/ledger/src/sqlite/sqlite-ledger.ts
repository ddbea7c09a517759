import type { DeadLetterFilter, NewRedrive, Redriven } from '../dead-letter';
import type { EpilogueRecord } from '../epilogue';
import type { EarlierFiles, HeadOfFile } from '../content';
import type { Assignment, ClaimedFile, Ending, FileFilter, FileKey, Unresolved } from '../file';
import { type IdempotencyKey, type Ledger, LedgerUnavailable, type Walk, type WalkBatch } from '../ledger';
import type { Paused } from '../pause';
import type { NewScan, ScanState } from '../scan';
import { type Connection } from './connection';
import { Opened, type SqliteLedgerOptions } from './opened';

/**
 * The ledger in one SQLite file, for the processes of one machine. Where the file is moved away, every call fails until it is back; where another
 * is put in its place, that one is opened and the next calls go on with it.
 */
export class SqliteLedger implements Ledger {
  #reopening: Promise<void> | null = null;
  #closed = false;

  private constructor(
    private opened: Opened,
    private readonly options: SqliteLedgerOptions,
  ) {}

  /** Makes the file and brings its schema up to date where it may write. */
  static async open(options: SqliteLedgerOptions): Promise<SqliteLedger> {
    return new SqliteLedger(await Opened.open(options), options);
  }

  async close() {
    this.#closed = true;
    await this.#reopening;
    await this.opened.connection.close();
  }

  ping() {
    const { db } = this.connection;
    return this.connection.write('healing', () => {
      db.prepare('UPDATE pings SET at = ?').run(this.now());
    });
  }

  createScan(scan: NewScan, key: IdempotencyKey | null) {
    return this.connection.write('durable', () => this.opened.scans.create(scan, key));
  }

  replayed(key: IdempotencyKey) {
    return this.connection.read(() => this.opened.scans.madeWith(key));
  }

  announceScan(id: string) {
    return this.connection.write('healing', () => this.opened.scans.announce(id));
  }

  voidScan(id: string) {
    return this.connection.write('durable', () => this.opened.scans.void(id));
  }

  scan(id: string) {
    return this.connection.read(() => this.opened.scans.find(id));
  }

  scans(filter: { state?: ScanState; label?: string; limit: number; cursor?: string }) {
    return this.connection.read(() => this.opened.scans.list(filter));
  }

  cancelScan(id: string, by: string | null) {
    return this.connection.write('durable', () => this.opened.scans.cancel(id, by));
  }

  endUnclaimed(scan: string, limit: number) {
    return this.connection.write('healing', () => this.opened.endings.endUnclaimed(scan, limit));
  }

  completeScan(id: string) {
    return this.connection.write('durable', () => this.opened.scans.complete(id));
  }

  takeWalk(scan: string) {
    return this.connection.write('durable', () => this.opened.walking.take(scan));
  }

  openFolders(scan: string, limit: number) {
    return this.connection.read(() => this.opened.walking.openFolders(scan, limit));
  }

  recordedPaths(scan: string, paths: string[]) {
    return this.connection.read(() => this.opened.walking.recordedPaths(scan, paths));
  }

  record(walk: Walk, batch: WalkBatch) {
    return this.connection.write('durable', () => this.opened.walking.record(walk, batch));
  }

  confirmPublication(scan: string, publication: number) {
    return this.connection.write('healing', () => this.opened.walking.confirmPublication(scan, publication));
  }

  unconfirmedPublications(scan: string, limit: number) {
    return this.connection.read(() => this.opened.walking.unconfirmedPublications(scan, limit));
  }

  unsettled(scan: string, limit: number) {
    return this.connection.read(() => this.opened.walking.unsettled(scan, limit));
  }

  endWalk(walk: Walk, error: string | null) {
    return this.connection.write('durable', () => this.opened.walking.end(walk, error));
  }

  alike(before: EarlierFiles, heads: HeadOfFile[]) {
    return this.connection.read(() => this.opened.contents.alike(before, heads));
  }

  copies(before: EarlierFiles, contents: (HeadOfFile & { digest: string })[]) {
    return this.connection.read(() => this.opened.contents.copies(before, contents));
  }

  digested(digests: (FileKey & { digest: string })[]) {
    return this.connection.write('healing', () => this.opened.contents.digested(digests));
  }

  claim(holder: string, assignments: Assignment[], maxAttempts: number) {
    return this.connection.write('healing', () => this.opened.claims.claim(holder, assignments, maxAttempts));
  }

  check(claims: (FileKey & { attempt: number; copyIdentity?: string })[]) {
    const checked = () => this.opened.claims.check(claims);
    const copies = claims.some(({ copyIdentity }) => copyIdentity !== undefined);
    return copies ? this.connection.write('durable', checked) : this.connection.read(checked);
  }

  renumber(claim: ClaimedFile) {
    return this.connection.write('durable', () => this.opened.claims.renumber(claim));
  }

  end(endings: Ending[]) {
    return this.connection.write('healing', () => this.opened.endings.end(endings));
  }

  release(claims: (FileKey & { attempt: number; forgiven: boolean })[]) {
    return this.connection.write('healing', () => this.opened.endings.release(claims));
  }

  lease(name: string, holder: string, milliseconds: number) {
    return this.connection.write('healing', () => this.opened.holders.lease(name, holder, milliseconds));
  }

  beat(holder: string, held: number, paused: Paused | null = null) {
    return this.connection.write('healing', () => this.opened.holders.beat(holder, held, paused));
  }

  leave(holder: string) {
    return this.connection.write('healing', () => this.opened.holders.leave(holder));
  }

  holders() {
    return this.connection.read(() => this.opened.holders.alive());
  }

  unresolved(alive: string[], limit: number) {
    return this.connection.read(() => this.opened.sweeping.unresolved(alive, limit));
  }

  claimUnresolved(holder: string, row: Unresolved) {
    return this.connection.write('healing', () => this.opened.sweeping.claim(holder, row));
  }

  resolve(claim: FileKey & { attempt: number }) {
    return this.connection.write('healing', () => this.opened.endings.resolve(claim));
  }

  forgetSuperseded(claim: FileKey & { attempt: number }) {
    return this.connection.write('healing', () => this.opened.endings.forgetSuperseded(claim));
  }

  republish(before: number, limit: number) {
    return this.connection.write('healing', () => this.opened.publications.republish(before, limit));
  }

  scansToWalk(now: number, before: number) {
    return this.connection.write('healing', () => this.opened.sweeping.scansToWalk(now, before));
  }

  scansToEnd() {
    return this.connection.read(() => this.opened.sweeping.scansToEnd());
  }

  scansToFinish(before: number, limit: number) {
    return this.connection.read(() => this.opened.epilogues.toFinish(before, limit));
  }

  claimEpilogue(scan: string) {
    return this.connection.write('durable', () => this.opened.epilogues.claim(scan));
  }

  noteReasons(...[claim, identity]: Parameters<EpilogueRecord['noteReasons']>) {
    return this.connection.write('durable', () => this.opened.epilogues.note(claim, identity));
  }

  endEpilogue(...[claim, end]: Parameters<EpilogueRecord['endEpilogue']>) {
    return this.connection.write('durable', () => this.opened.epilogues.end(claim, end));
  }

  walkedFolders(scan: string, after: string | null, limit: number) {
    return this.connection.read(() => this.opened.epilogues.folders(scan, after, limit));
  }

  movedBeneath(scan: string, folders: string[]) {
    return this.connection.read(() => this.opened.epilogues.movedBeneath(scan, folders));
  }

  deadLetters(filter: DeadLetterFilter) {
    return this.connection.read(() => this.opened.deadLetters.page(filter));
  }

  deadLetterReasons(scan: string | null) {
    return this.connection.read(() => this.opened.deadLetters.reasons(scan));
  }

  createRedrive(redrive: NewRedrive) {
    return this.connection.write('durable', () => this.opened.redrives.create(redrive));
  }

  redrives(page: { limit: number; cursor?: string }) {
    return this.connection.read(() => this.opened.redrives.list(page));
  }

  takeRedrive(id: string) {
    return this.connection.write('healing', () => this.opened.redrives.take(id));
  }

  nextLetters(redrive: string, limit: number) {
    return this.connection.read(() => this.opened.redrives.next(redrive, limit));
  }

  redrive(redrive: string, scan: string, upTo: number, letters: Redriven[]) {
    return this.connection.write('durable', () => this.opened.redriving.redrive(redrive, scan, upTo, letters));
  }

  endRedrive(id: string) {
    return this.connection.write('healing', () => this.opened.redrives.end(id));
  }

  redrivesToGoOn(before: number) {
    return this.connection.write('healing', () => this.opened.redrives.toGoOn(before));
  }

  files(scan: string, filter: FileFilter) {
    return this.current.reading.files(scan, filter);
  }

  summary(scan: string) {
    return this.connection.read(() => this.opened.reading.summary(scan));
  }

  private get now() {
    return this.options.now;
  }

  /** What is open. Asking for it notices when another file has its place. */
  private get current(): Opened {
    if (!this.#closed && this.opened.connection.replaced) this.#reopening ??= this.#reopen();
    return this.opened;
  }

  private get connection(): Connection {
    return this.current.connection;
  }

  /** Calls fail until it has ended; where it fails, the next call begins it again. */
  async #reopen(): Promise<void> {
    try {
      const { connection } = this.opened;
      this.opened = await Opened.open(this.options);
      await connection.close();
    } catch (error) {
      if (!(error instanceof LedgerUnavailable)) throw error;
    } finally {
      this.#reopening = null;
    }
  }
}
