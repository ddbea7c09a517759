import type { DeadLetterRecord } from './dead-letter';
import type {
  Assignment,
  Claim,
  ClaimedFile,
  ClaimedUnresolved,
  Ending,
  FileFilter,
  FileKey,
  FileRecord,
  FoundFile,
  Republication,
  Summary,
  Unresolved,
  UnsettledFile,
} from './file';
import type { EpilogueRecord } from './epilogue';
import type { AlikeFiles, CopiesOfFile, EarlierFiles, HeadOfFile } from './content';
import type { Paused } from './pause';
import type { NewScan, Scan, ScanState } from './scan';

export type Created =
  | { kind: 'created'; scan: Scan }
  /** The key was used for the same body: the scan that it made. */
  | { kind: 'replayed'; scan: Scan }
  | { kind: 'key-reused' }
  | { kind: 'overlaps'; scan: Scan };

/** Who may ask with which key; kept for 24 h. `body` is a digest of the request's body. */
export interface IdempotencyKey {
  owner: string;
  key: string;
  body: string;
}

/** A walker's right to write; lost as soon as another walker takes the scan, or the scan stops scanning. */
export interface Walk {
  scan: string;
  epoch: number;
}

export interface OpenFolder {
  id: number;
  /** Relative to the scan's directory; `''` is the directory itself. */
  path: string;
}

/** What one transaction of a walk records. All of it or nothing. */
export interface WalkBatch {
  files: FoundFile[];
  /** Paths of folders that were met; those that are known already stay as they are. */
  folders: string[];
  unsettled: UnsettledFile[];
  /** Paths that were looked at again, to be taken off the unsettled. */
  settled: string[];
  /** Folders read to their end without error. */
  done: number[];
}

/** Rows of one transaction whose messages are to be published and confirmed together. */
export interface Publication {
  /** Names the publication within its scan. */
  id: number;
  assignments: Assignment[];
}

export interface Recorded {
  /** Rows inserted: those of paths that had none. */
  inserted: number;
  /** Ids of the folders that were new, in the order given; folders known before are left out. */
  folders: OpenFolder[];
  /** Null where no inserted row moves. */
  publication: Publication | null;
}

/** A process that places files, as it last said of itself. */
export interface Holder {
  name: string;
  /** Deliveries that it holds unsettled. */
  held: number;
  /** Epoch milliseconds. */
  seenAt: number;
  /** Why it places nothing for the moment, or null. */
  paused: Paused | null;
}

/**
 * The record of every scan and file: the only truth about what is to be done and what was done. Each method is one
 * transaction (or one read of one moment), unless it says otherwise. Several processes use one ledger at once.
 *
 * Errors: {@link LedgerUnavailable} (transient: locked past its deadline, unreachable, disk full) or a programming error.
 * Every method may be called again after an error whose effect is unknown; each says what that does.
 */
export interface Ledger extends EpilogueRecord, DeadLetterRecord {
  /** Ends the connection after what is under way. Idempotent. */
  close(): Promise<void>;
  /** Resolves when the ledger can be read and written now; throws {@link LedgerUnavailable} otherwise. */
  ping(): Promise<void>;

  // --- scans

