import type { FileFacts, Finding, Verdict } from '@assay/inspection';
import type { RecordedContent } from './content';
import type { Outcome, Priority, Scan } from './scan';

/** The key of a row: a scan's id and the file's number in it, 1 … found. */
export interface FileKey {
  scan: string;
  seq: number;
}

export interface RecordedInspection {
  facts: FileFacts;
  findings: Finding[];
  verdict: Verdict;
}

/**
 * A file as the walk found it. `path` is relative to the scan's directory.
 * `plan` says what is to become of it:
 * - `move`: the row is inserted `pending` and must be published. `destination` is absolute. Where another row of the scan
 *   plans it already, `number` takes the next free variant by `numbered`, `fail` inserts the row as `conflicted`.
 * - `leave`: the row ends at once as `left`; a destination, where given, is what a dry run planned (numbered likewise; where it may
 *   not be numbered, the row stays `left`, and its reason says which row takes the destination).
 * - `skip`: the row ends at once as `skipped`, not judged.
 */
export interface FoundFile {
  path: string;
  size: number | null;
  /** Epoch milliseconds. */
  modifiedAt: number | null;
  /** The judged identity (libs/files); null for what was not judged. */
  identity: string | null;
  inspection: RecordedInspection | null;
  /** By what the file is found when others are compared with it; absent where nothing compares, and then nothing is kept. */
  content?: RecordedContent | null;
  plan:
    | { kind: 'move'; action: 'accept' | 'quarantine'; destination: string; onConflict: 'fail' | 'number' }
    | {
        kind: 'leave';
        reason: string;
        planned?: { action: 'accept' | 'quarantine'; destination: string; onConflict: 'fail' | 'number' };
      }
    | { kind: 'skip'; reason: string };
}

/** A file seen while it was younger than the profile's quiet period: looked at again at the end of the walk. */
export interface UnsettledFile {
  path: string;
  identity: string;
  /** Epoch milliseconds when it was first seen. */
  seenAt: number;
}

/** What a message must name so that a file is placed: nothing else is believed of a message. */
export interface Assignment extends FileKey {
  /** Raised by each redrive; a message of an earlier generation does nothing. */
  generation: number;
  path: string;
}

/** The row as a claim gives it to its holder. */
export interface ClaimedFile extends Assignment {
  /** Unique among the claims of this row, rising; names of ours carry it. */
  attempt: number;
  action: 'accept' | 'quarantine';
  size: number;
  identity: string;
  destination: string;
  onConflict: 'fail' | 'number';
  /** The identity of the copy that an earlier attempt recorded before it was to be published, or null. */
  copyIdentity: string | null;
}

export type Claim =
  | { kind: 'claimed'; file: ClaimedFile }
  | {
      kind: 'refused';
      key: FileKey;
      /**
       * `unknown`: no such scan or row, or its path is another: the message was never ours.
       * `ended`, `stale` (an earlier generation), `cancelled`: nothing is to be done.
       * `exhausted`: more attempts than allowed; `attempt` is the row's own, to end it with.
       */
      why: 'unknown' | 'ended' | 'stale' | 'cancelled' | 'exhausted';
      attempt: number;
    };

/** How a claimed row ended. Applied only where the row still is open and `attempt` is still the row's. */
export interface Ending extends FileKey {
  attempt: number;
  outcome: Exclude<Outcome, 'pending' | 'skipped'>;
  /** A stable code, or `code: explanation`; null for accepted and quarantined. */
  reason: string | null;
  /**
   * True where no name of ours is left for this row, so that the holder is cleared with the outcome. False leaves the
   * row to {@link Ledger.unresolved}.
   */
  resolved: boolean;
}

export interface FileRecord extends FileKey {
  path: string;
  size: number | null;
  modifiedAt: number | null;
  mediaType: string | null;
  facts: FileFacts | null;
  findings: Finding[];
  verdict: Verdict | null;
  outcome: Outcome;
  reason: string | null;
  /** Errored, and open again: a redrive has sent it again and its new end is not written yet. */
  redriving: boolean;
  destination: string | null;
  /** Claims less those that were forgiven. */
  attempts: number;
  /** Epoch milliseconds. */
  updatedAt: number;
}

export interface FileFilter {
  outcome?: Outcome;
  verdict?: Verdict;
  /** Code of a finding. */
  code?: string;
  /** Prefix of the path. */
  path?: string;
  /** Rows after this number; 0 for the first page. */
  after: number;
  /** 1 … 1000 */
  limit: number;
}

export interface Summary {
  counts: Scan['counts'];
  /** Each counts files, the most frequent first: a finding that a file has twice counts once. */
  findings: { code: string; severity: 'must' | 'should'; count: number }[];
  mediaTypes: { mediaType: string; count: number }[];
  cameras: { make: string | null; model: string | null; count: number }[];
}

/** A row whose names of ours are to be resolved by the sweep. */
export interface Unresolved extends FileKey {
  attempt: number;
  outcome: Outcome;
  holder: string;
  /** True where its scan was cancelled: a row that is still open is then to be put back and ended as `left`. */
  cancelled: boolean;
}

/** Such a row as the sweep has claimed it. */
export interface ClaimedUnresolved extends ClaimedFile {
  outcome: Outcome;
  /** Pending, or errored and being redriven: it is to be ended. */
  open: boolean;
}

export interface Republication extends Assignment {
  priority: Priority;
  requestId: string | null;
}
