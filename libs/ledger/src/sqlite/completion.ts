import type { Statement } from 'better-sqlite3';
import { type CountChange, changeValues, isBalanced } from '../count-change';
import type { Counts } from '../scan';
import { type Connection } from './connection';

/** The counts of a scan and what follows from them. Each method runs inside a transaction of its caller. */
export class Completion {
  readonly #change: Statement<number[], { done: number }>;
  readonly #complete: Statement<[{ no: number; now: number }], { no: number } & Counts>;
  readonly #recount: Statement<[number], { outcome: number; rows: number }>;
  readonly #balance: Statement<[number, number]>;

  constructor(
    connection: Connection,
    private readonly now: () => number,
  ) {
    const { db } = connection;
    this.#change = db.prepare(
      `UPDATE scans SET found = found + ?, pending = pending + ?, accepted = accepted + ?, quarantined = quarantined + ?,
         left_there = left_there + ?, skipped = skipped + ?, conflicted = conflicted + ?, errored = errored + ?
       WHERE no = ?
       RETURNING walk_ended_at IS NOT NULL AND pending = 0 AND finished_at IS NULL AS done`,
    );
    this.#complete = db.prepare(
      `UPDATE scans SET finished_at = @now,
         state = CASE WHEN cancel_requested_at IS NOT NULL THEN 'cancelled' WHEN error IS NOT NULL THEN 'failed' ELSE 'completed' END
       WHERE no = @no AND state = 'moving' AND walk_ended_at IS NOT NULL AND pending = 0 AND finished_at IS NULL
       RETURNING no, found, pending, accepted, quarantined, left_there AS "left", skipped, conflicted, errored`,
    );
    this.#recount = db.prepare(`SELECT outcome, count(*) AS rows FROM files WHERE scan_no = ? GROUP BY outcome`);
    this.#balance = db.prepare(`UPDATE scans SET balanced = ? WHERE no = ?`);
  }

  /** Applies the change, and completes the scan where that was the last pending row. */
  count(no: number, change: CountChange): void {
    const row = this.#change.get(...changeValues(change), no);
    if (row?.done === 1) this.complete(no);
  }

  /** Finishes the scan where its walk has ended and nothing is pending. Idempotent. */
  complete(no: number): void {
    const kept = this.#complete.get({ no, now: this.now() });
    if (kept === undefined) return;
    this.#balance.run(isBalanced(kept, this.#recount.all(no)) ? 1 : 0, no);
  }
}
