import type { FileKey, FileRecord, FoundFile, Republication } from './file';
import type { Scan } from './scan';

/** An errored row: its message was dead-lettered. */
export interface DeadLetter extends FileRecord {
  generation: number;
}

export interface DeadLetterFilter {
  scan?: string;
  /** The stable code of a reason, without its explanation. */
  reason?: string;
  /** Letters after this one, in the order of scans and of their rows; null for the first page. */
  after: FileKey | null;
  /** 1 … 1000 */
  limit: number;
}

/** How many rows are errored for a reason, those being redriven among them. */
export interface ReasonCount {
  reason: string;
  count: number;
}

/** What an operator asks for: dead letters are to be sent again, of one scan or all, for one reason or any. */
export interface NewRedrive {
  /** UUID, version 7. */
  id: string;
  scan: string | null;
  reason: string | null;
  /** The name of the API key that asked for it. */
  requestedBy: string | null;
  requestId: string | null;
}

/** A redrive as it is on record; times are epoch milliseconds. */
export interface Redrive extends NewRedrive {
  requestedAt: number;
  /** Letters that it was asked for when it was asked, those on their way again among them. */
  deadLetters: number;
  /** Letters that it has sent again so far, or ended anew. */
  redriven: number;
  endedAt: number | null;
}

export type CreatedRedrive =
  | { kind: 'created'; redrive: Redrive }
  | { kind: 'no-such-scan' }
  /** A scan that was cancelled moves nothing any more. */
  | { kind: 'cancelled' }
  /** Another scan, unfinished, may have the same files in its hands. */
  | { kind: 'overlaps'; scan: Scan };

/** A dead letter as a redrive looks at it. */
export interface Letter {
  seq: number;
  generation: number;
  path: string;
  /** The judged identity. */
  identity: string;
  /** Names of ours may be left of it: it is not to be judged anew before they are resolved. */
  held: boolean;
}

/** Dead letters of one scan. */
export interface Letters {
  scan: Scan;
  letters: Letter[];
}

/** A dead letter that is to be sent again: as its row stands, or judged anew. */
export interface Redriven {
  seq: number;
  /** The row's, when it was looked at: one that was redriven since is left alone. */
  generation: number;
  /** The file as it was read and judged now; null where the row's judgement stands. Its plan is `move` or `leave`. */
  judged: FoundFile | null;
}

/** The part of the ledger that is about dead letters and sending them again. */
export interface DeadLetterRecord {
  /** One page of errored rows, in the order of their scans and numbers: any page costs what its rows cost. */
  deadLetters(filter: DeadLetterFilter): Promise<DeadLetter[]>;
  /** Errored rows by the code of their reason, the most frequent first; of one scan, or of all. */
  deadLetterReasons(scan: string | null): Promise<ReasonCount[]>;
  /**
   * Records that letters are to be sent again, and changes none yet: {@link nextLetters} and {@link redrive} do, piece by piece. The same
   * id again is answered as it stands.
   */
  createRedrive(redrive: NewRedrive): Promise<CreatedRedrive>;
  /** Newest first; `cursor` is the id of the last redrive of the page before (one that is no redrive's gives nothing). */
  redrives(page: { limit: number; cursor?: string }): Promise<Redrive[]>;
  /** The redrive where there is something left to do, noting that somebody is at it; null where there is none, or it has ended. */
  takeRedrive(id: string): Promise<Redrive | null>;
  /**
   * The next letters of a redrive, all of one scan, that nobody has sent again; null where none is left. Left out are scans that were
   * cancelled, and those that overlap an unfinished one, which may have the same files in its hands.
   */
  nextLetters(redrive: string, limit: number): Promise<Letters | null>;
  /**
   * Sends letters of one scan again, up to the number `upTo`, which this redrive then has behind it: each that still is errored and was not redriven since gets
   * the next generation, attempts that count from 0, and, where it was judged anew, that judgement. It stays errored until its new end,
   * and is open from now on; one that is to move nothing any more ends here and now. Returns what is to be published; the same call again returns nothing, and what was not
   * published is for `republish`. None where the scan was cancelled, or another that overlaps it was begun, meanwhile.
   */
  redrive(redrive: string, scan: string, upTo: number, letters: Redriven[]): Promise<Republication[]>;
  /** Nothing is left of it. Idempotent. */
  endRedrive(id: string): Promise<void>;
  /** Redrives that did not end and whose last act was before `before`; marks them as seen now. */
  redrivesToGoOn(before: number): Promise<Redrive[]>;
}
