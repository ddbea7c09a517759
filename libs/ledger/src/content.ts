import type { FileKey } from './file';
import type { Outcome } from './scan';

/** Digests, as everywhere: `sha256:` and 64 hex digits. */
export interface RecordedContent {
  /** Of the file's first bytes (libs/files says how many). */
  head: string;
  /** Of every byte; null where it was not computed, since no file before had this size and head. */
  digest: string | null;
}

/**
 * Files that others are compared with. A row is known here where it was recorded with its {@link RecordedContent}: by a scan whose
 * profile compares files.
 */
export interface EarlierFiles {
  /** The rows of this scan, whatever became of them; null: none. */
  scan: string | null;
  /** The accepted rows of all other scans that had finished by then, epoch milliseconds; null: none. */
  finishedBy: number | null;
}

/** Size in bytes and digest of the head. */
export interface HeadOfFile {
  size: number;
  head: string;
}

/** A file that was recorded before, and where its bytes are to be found as far as the ledger knows. */
export interface EarlierFile extends FileKey {
  /** Of its scan, absolute. */
  directory: string;
  /** Relative to that directory. */
  path: string;
  outcome: Outcome;
  /** The row's own; names of ours carry it. */
  attempt: number;
  /** As judged. */
  identity: string;
  /** Of the copy that was made of it on its way to another device, or null. */
  copyIdentity: string | null;
  /** Absolute: planned or reached; null where it goes nowhere. */
  destination: string | null;
}

/** What the ledger knows of one size and head. */
export interface AlikeFiles {
  /** The scan has such a row. */
  scan: boolean;
  /** So do those that were accepted. */
  accepted: boolean;
  /** Those of both whose digest was not computed yet, in the order of their scans' making, then of their numbers; at most {@link MOST_UNDIGESTED}. */
  undigested: EarlierFile[];
}

export const MOST_UNDIGESTED = 100;

/** Rows of one size, head and digest: those of the scan by their numbers, the accepted ones by their scans' making, then their numbers; at most {@link MOST_COPIES} of each. */
export interface CopiesOfFile {
  scan: EarlierFile[];
  accepted: EarlierFile[];
}

/** One is enough, unless it turns out to be the very file that is compared. */
export const MOST_COPIES = 20;
