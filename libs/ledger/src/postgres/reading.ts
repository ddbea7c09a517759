import { OUTCOME_CODE, VERDICT_CODE } from '../codes';
import { toBytes } from '../exact-text';
import type { FileFilter, FileRecord, Summary } from '../file';
import { type FileRow, type InspectionRow, fileRecord, summaryOf } from '../file-row';
import { BY_NUMBER, type PageSource, hasPath, isFiltered } from '../page-source';
import { type ScanRow } from '../scan-row';
import { type Database } from './database';
import { numbersOf, sourceOf } from './pages';
import { type Session, type Value } from './session';

/** Rows looked at in one read. */
const WINDOW = 2_000;

/** A page as far as it was read. */
interface Opened {
  no: number;
  source: PageSource;
  records: FileRecord[];
  /** The last row looked at; null where there are no more. */
  last: number | null;
}

/** What the ledger is asked by people. */
export class Reading {
  constructor(private readonly database: Database) {}

  /**
   * A page that one index answers (any one filter, outcome with verdict) is one read of one moment, and costs what its rows cost wherever
   * it lies. Other pairs walk the rows of the rarer filter and try the others row by row: in windows, each of one moment.
   */
  async files(id: string, filter: FileFilter): Promise<FileRecord[]> {
    if (!Number.isSafeInteger(filter.after)) return [];
    const opened = await this.database.read((session) => this.#open(session, id, filter));
    if (opened === null) return [];
    const { no, source, records } = opened;
    for (let { last } = opened; last !== null && records.length < filter.limit;) {
      const after = last;
      const more = await this.database.read((session) =>
        this.#window(session, id, no, source, { ...filter, after, limit: filter.limit - records.length }),
      );
      records.push(...more.records);
      ({ last } = more);
    }
    return records;
  }

  summary(id: string): Promise<Summary> {
    return this.database.read(async (session) => {
      const scan = await session.first<ScanRow>(`SELECT * FROM scans WHERE id = $1 AND state <> 'void'`, id);
      if (scan === undefined) throw new Error(`No scan ${id}`);
      const tallies = await session.all<{ kind: string; key: string; count: number }>(
        `SELECT kind, key, count FROM tallies WHERE scan_no = $1 AND kind IN ('finding', 'media-type', 'camera')
         ORDER BY count DESC, key`,
        scan.no,
      );
      return summaryOf(scan, tallies);
    });
  }

  async #open(session: Session, id: string, filter: FileFilter): Promise<Opened | null> {
    const scan = await session.first<{ no: number }>(`SELECT no FROM scans WHERE id = $1 AND state <> 'void'`, id);
    if (scan === undefined) return null;
    const { no } = scan;
    const source = isFiltered(filter) ? await sourceOf(session, no, filter) : BY_NUMBER;
    return { no, source, ...(await this.#window(session, id, no, source, filter)) };
  }

  async #window(
    session: Session,
    id: string,
    no: number,
    { by, answers }: PageSource,
    filter: FileFilter,
  ): Promise<Pick<Opened, 'records' | 'last'>> {
    const values: Value[] = [];
    const tests = untested(filter, answers, (value) => `$${values.push(value) + 3}`);
    const window = tests.length === 0 ? filter.limit : WINDOW;
    const numbers = await numbersOf(session, by, no, filter, filter.after, window);
    const rows = await session.all<FileRow & Partial<InspectionRow>>(
      `SELECT f.seq, outcome, verdict, attempt, forgiven, redriving, size, modified_at, updated_at, path, destination, reason, facts, findings
       FROM unnest($2::bigint[]) AS k (seq)
         CROSS JOIN LATERAL (SELECT * FROM files WHERE scan_no = $1 AND seq = k.seq LIMIT 1) AS f
         LEFT JOIN LATERAL (SELECT facts, findings FROM inspections WHERE scan_no = $1 AND seq = k.seq LIMIT 1) AS i ON true
       WHERE ${['true', ...tests].join(' AND ')} ORDER BY f.seq LIMIT $3`,
      no,
      numbers,
      filter.limit,
      ...values,
    );
    return {
      records: rows.map((row) => fileRecord(id, row, inspectionOf(row))),
      last: numbers.length < window ? null : (numbers.at(-1) ?? null),
    };
  }
}

function inspectionOf({ facts, findings }: { facts?: string | null; findings?: string | null }) {
  return typeof facts === 'string' ? { facts, findings: findings ?? null } : undefined;
}

/** What the source leaves to be looked at row by row. */
function untested(filter: FileFilter, answers: PageSource['answers'], place: (value: Value) => string): string[] {
  const tests: string[] = [];
  const { outcome, verdict, code } = filter;
  if (outcome !== undefined && !answers.has('outcome')) tests.push(`outcome = ${place(OUTCOME_CODE[outcome])}`);
  if (verdict !== undefined && !answers.has('verdict')) tests.push(`verdict = ${place(VERDICT_CODE[verdict])}`);
  if (hasPath(filter) && !answers.has('path')) {
    const prefix = place(toBytes(filter.path));
    tests.push(`substring(path FROM 1 FOR octet_length(${prefix}::bytea)) = ${prefix}`);
  }
  if (code !== undefined && !answers.has('code')) {
    tests.push(
      `(SELECT true FROM finding_codes c WHERE c.scan_no = f.scan_no AND c.code = ${place(code)} AND c.seq = f.seq LIMIT 1)`,
    );
  }
  return tests;
}
