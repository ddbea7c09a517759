import { OUTCOME_CODE } from '../codes';
import type { EpilogueClaim, EpilogueRecord } from '../epilogue';
import { afterPrefix, fromBytes, toBytes, toBytesOrNull } from '../exact-text';
import type { Scan } from '../scan';
import { type ScanRow, scanOf, shownScan } from '../scan-row';
import { digestOf } from './digest';
import { HEAD, head } from './schema';
import { type Session } from './session';

type Claimed = Parameters<EpilogueRecord['noteReasons']>[0];
type End = Parameters<EpilogueRecord['endEpilogue']>[1];

const OPEN = 'finished_at IS NOT NULL AND epilogue_at IS NULL';

/** Finished scans and what is done once after that. Each method runs inside a transaction of its caller. */
export class Epilogues {
  constructor(private readonly now: () => number) {}

  async toFinish(session: Session, before: number, limit: number): Promise<Scan[]> {
    const rows = await session.all<ScanRow>(
      `SELECT * FROM scans s WHERE ${OPEN}
         AND (finished_at < $1 OR NOT (
           EXISTS (SELECT 1 FROM files WHERE scan_no = s.no AND unresolved = 1)
           OR EXISTS (SELECT 1 FROM files WHERE scan_no = s.no AND redriving = 1)))
       ORDER BY no LIMIT $2`,
      before,
      limit,
    );
    return rows.flatMap((row) => scanOf(row) ?? []);
  }

  async claim(session: Session, id: string): Promise<EpilogueClaim | null> {
    const row = await session.first<ScanRow>(
      `UPDATE scans SET epilogue_attempt = epilogue_attempt + 1 WHERE id = $1 AND ${OPEN} RETURNING *`,
      id,
    );
    if (row === undefined) return null;
    return { scan: shownScan(row), attempt: row.epilogue_attempt, reasonsIdentity: row.reasons_identity };
  }

  async note(session: Session, { scan, attempt }: Claimed, identity: string): Promise<boolean> {
    const changed = await session.run(
      `UPDATE scans SET reasons_identity = $1 WHERE id = $2 AND epilogue_attempt = $3 AND ${OPEN}`,
      identity,
      scan.id,
      attempt,
    );
    return changed > 0;
  }

  async end(session: Session, { scan, attempt }: Claimed, { reasons, problem }: End): Promise<boolean> {
    const changed = await session.run(
      `UPDATE scans SET epilogue_at = $1, reasons = $2, epilogue_problem = $3
       WHERE id = $4 AND epilogue_attempt = $5 AND ${OPEN}`,
      this.now(),
      toBytesOrNull(reasons),
      problem,
      scan.id,
      attempt,
    );
    return changed > 0;
  }

  /** In the order of their digests, which is the order of their index. */
  async folders(session: Session, id: string, after: string | null, limit: number): Promise<string[]> {
    const rows = await session.all<{ path: Buffer }>(
      `SELECT path FROM folders WHERE scan_no = (SELECT no FROM scans WHERE id = $1)
         AND sha256(path) > $2 AND octet_length(path) > 0
       ORDER BY sha256(path) LIMIT $3`,
      id,
      after === null ? Buffer.alloc(0) : digestOf(toBytes(after)),
      limit,
    );
    return rows.map(({ path }) => fromBytes(path));
  }

  async movedBeneath(session: Session, id: string, folders: string[]): Promise<Set<string>> {
    const prefixes = folders.map((folder) => toBytes(`${folder}/`));
    const lows = prefixes.map((prefix) => prefix.subarray(0, HEAD));
    const rows = await session.all<{ at: number }>(
      `SELECT k.at FROM unnest($2::bytea[], $3::bytea[], $4::bytea[]) WITH ORDINALITY AS k (prefix, low, high, at)
         CROSS JOIN LATERAL (
           SELECT 1 FROM files WHERE scan_no = (SELECT no FROM scans WHERE id = $1)
             AND ${head('path')} >= k.low AND ${head('path')} < k.high
             AND substring(path FROM 1 FOR octet_length(k.prefix)) = k.prefix
             AND outcome IN (${OUTCOME_CODE.accepted}, ${OUTCOME_CODE.quarantined})
           ORDER BY scan_no, ${head('path')} LIMIT 1) AS f`,
      id,
      prefixes,
      lows,
      lows.map((low) => afterPrefix(low) ?? low),
    );
    return new Set(rows.flatMap(({ at }) => folders[at - 1] ?? []));
  }
}
