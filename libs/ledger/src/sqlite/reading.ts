import { setImmediate as turn } from 'node:timers/promises';
import type { Statement } from 'better-sqlite3';
import { OUTCOME_CODE, VERDICT_CODE } from '../codes';
import { toBytes } from '../exact-text';
import type { FileFilter, FileRecord, Summary } from '../file';
import { type FileRow, type InspectionRow, fileRecord, summaryOf } from '../file-row';
import { type ScanRow } from '../scan-row';
import { type Connection } from './connection';
import { Pages, type Source } from './pages';

/** Rows looked at before other work of this thread gets its turn. */
const WINDOW = 500;

/** What the ledger is asked by people. */
export class Reading {
  readonly #pages: Pages;
  readonly #scan: Statement<[string], ScanRow>;
  readonly #file: Statement<[number, number], FileRow>;
  readonly #inspection: Statement<[number, number], InspectionRow>;
  readonly #hasCode: Statement<[number, string, number], { seq: number }>;
  readonly #tallies: Statement<[number], { kind: string; key: string; count: number }>;

  constructor(private readonly connection: Connection) {
    const { db } = connection;
    this.#pages = new Pages(connection);
    this.#scan = db.prepare(`SELECT * FROM scans WHERE id = ? AND state <> 'void'`);
    this.#file = db.prepare(
      `SELECT seq, outcome, verdict, attempt, forgiven, redriving, size, modified_at, updated_at, path, destination, reason
       FROM files WHERE scan_no = ? AND seq = ?`,
    );
    this.#inspection = db.prepare(`SELECT facts, findings FROM inspections WHERE scan_no = ? AND seq = ?`);
    this.#hasCode = db.prepare(`SELECT seq FROM finding_codes WHERE scan_no = ? AND code = ? AND seq = ?`);
    this.#tallies = db.prepare(
      `SELECT kind, key, count FROM tallies WHERE scan_no = ? AND kind IN ('finding', 'media-type', 'camera')
       ORDER BY count DESC, key`,
    );
  }

  /**
   * A page that one index answers (any one filter, outcome with verdict) is one read of one moment, and costs what its rows cost wherever
   * it lies. Other pairs walk the rows of the rarer filter and try the others row by row: in windows, each of one moment, between which
   * other work of this thread goes on.
   */
  async files(id: string, filter: FileFilter): Promise<FileRecord[]> {
    const opened = await this.connection.read(() => {
      const no = this.#scan.get(id)?.no;
      return no === undefined ? null : { no, source: this.#pages.source(no, filter) };
    });
    if (opened === null) return [];
    const { no, source } = opened;
    const tests = this.#tests(no, source, filter);
    const records: FileRecord[] = [];
    for (let after = filter.after; ; await turn()) {
      const window = tests.length === 0 ? filter.limit : WINDOW;
      const numbers = await this.connection.read(() => {
        const met = source.numbers(after, window);
        for (const seq of met) {
          if (records.length === filter.limit) break;
          const row = this.#file.get(no, seq);
          if (row !== undefined && tests.every((fits) => fits(row))) records.push(this.#record(id, no, row));
        }
        return met;
      });
      const last = numbers.at(-1);
      if (records.length === filter.limit || numbers.length < window || last === undefined) return records;
      after = last;
    }
  }

  summary(id: string): Summary {
    const scan = this.#scan.get(id);
    if (scan === undefined) throw new Error(`No scan ${id}`);
    return summaryOf(scan, this.#tallies.all(scan.no));
  }

  /** What the source leaves to be looked at row by row. */
  #tests(no: number, { answers }: Source, filter: FileFilter): ((row: FileRow) => boolean)[] {
    const tests: ((row: FileRow) => boolean)[] = [];
    const { outcome, verdict, code, path } = filter;
    if (outcome !== undefined && !answers.has('outcome')) {
      tests.push((row) => row.outcome === OUTCOME_CODE[outcome]);
    }
    if (verdict !== undefined && !answers.has('verdict')) {
      tests.push((row) => row.verdict === VERDICT_CODE[verdict]);
    }
    if (path !== undefined && path !== '' && !answers.has('path')) {
      const prefix = toBytes(path);
      tests.push((row) => row.path.subarray(0, prefix.length).equals(prefix));
    }
    if (code !== undefined && !answers.has('code')) {
      tests.push((row) => this.#hasCode.get(no, code, row.seq) !== undefined);
    }
    return tests;
  }

  #record(scan: string, no: number, row: FileRow): FileRecord {
    return fileRecord(scan, row, this.#inspection.get(no, row.seq));
  }
}
