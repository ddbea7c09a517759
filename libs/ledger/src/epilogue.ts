import type { Scan } from './scan';

/** What was done once at the end of a scan, after it had finished. */
export interface Epilogue {
  /** Epoch milliseconds. */
  endedAt: number;
  /** The absolute path of the file of reasons; null where there is none. */
  reasons: string | null;
  /** Why not all of it could be done. */
  problem: string | null;
}

/** The right to do a scan's epilogue; lost as soon as another attempt is claimed. */
export interface EpilogueClaim {
  scan: Scan;
  /** From 1 on, rising; names of ours carry it. */
  attempt: number;
  /** The identity of the file of reasons that the latest attempt noted before it was to be published, or null. */
  reasonsIdentity: string | null;
}

type Claimed = Pick<EpilogueClaim, 'scan' | 'attempt'>;

/** The part of the ledger that what is done once at a scan's end needs. */
export interface EpilogueRecord {
  /**
   * Finished scans whose epilogue has not ended, in the order of their creation. Those of which a row is open again or unresolved wait, since its
   * outcome may change, but no longer than until they finished before `before`.
   */
  scansToFinish(before: number, limit: number): Promise<Scan[]>;
  /** Claims the epilogue of a finished scan, durably: next attempt. Null where it has ended, or there is no such scan that has finished. */
  claimEpilogue(scan: string): Promise<EpilogueClaim | null>;
  /** Notes, durably, the identity of the file of reasons that is to be published next. False where the claim no longer stands. Idempotent. */
  noteReasons(claim: Claimed, identity: string): Promise<boolean>;
  /** The epilogue is over, for good. False where the claim no longer stands, or it had ended. */
  endEpilogue(claim: Claimed, end: Omit<Epilogue, 'endedAt'>): Promise<boolean>;
  /**
   * Paths of the folders that the walk met beneath the scan's directory, without the directory itself; each once, in an order of the ledger's
   * own. `after`: the last path of the page before, null for the first page.
   */
  walkedFolders(scan: string, after: string | null, limit: number): Promise<string[]>;
  /** Those of these folders from which, or from beneath which, the scan has moved a file to its destination. */
  movedBeneath(scan: string, folders: string[]): Promise<Set<string>>;
}