  /**
   * Inserts a scan (`scheduled` with `startAt`, else `queued`) unless an unfinished scan overlaps it: one's directory equals, contains, or lies
   * in the other's directory, accept or quarantine; one that has redriven rows under way counts as unfinished. The key, where given, is looked at first. Void scans neither overlap nor replay.
   * The same id again is answered as `replayed`, so that a call whose reply was lost can be made again without a key.
   */
  createScan(scan: NewScan, key: IdempotencyKey | null): Promise<Created>;
  /**
   * What {@link createScan} would answer to this key alone, or null where the key is free: a retry is answered so, whatever has become of its
   * directory or profile since.
   */
  replayed(key: IdempotencyKey): Promise<Created | null>;
  /** Notes that the broker confirmed the scan's message. Idempotent. */
  announceScan(id: string): Promise<void>;
  /** The broker did not confirm: the scan never runs, is not listed, and its key is free again. False where it is walked already; true where there is no such scan. Idempotent. */
  voidScan(id: string): Promise<boolean>;
  /** Null where there is none, or it is void. */
  scan(id: string): Promise<Scan | null>;
  /** Newest first; `cursor` is the id of the last scan of the page before (a cursor that is no scan's gives nothing). */
  scans(filter: { state?: ScanState; label?: string; limit: number; cursor?: string }): Promise<Scan[]>;
  /**
   * Asks a scan to stop: its walk ends (every later write of its walker is refused), no row is claimed any more. Rows are ended by
   * {@link endUnclaimed}. Null where there is no such scan; a finished scan is returned as it is. Idempotent.
   */
  cancelScan(id: string, by: string | null): Promise<Scan | null>;
  /**
   * Ends up to `limit` rows of a cancelled scan that were never claimed, or not since they were redriven, as `left`, `cancelled`. Returns how
   * many; 0 when none is left.
   */
  endUnclaimed(scan: string, limit: number): Promise<number>;
  /**
   * The completion, as one conditional update: walk ended and nothing pending → `cancelled` where asked for, else `failed` where the walk
   * failed, else `completed`. Then recounts the rows once and sets `balanced`. Runs inside every transaction that could complete
   * a scan; callable at any time for what was missed. Idempotent.
   */
  completeScan(id: string): Promise<void>;

  // --- walking

  /** Takes the walk of a scan over from whoever has it. Null where there is nothing to walk: missing, void, cancelled, finished, walked to its end, or scheduled for later. */
  takeWalk(scan: string): Promise<{ walk: Walk; scan: Scan } | null>;
  /** The oldest open folders. */
  openFolders(scan: string, limit: number): Promise<OpenFolder[]>;
  /** Which of these paths have a row or are unsettled already. */
  recordedPaths(scan: string, paths: string[]): Promise<Set<string>>;
  /**
   * Null where the walk is no longer this walker's. Rows are inserted where their path has none, numbered on from `found`, never updated, so
   * that the same batch again inserts nothing and has no publication: that of the first call is then among {@link unconfirmedPublications}.
   * Notes that the walker lives, with an empty batch too: what {@link scansToWalk} goes by, so that a walker that waits says so.
   * Throws for a file that is to be moved and has no size or identity.
   */
  record(walk: Walk, batch: WalkBatch): Promise<Recorded | null>;
  /** Every message of the publication was confirmed. Notes that the walker lives. Idempotent. */
  confirmPublication(scan: string, publication: number): Promise<void>;
  /** Publications not confirmed, oldest first, each with its rows that are still pending. */
  unconfirmedPublications(scan: string, limit: number): Promise<Publication[]>;
  /** The oldest unsettled files. */
  unsettled(scan: string, limit: number): Promise<UnsettledFile[]>;
  /**
   * The walk is over: with `error` null where every folder is done (throws where a folder is open, a file unsettled or a publication
   * unconfirmed), else failed. False where the walk is no longer this walker's.
   */
  endWalk(walk: Walk, error: string | null): Promise<boolean>;

  // --- comparing

  /** What is known of each size and head: one answer for each, in their order. All of one moment. */
  alike(before: EarlierFiles, heads: HeadOfFile[]): Promise<AlikeFiles[]>;
  /** Rows that hold the same bytes: one answer for each, in their order. All of one moment. Rows whose digest is not known are not among them. */
  copies(before: EarlierFiles, contents: (HeadOfFile & { digest: string })[]): Promise<CopiesOfFile[]>;
  /** Keeps digests that were computed of rows recorded without; one that is known is never replaced. Rows without content are left out. Idempotent. */
  digested(digests: (FileKey & { digest: string })[]): Promise<void>;

  // --- placing

