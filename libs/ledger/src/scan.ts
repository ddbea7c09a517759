import type { Epilogue } from './epilogue';

/** `failed`: the walk could not finish; what was published still ended. No finished state holds pending rows. */
export type ScanState = 'scheduled' | 'queued' | 'scanning' | 'moving' | 'completed' | 'cancelled' | 'failed';
export const FINISHED: readonly ScanState[] = ['completed', 'cancelled', 'failed'];

export type Priority = 'high' | 'normal' | 'low';

export type Outcome = 'pending' | 'accepted' | 'quarantined' | 'left' | 'skipped' | 'conflicted' | 'errored';
export const OUTCOMES: readonly Outcome[] = [
  'pending',
  'accepted',
  'quarantined',
  'left',
  'skipped',
  'conflicted',
  'errored',
];

/** `found` is the sum of the others at every moment: both change in the transaction that changes the rows. */
export type Counts = { found: number } & Record<Outcome, number>;

/** The profile as it was when the scan was created. `definition` is all that is needed to compile it again. */
export interface ScanProfile {
  name: string;
  version: string;
  /** `sha256:<hex>` of the profile's file. */
  digest: string;
  definition: unknown;
}

/** Everything that is said of a scan when it is created. Paths are absolute text as `decodePath` gives it. */
export interface NewScan {
  /** UUID, version 7. */
  id: string;
  directory: string;
  accept: string;
  quarantine: string;
  profile: ScanProfile;
  dryRun: boolean;
  priority: Priority;
  label: string | null;
  /** Epoch milliseconds; null: at once. */
  startAt: number | null;
  /** The name of the API key that asked for it. */
  requestedBy: string | null;
  /** The request's id, carried into messages and logs. */
  requestId: string | null;
}

/** Times are epoch milliseconds. */
export interface Scan extends NewScan {
  state: ScanState;
  counts: Counts;
  /** True once the scan has finished and its counts were found equal to a recount of its rows. */
  balanced: boolean;
  createdAt: number;
  /** When its message was confirmed by the broker; null until then. */
  announcedAt: number | null;
  startedAt: number | null;
  walkEndedAt: number | null;
  finishedAt: number | null;
  cancelRequestedAt: number | null;
  cancelRequestedBy: string | null;
  /** Why the walk could not finish. */
  error: string | null;
  /** Null until it has ended, which is after the scan has finished. */
  epilogue: Epilogue | null;
}
