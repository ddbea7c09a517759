import type { Holder } from './ledger';

/** Why no file is placed for the moment. */
export interface Paused {
  /** `assay`: a subscriber paused itself. */
  by: string;
  why: string;
  /** Epoch milliseconds. */
  since: number;
}

/** A holder says every few seconds at least that it lives: one that was not heard of for so long has died, and its pause with it. */
const SILENT_MS = 15_000;

/** The pause that began first among those of holders that live; null where none has paused. `now`: epoch milliseconds. */
export function pauseOf(holders: readonly Holder[], now: number): Paused | null {
  const pauses = holders.flatMap(({ paused, seenAt }) => (seenAt >= now - SILENT_MS ? (paused ?? []) : []));
  return pauses.sort((one, other) => one.since - other.since)[0] ?? null;
}