  /**
   * Claims rows for `holder`: each that is open (pending, or errored and being redriven), of the named generation and path, of a scan that is not cancelled,
   * and has fewer than `maxAttempts` attempts, gets the next attempt and this holder. One answer for each assignment, in
   * their order; a row named twice is claimed once, the second answer is `stale`. Rows are locked in the order of their keys.
   * Called again after a lost reply, it claims the next attempt; the lost one counts unless it is forgiven.
   */
  claim(holder: string, assignments: Assignment[], maxAttempts: number): Promise<Claim[]>;
  /**
   * The check before publishing: which claims still stand (attempt is the row's, row open, scan not cancelled). Records the identity of
   * copies of those that stand, durably. Idempotent.
   */
  check(claims: (FileKey & { attempt: number; copyIdentity?: string })[]): Promise<boolean[]>;
  /**
   * Writes the next numbered destination that no row of the scan plans into the claimed row, durably, and returns it; null where the claim no longer stands.
   * Each call gives another number. Throws where the row's `onConflict` is `fail`.
   */
  renumber(claim: ClaimedFile): Promise<string | null>;
  /**
   * Outcomes, one transaction: rows, counts, completion. True for each that is now recorded as this attempt's ending (also where it already was
   * before the call, with the same outcome); false where another attempt has the row, or it ended otherwise. A row that ended unresolved may be
   * ended anew by the attempt that has it, after completion too: its file turned out to be elsewhere than was thought.
   */
  end(endings: Ending[]): Promise<boolean[]>;
  /**
   * Gives rows back without an ending, before their messages go through the delay ladder. `forgiven`: the attempt does not count.
   * Does nothing where the row has ended, another attempt has it, or it was given back already. A row that was given back has no holder who
   * lives: where its scan is cancelled, it is for {@link unresolved}. Of an attempt that lost its row: its holder does nothing more with the file.
   */
  release(claims: (FileKey & { attempt: number; forgiven: boolean })[]): Promise<void>;

  // --- what the sweep needs

  /** Takes or renews a lease for `milliseconds`. False where another holder has it. */
  lease(name: string, holder: string, milliseconds: number): Promise<boolean>;
  /** A holder says that it lives, and whether it has paused (default: it has not). */
  beat(holder: string, held: number, paused?: Paused | null): Promise<void>;
  /** A holder leaves in order, and gives up its leases. */
  leave(holder: string): Promise<void>;
  holders(): Promise<Holder[]>;
  /**
   * Rows that hold names of ours though nobody works on them: ended unresolved, or of a cancelled scan, and given back or
   * their holder not among `alive`. Also rows that ended, or of a cancelled scan, of which an earlier attempt was superseded before it had given
   * the row back: it may have staged a file since and died with it. Never while a holder of any of its attempts is among `alive`, unless that gave it
   * back. In the order of their keys.
   */
  unresolved(alive: string[], limit: number): Promise<Unresolved[]>;
  /**
   * Claims one such row for the sweep, whatever its attempts and its scan's state: next attempt, this holder. Null where it changed since, as
   * its attempt and its outcome tell: who held it need not be known.
   * A sweep claims under a name that is never among `alive`, so that what it could not finish is found again.
   */
  claimUnresolved(holder: string, row: Unresolved): Promise<ClaimedUnresolved | null>;
  /** Names of ours of an ended row are resolved: clears its holder where the attempt is still the row's. Idempotent. */
  resolve(claim: FileKey & { attempt: number }): Promise<void>;
  /** The sweep has looked for what attempts up to this one left that were superseded: they are not looked for again. Idempotent. */
  forgetSuperseded(claim: FileKey & { attempt: number }): Promise<void>;
  /**
   * Open rows of confirmed publications last published (or given back) before `before`, whose scan is not cancelled; marks them as published now.
   * Publications that were never confirmed count as confirmed once their walk has ended (failed): nobody else would publish them.
   */
  republish(before: number, limit: number): Promise<Republication[]>;
  /** Scans to be walked whose walker wrote nothing since `before`, and scheduled ones due at `now` (which become queued); marks them as announced now. */
  scansToWalk(now: number, before: number): Promise<Scan[]>;
  /** Cancelled scans that are not finished or have redriven rows that nobody holds, and scans whose completion was missed. */
  scansToEnd(): Promise<Scan[]>;

  // --- reading

  /** One page by position; rows in the order of their numbers. None where there is no such scan. Filters that no index answers together may be read in several moments. */
  files(scan: string, filter: FileFilter): Promise<FileRecord[]>;
  /** Throws where there is no such scan. */
  summary(scan: string): Promise<Summary>;
}

/** The ledger can't be used now; trying again later may succeed. */
export class LedgerUnavailable extends Error {
  override readonly name = 'LedgerUnavailable';
}
