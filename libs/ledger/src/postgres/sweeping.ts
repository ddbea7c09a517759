import { CLAIM_COLUMNS, type ClaimRow, claimedFile, isOpen } from '../claim-row';
import { OUTCOME_CODE, outcomeOf } from '../codes';
import { fromBytes } from '../exact-text';
import type { ClaimedUnresolved, Unresolved } from '../file';
import type { Scan } from '../scan';
import { type ScanRow, scanOf } from '../scan-row';
import { type Session } from './session';

const PENDING = OUTCOME_CODE.pending;

/**
 * Rows with a holder come from where few are looked at: those that ended unresolved, the pending ones of scans that are being cancelled, and
 * the redriven ones of scans that were cancelled. Others come from attempts that were superseded.
 */
const HELD = `
  SELECT scan_no, seq FROM files WHERE unresolved = 1
  UNION
  SELECT scan_no, seq FROM superseded
  UNION
  SELECT f.scan_no, f.seq FROM scans s JOIN files f ON f.scan_no = s.no AND f.outcome = ${PENDING} AND f.verdict IN (0, 1, 2)
  WHERE s.state = 'moving' AND s.cancel_requested_at IS NOT NULL AND f.holder_no <> 0
  UNION
  SELECT f.scan_no, f.seq FROM files f JOIN scans s ON s.no = f.scan_no
  WHERE f.redriving = 1 AND s.cancel_requested_at IS NOT NULL AND f.holder_no <> 0`;

/** What was left behind and needs somebody. Each method runs inside a transaction of its caller. */
export class Sweeping {
  constructor(private readonly now: () => number) {}

  async unresolved(session: Session, alive: string[], limit: number): Promise<Unresolved[]> {
    const rows = await session.all<Omit<Unresolved, 'outcome' | 'cancelled'> & { outcome: number; cancelled: number }>(
      `SELECT s.id AS scan, f.seq, f.attempt, f.outcome, coalesce(h.name, '') AS holder, (s.cancel_requested_at IS NOT NULL)::int AS cancelled
       FROM (${HELD}) k JOIN files f ON f.scan_no = k.scan_no AND f.seq = k.seq
         JOIN scans s ON s.no = f.scan_no LEFT JOIN holders h ON h.no = f.holder_no
       WHERE (s.cancel_requested_at IS NOT NULL OR NOT (f.outcome = ${PENDING} OR f.redriving = 1))
         AND (f.released = 1 OR h.name IS NULL OR h.name <> ALL($1::text[]))
         AND NOT EXISTS (
           SELECT 1 FROM superseded x JOIN holders o ON o.no = x.holder_no
           WHERE x.scan_no = f.scan_no AND x.seq = f.seq AND o.name = ANY($1::text[]))
       ORDER BY f.scan_no, f.seq LIMIT $2`,
      alive,
      limit,
    );
    return rows.map((row) => ({ ...row, outcome: outcomeOf(row.outcome), cancelled: row.cancelled === 1 }));
  }

  async claim(session: Session, holder: number, row: Unresolved): Promise<ClaimedUnresolved | null> {
    const claimed = await session.first<ClaimRow & { path: Buffer }>(
      `UPDATE files SET attempt = attempt + 1, holder_no = $1, released = 0, updated_at = $2
       WHERE scan_no = (SELECT no FROM scans WHERE id = $3) AND seq = $4 AND attempt = $5 AND outcome = $6
         AND (holder_no <> 0 OR EXISTS (SELECT 1 FROM superseded x WHERE x.scan_no = files.scan_no AND x.seq = files.seq))
       RETURNING path, ${CLAIM_COLUMNS}`,
      holder,
      this.now(),
      row.scan,
      row.seq,
      row.attempt,
      OUTCOME_CODE[row.outcome],
    );
    if (claimed === undefined) return null;
    return {
      ...claimedFile(row, fromBytes(claimed.path), claimed, claimed.attempt),
      outcome: outcomeOf(claimed.outcome),
      open: isOpen(claimed),
    };
  }

  async scansToWalk(session: Session, now: number, before: number): Promise<Scan[]> {
    const due = await session.all<{ no: number }>(
      `SELECT s.no FROM scans s JOIN walks w ON w.scan_no = s.no
       WHERE (s.state = 'scheduled' AND s.start_at <= $1)
         OR (s.state IN ('queued', 'scanning') AND s.walk_ended_at IS NULL
           AND (s.state = 'queued' AND s.start_at <= $1 AND s.announced_at IS NULL
             OR greatest(s.created_at, coalesce(s.announced_at, 0), coalesce(w.walked_at, 0)) < $2))
       ORDER BY s.no FOR UPDATE OF s`,
      now,
      before,
    );
    const rows = await session.all<ScanRow>(
      `UPDATE scans SET announced_at = $1, state = CASE WHEN state = 'scheduled' THEN 'queued' ELSE state END
       WHERE no = ANY($2::bigint[]) RETURNING *`,
      now,
      due.map(({ no }) => no),
    );
    return rows.sort((one, other) => one.no - other.no).flatMap((row) => scanOf(row) ?? []);
  }

  async scansToEnd(session: Session): Promise<Scan[]> {
    const rows = await session.all<ScanRow>(
      `SELECT * FROM scans WHERE state IN ('scheduled', 'queued', 'scanning', 'moving')
         AND (cancel_requested_at IS NOT NULL OR (walk_ended_at IS NOT NULL AND pending = 0))
       UNION SELECT s.* FROM scans s WHERE s.cancel_requested_at IS NOT NULL
         AND s.no IN (SELECT scan_no FROM files WHERE redriving = 1 AND holder_no = 0)
       ORDER BY no`,
    );
    return rows.flatMap((row) => scanOf(row) ?? []);
  }
}
