import { type CountChange, changeValues, isBalanced } from '../count-change';
import type { Counts } from '../scan';
import { type Session } from './session';

/**
 * The counts of a scan and what follows from them, within a transaction of the caller: as its last act, since every batch of the scan waits
 * for this row.
 */
export class Completion {
  constructor(private readonly now: () => number) {}

  /**
   * Applies the change, and completes the scan where that was the last pending row. With an epoch, only where the walk still is that walker's:
   * false where it is not.
   */
  async count(session: Session, no: number, change: CountChange, epoch: number | null = null): Promise<boolean> {
    const row = await session.first<{ done: number }>(
      `UPDATE scans SET found = found + $2, pending = pending + $3, accepted = accepted + $4, quarantined = quarantined + $5,
         left_there = left_there + $6, skipped = skipped + $7, conflicted = conflicted + $8, errored = errored + $9
       WHERE no = $1 AND ($10::bigint IS NULL OR (epoch = $10 AND state = 'scanning'))
       RETURNING (walk_ended_at IS NOT NULL AND pending = 0 AND finished_at IS NULL)::int AS done`,
      no,
      ...changeValues(change),
      epoch,
    );
    if (row?.done === 1) await this.complete(session, no);
    return row !== undefined;
  }

  /**
   * Finishes the scan where its walk has ended and nothing is pending. Idempotent. Whoever ends rows counts them before anybody sees them
   * ended, and waits for this transaction with that: the recount is of one moment.
   */
  async complete(session: Session, no: number): Promise<void> {
    const kept = await session.first<Counts>(
      `UPDATE scans SET finished_at = $2,
         state = CASE WHEN cancel_requested_at IS NOT NULL THEN 'cancelled' WHEN error IS NOT NULL THEN 'failed' ELSE 'completed' END
       WHERE no = $1 AND state = 'moving' AND walk_ended_at IS NOT NULL AND pending = 0 AND finished_at IS NULL
       RETURNING found, pending, accepted, quarantined, left_there AS "left", skipped, conflicted, errored`,
      no,
      this.now(),
    );
    if (kept === undefined) return;
    const recount = await session.all<{ outcome: number; rows: number }>(
      `SELECT outcome, count(*) AS rows FROM files WHERE scan_no = $1 GROUP BY outcome`,
      no,
    );
    await session.run(`UPDATE scans SET balanced = $2 WHERE no = $1`, no, isBalanced(kept, recount) ? 1 : 0);
  }
}
