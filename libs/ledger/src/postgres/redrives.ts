import { OUTCOME_CODE } from '../codes';
import type { CreatedRedrive, Letters, NewRedrive, Redrive } from '../dead-letter';
import { fromBytes, toBytes } from '../exact-text';
import { type RedriveRow, redriveOf } from '../redrive-row';
import { type ScanRow, shownScan } from '../scan-row';
import { type Scans } from './scans';
import { DEAD_BY_CODE, REASON_CODE } from './schema';
import { type Session, type Value } from './session';
import { lettersOf } from './tallies';

const SELECT = `SELECT r.*, s.id AS scan FROM redrives r LEFT JOIN scans s ON s.no = r.scan_no`;

interface FoundLetter {
  scan_no: number;
  seq: number;
  generation: number;
  path: Buffer;
  identity: string;
  held: number;
}

/** What operators asked for, and how far it is. Each method runs inside a transaction of its caller. */
export class Redrives {
  constructor(
    private readonly scans: Scans,
    private readonly now: () => number,
  ) {}

  async create(
    session: Session,
    { id, scan: scanId, reason, requestedBy, requestId }: NewRedrive,
  ): Promise<CreatedRedrive> {
    const known = await this.#find(session, id);
    if (known !== undefined) return { kind: 'created', redrive: redriveOf(known) };
    const scan = scanId === null ? null : await this.#scan(session, scanId);
    if (scan === undefined) return { kind: 'no-such-scan' };
    if (scan !== null) {
      if (scan.cancel_requested_at !== null) return { kind: 'cancelled' };
      const other = await this.scans.overlapping(session, shownScan(scan));
      if (other !== null) return { kind: 'overlaps', scan: other };
    }
    const counts = await lettersOf(session, scan?.no ?? null);
    const asked = counts.reduce((sum, one) => (reason === null || one.reason === reason ? sum + one.count : sum), 0);
    await session.run(
      `INSERT INTO redrives (id, scan_no, reason, requested_by, request_id, requested_at, dead_letters, seen_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $6)`,
      id,
      scan?.no ?? null,
      reason,
      requestedBy,
      requestId,
      this.now(),
      asked,
    );
    return { kind: 'created', redrive: redriveOf(await this.#shown(session, id)) };
  }

  async list(
    session: Session,
    { limit, cursor = null }: { limit: number; cursor?: string | null },
  ): Promise<Redrive[]> {
    const rows = await session.all<RedriveRow>(
      `${SELECT} WHERE $1::text IS NULL OR r.no < (SELECT no FROM redrives WHERE id = $1) ORDER BY r.no DESC LIMIT $2`,
      cursor,
      limit,
    );
    return rows.map(redriveOf);
  }

  async take(session: Session, id: string): Promise<Redrive | null> {
    const seen = await session.run(
      `UPDATE redrives SET seen_at = $2 WHERE id = $1 AND ended_at IS NULL`,
      id,
      this.now(),
    );
    return seen === 0 ? null : redriveOf(await this.#shown(session, id));
  }

  async next(session: Session, id: string, limit: number): Promise<Letters | null> {
    const redrive = await this.#find(session, id);
    if (redrive === undefined || redrive.ended_at !== null) return null;
    const { scan_no, at_scan, at_seq } = redrive;
    let at = { scan: at_scan, seq: at_seq };
    for (;;) {
      const found = await this.#letters(session, redrive, at, limit);
      const no = found[0]?.scan_no;
      if (no === undefined) return null;
      const scan = await session.first<ScanRow>(`SELECT * FROM scans WHERE no = $1`, no);
      if (scan !== undefined && (await this.mayRedrive(session, scan))) {
        return { scan: shownScan(scan), letters: found.filter((one) => one.scan_no === no).map(letterOf) };
      }
      if (scan_no !== null) return null;
      at = { scan: no, seq: Number.MAX_SAFE_INTEGER };
    }
  }

  /** Whether letters of this scan may be sent again now. */
  async mayRedrive(session: Session, scan: ScanRow): Promise<boolean> {
    return scan.cancel_requested_at === null && (await this.scans.overlapping(session, shownScan(scan))) === null;
  }

  async end(session: Session, id: string): Promise<void> {
    await session.run(`UPDATE redrives SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL`, id, this.now());
  }

  async toGoOn(session: Session, before: number): Promise<Redrive[]> {
    const rows = await session.all<RedriveRow>(
      `WITH left_behind AS (
         UPDATE redrives SET seen_at = $2 WHERE no IN (SELECT no FROM redrives WHERE ended_at IS NULL AND seen_at < $1 FOR UPDATE) RETURNING *)
       SELECT r.*, s.id AS scan FROM left_behind r LEFT JOIN scans s ON s.no = r.scan_no ORDER BY r.no`,
      before,
      this.now(),
    );
    return rows.map(redriveOf);
  }

  #letters(
    session: Session,
    { scan_no, reason }: RedriveRow,
    at: { scan: number; seq: number },
    limit: number,
  ): Promise<FoundLetter[]> {
    const values: Value[] = [at.scan, at.seq, limit];
    const place = (value: Value) => `$${values.push(value)}`;
    const conditions = [`(scan_no, seq) > ($1, $2)`, `redriving + 0 = 0`];
    if (reason === null) conditions.push(`outcome = ${OUTCOME_CODE.errored}`);
    else conditions.push(DEAD_BY_CODE, `${REASON_CODE} = ${place(toBytes(reason))}`);
    if (scan_no !== null) conditions.push(`scan_no = ${place(scan_no)}`);
    return session.all<FoundLetter>(
      `SELECT scan_no, seq, generation, path, identity, (holder_no <> 0)::int AS held FROM files
       WHERE ${conditions.join(' AND ')} ORDER BY scan_no, seq LIMIT $3`,
      ...values,
    );
  }

  #scan(session: Session, id: string): Promise<ScanRow | undefined> {
    return session.first<ScanRow>(`SELECT * FROM scans WHERE id = $1 AND state <> 'void'`, id);
  }

  #find(session: Session, id: string): Promise<RedriveRow | undefined> {
    return session.first<RedriveRow>(`${SELECT} WHERE r.id = $1`, id);
  }

  async #shown(session: Session, id: string): Promise<RedriveRow> {
    const row = await this.#find(session, id);
    if (row === undefined) throw new Error('The ledger lost a redrive within one transaction');
    return row;
  }
}

function letterOf({ seq, generation, identity, path, held }: FoundLetter) {
  return { seq, generation, identity, path: fromBytes(path), held: held === 1 };
}
