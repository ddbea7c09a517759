import type { Statement } from 'better-sqlite3';
import { OUTCOME_CODE } from '../codes';
import type { DeadLetter, DeadLetterFilter, ReasonCount } from '../dead-letter';
import { toBytes } from '../exact-text';
import { type FileRow, type InspectionRow, fileRecord } from '../file-row';
import { type Connection } from './connection';
import { REASON_CODE } from './schema';
import { type Tallies } from './tallies';

interface LetterKey {
  scan_no: number;
  seq: number;
}

/** A page of errored rows by the index that has them in order: of a scan or of all, for a reason or any. */
export class DeadLetters {
  readonly #no: Statement<[string], { no: number }>;
  readonly #page: Statement<[number, number, number], LetterKey>;
  readonly #ofScan: Statement<[number, number, number], LetterKey>;
  readonly #byCode: Statement<[Buffer, number, number, number], LetterKey>;
  readonly #ofScanByCode: Statement<[Buffer, number, number, number], LetterKey>;
  readonly #file: Statement<[number, number], FileRow & { scan: string; generation: number }>;
  readonly #inspection: Statement<[number, number], InspectionRow>;

  constructor(
    { db }: Connection,
    private readonly tallies: Tallies,
  ) {
    this.#no = db.prepare(`SELECT no FROM scans WHERE id = ? AND state <> 'void'`);
    const page = (index: string, condition: string): string =>
      `SELECT scan_no, seq FROM files INDEXED BY ${index} WHERE outcome = ${OUTCOME_CODE.errored} AND ${condition}
       ORDER BY scan_no, seq LIMIT ?`;
    this.#page = db.prepare(page('files_dead', '(scan_no, seq) > (?, ?)'));
    this.#ofScan = db.prepare(page('files_dead', 'scan_no = ? AND seq > ?'));
    this.#byCode = db.prepare(page('files_dead_by_code', `${REASON_CODE} = ? AND (scan_no, seq) > (?, ?)`));
    this.#ofScanByCode = db.prepare(page('files_dead_by_code', `${REASON_CODE} = ? AND scan_no = ? AND seq > ?`));
    this.#file = db.prepare(
      `SELECT s.id AS scan, seq, outcome, verdict, attempt, forgiven, redriving, size, modified_at, updated_at, path, destination, f.reason,
         generation
       FROM files f JOIN scans s ON s.no = f.scan_no WHERE scan_no = ? AND seq = ?`,
    );
    this.#inspection = db.prepare(`SELECT facts, findings FROM inspections WHERE scan_no = ? AND seq = ?`);
  }

  page(filter: DeadLetterFilter): DeadLetter[] {
    return this.#keys(filter).flatMap(({ scan_no, seq }) => {
      const row = this.#file.get(scan_no, seq);
      if (row === undefined) return [];
      const record = fileRecord(row.scan, row, this.#inspection.get(scan_no, seq));
      return { ...record, generation: row.generation };
    });
  }

  reasons(scan: string | null): ReasonCount[] {
    if (scan === null) return this.tallies.letters(null);
    const no = this.#no.get(scan)?.no;
    return no === undefined ? [] : this.tallies.letters(no);
  }

  #keys({ scan, reason, after, limit }: DeadLetterFilter): LetterKey[] {
    const code = reason === undefined ? null : toBytes(reason);
    const from = after === null ? { no: 0 } : this.#no.get(after.scan);
    if (from === undefined) return [];
    const seq = after?.seq ?? 0;
    if (scan === undefined)
      return code === null ? this.#page.all(from.no, seq, limit) : this.#byCode.all(code, from.no, seq, limit);
    const no = this.#no.get(scan)?.no;
    if (no === undefined || from.no > no) return [];
    // Letters of earlier scans come before all of this one.
    const start = from.no === no ? seq : 0;
    return code === null ? this.#ofScan.all(no, start, limit) : this.#ofScanByCode.all(code, no, start, limit);
  }
}
