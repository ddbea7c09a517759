import type { Statement } from 'better-sqlite3';
import { OUTCOME_CODE } from '../codes';
import type { CreatedRedrive, Letters, NewRedrive, Redrive } from '../dead-letter';
import { fromBytes, toBytes } from '../exact-text';
import { type RedriveRow, redriveOf } from '../redrive-row';
import { type ScanRow, shownScan } from '../scan-row';
import { type Connection } from './connection';
import { type Scans } from './scans';
import { REASON_CODE } from './schema';
import { type Tallies } from './tallies';

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
  readonly #byId: Statement<[string], RedriveRow>;
  readonly #insert: Statement<unknown[]>;
  readonly #list: Statement<[string | null, string | null, number], RedriveRow>;
  readonly #see: Statement<[number, string]>;
  readonly #end: Statement<[number, string]>;
  readonly #left: Statement<[number], RedriveRow>;
  readonly #scanById: Statement<[string], ScanRow>;
  readonly #scanByNo: Statement<[number], ScanRow>;
  readonly #letters: Statement<[number, number, number], FoundLetter>;
  readonly #lettersByCode: Statement<[Buffer, number, number, number], FoundLetter>;

  constructor(
    { db }: Connection,
    private readonly scans: Scans,
    private readonly tallies: Tallies,
    private readonly now: () => number,
  ) {
    const select = `SELECT r.*, s.id AS scan FROM redrives r LEFT JOIN scans s ON s.no = r.scan_no`;
    this.#byId = db.prepare(`${select} WHERE r.id = ?`);
    this.#insert = db.prepare(
      `INSERT INTO redrives (id, scan_no, reason, requested_by, request_id, requested_at, dead_letters, seen_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#list = db.prepare(
      `${select} WHERE ? IS NULL OR r.no < (SELECT no FROM redrives WHERE id = ?) ORDER BY r.no DESC LIMIT ?`,
    );
    this.#see = db.prepare(`UPDATE redrives SET seen_at = ? WHERE id = ? AND ended_at IS NULL`);
    this.#end = db.prepare(`UPDATE redrives SET ended_at = ? WHERE id = ? AND ended_at IS NULL`);
    this.#left = db.prepare(`${select} WHERE r.ended_at IS NULL AND r.seen_at < ? ORDER BY r.no`);
    this.#scanById = db.prepare(`SELECT * FROM scans WHERE id = ? AND state <> 'void'`);
    this.#scanByNo = db.prepare(`SELECT * FROM scans WHERE no = ?`);
    const letters = (index: string, condition: string): string =>
      `SELECT scan_no, seq, generation, path, identity, holder_no <> 0 AS held FROM files INDEXED BY ${index}
       WHERE outcome = ${OUTCOME_CODE.errored} AND ${condition} (scan_no, seq) > (?, ?) AND redriving = 0
       ORDER BY scan_no, seq LIMIT ?`;
    this.#letters = db.prepare(letters('files_dead', ''));
    this.#lettersByCode = db.prepare(letters('files_dead_by_code', `${REASON_CODE} = ? AND`));
  }

  create({ id, scan: scanId, reason, requestedBy, requestId }: NewRedrive): CreatedRedrive {
    const known = this.#byId.get(id);
    if (known !== undefined) return { kind: 'created', redrive: redriveOf(known) };
    const scan = scanId === null ? null : this.#scanById.get(scanId);
    if (scan === undefined) return { kind: 'no-such-scan' };
    if (scan !== null) {
      if (scan.cancel_requested_at !== null) return { kind: 'cancelled' };
      const other = this.scans.overlapping(shownScan(scan));
      if (other !== null) return { kind: 'overlaps', scan: other };
    }
    const counts = this.tallies.letters(scan?.no ?? null);
    const asked = counts.reduce((sum, one) => (reason === null || one.reason === reason ? sum + one.count : sum), 0);
    const now = this.now();
    this.#insert.run(id, scan?.no ?? null, reason, requestedBy, requestId, now, asked, now);
    return { kind: 'created', redrive: redriveOf(this.#shown(id)) };
  }

  list({ limit, cursor = null }: { limit: number; cursor?: string | null }): Redrive[] {
    return this.#list.all(cursor, cursor, limit).map(redriveOf);
  }

  take(id: string): Redrive | null {
    return this.#see.run(this.now(), id).changes === 0 ? null : redriveOf(this.#shown(id));
  }

  next(id: string, limit: number): Letters | null {
    const redrive = this.#byId.get(id);
    if (redrive === undefined || redrive.ended_at !== null) return null;
    const code = redrive.reason === null ? null : toBytes(redrive.reason);
    let at = this.#beginOf(redrive);
    for (;;) {
      const found =
        code === null
          ? this.#letters.all(at.scan, at.seq, limit)
          : this.#lettersByCode.all(code, at.scan, at.seq, limit);
      const no = found[0]?.scan_no;
      if (no === undefined || (redrive.scan_no !== null && no !== redrive.scan_no)) return null;
      const scan = this.#scanByNo.get(no);
      if (scan !== undefined && this.mayRedrive(scan)) {
        const letters = found.filter(({ scan_no }) => scan_no === no);
        return {
          scan: shownScan(scan),
          letters: letters.map(({ seq, generation, path, identity, held }) => ({
            ...{ seq, generation, identity },
            path: fromBytes(path),
            held: held === 1,
          })),
        };
      }
      at = { scan: no, seq: Number.MAX_SAFE_INTEGER };
    }
  }

  /** Whether letters of this scan may be sent again now. */
  mayRedrive(scan: ScanRow): boolean {
    return scan.cancel_requested_at === null && this.scans.overlapping(shownScan(scan)) === null;
  }

  end(id: string): void {
    this.#end.run(this.now(), id);
  }

  toGoOn(before: number): Redrive[] {
    const rows = this.#left.all(before);
    for (const { id } of rows) this.#see.run(this.now(), id);
    return rows.map(redriveOf);
  }

  #beginOf({ scan_no, at_scan, at_seq }: RedriveRow): { scan: number; seq: number } {
    return scan_no !== null && at_scan < scan_no ? { scan: scan_no, seq: 0 } : { scan: at_scan, seq: at_seq };
  }

  #shown(id: string): RedriveRow {
    const row = this.#byId.get(id);
    if (row === undefined) throw new Error('The ledger lost a redrive within one transaction');
    return row;
  }
}
