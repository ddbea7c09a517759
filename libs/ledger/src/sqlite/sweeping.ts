import type { Statement } from 'better-sqlite3';
import { OUTCOME_CODE, outcomeOf } from '../codes';
import { fromBytes } from '../exact-text';
import type { ClaimedUnresolved, Unresolved } from '../file';
import type { Scan } from '../scan';
import { CLAIM_COLUMNS, type ClaimRow, claimedFile, isOpen } from '../claim-row';
import { type Connection } from './connection';
import { type Holders } from './holders';
import { type ScanRow, scanOf } from '../scan-row';

/** What was left behind and needs somebody. Each method runs inside a transaction of its caller. */
export class Sweeping {
  readonly #unresolved: Statement<
    [{ alive: string; limit: number }],
    { scan: string; seq: number; attempt: number; outcome: number; holder: string; cancelled: number }
  >;
  readonly #claim: Statement<
    [{ mine: number; now: number; scan: string; seq: number; attempt: number; outcome: number }],
    ClaimRow & { path: Buffer }
  >;
  readonly #due: Statement<[{ now: number }]>;
  readonly #toWalk: Statement<[{ now: number; before: number }], { no: number }>;
  readonly #announced: Statement<[number, number], ScanRow>;
  readonly #toEnd: Statement<[], ScanRow>;

  constructor(
    { db }: Connection,
    private readonly holders: Holders,
    private readonly now: () => number,
  ) {
    this.#unresolved = db.prepare(
      `SELECT s.id AS scan, f.seq, f.attempt, f.outcome, coalesce(h.name, '') AS holder,
         s.cancel_requested_at IS NOT NULL AS cancelled
       FROM (
           SELECT scan_no, seq FROM files INDEXED BY files_held WHERE holder_no <> 0
           UNION SELECT scan_no, seq FROM superseded
         ) k JOIN files f ON f.scan_no = k.scan_no AND f.seq = k.seq
         JOIN scans s ON s.no = f.scan_no LEFT JOIN holders h ON h.no = f.holder_no
       WHERE (s.cancel_requested_at IS NOT NULL OR NOT (f.outcome = ${OUTCOME_CODE.pending} OR f.redriving = 1))
         AND (f.released = 1 OR h.name IS NULL OR h.name NOT IN (SELECT value FROM json_each(@alive)))
         AND NOT EXISTS (
           SELECT 1 FROM superseded x JOIN holders o ON o.no = x.holder_no
           WHERE x.scan_no = f.scan_no AND x.seq = f.seq AND o.name IN (SELECT value FROM json_each(@alive)))
       ORDER BY f.scan_no, f.seq LIMIT @limit`,
    );
    this.#claim = db.prepare(
      `UPDATE files SET attempt = attempt + 1, holder_no = @mine, released = 0, updated_at = @now
       WHERE scan_no = (SELECT no FROM scans WHERE id = @scan) AND seq = @seq AND attempt = @attempt AND outcome = @outcome
         AND (holder_no <> 0 OR EXISTS (SELECT 1 FROM superseded x WHERE x.scan_no = files.scan_no AND x.seq = files.seq))
       RETURNING path, ${CLAIM_COLUMNS}`,
    );
    this.#due = db.prepare(
      `UPDATE scans SET state = 'queued', announced_at = NULL WHERE state = 'scheduled' AND start_at <= @now`,
    );
    this.#toWalk = db.prepare(
      `SELECT no FROM scans WHERE state IN ('queued', 'scanning') AND walk_ended_at IS NULL
         AND (state = 'queued' AND start_at <= @now AND announced_at IS NULL
           OR max(created_at, coalesce(announced_at, 0), coalesce(walked_at, 0)) < @before)
       ORDER BY no`,
    );
    this.#announced = db.prepare(`UPDATE scans SET announced_at = ? WHERE no = ? RETURNING *`);
    this.#toEnd = db.prepare(
      `SELECT * FROM scans WHERE state IN ('scheduled', 'queued', 'scanning', 'moving')
         AND (cancel_requested_at IS NOT NULL OR (walk_ended_at IS NOT NULL AND pending = 0))
       UNION SELECT * FROM scans WHERE cancel_requested_at IS NOT NULL
         AND no IN (SELECT scan_no FROM files INDEXED BY files_redriving WHERE redriving = 1 AND holder_no = 0)
       ORDER BY no`,
    );
  }

  unresolved(alive: string[], limit: number): Unresolved[] {
    return this.#unresolved.all({ alive: JSON.stringify(alive), limit }).map((row) => ({
      scan: row.scan,
      seq: row.seq,
      attempt: row.attempt,
      outcome: outcomeOf(row.outcome),
      holder: row.holder,
      cancelled: row.cancelled === 1,
    }));
  }

  claim(holder: string, row: Unresolved): ClaimedUnresolved | null {
    const claimed = this.#claim.get({
      mine: this.holders.numberOf(holder),
      now: this.now(),
      scan: row.scan,
      seq: row.seq,
      attempt: row.attempt,
      outcome: OUTCOME_CODE[row.outcome],
    });
    if (claimed === undefined) return null;
    return {
      ...claimedFile(row, fromBytes(claimed.path), claimed, claimed.attempt),
      outcome: outcomeOf(claimed.outcome),
      open: isOpen(claimed),
    };
  }

  scansToWalk(now: number, before: number): Scan[] {
    this.#due.run({ now });
    return this.#toWalk.all({ now, before }).flatMap(({ no }) => scanOf(this.#announced.get(now, no)) ?? []);
  }

  scansToEnd(): Scan[] {
    return this.#toEnd.all().flatMap((row) => scanOf(row) ?? []);
  }
}
