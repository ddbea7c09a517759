import type { Statement } from 'better-sqlite3';
import { OUTCOME_CODE, VERDICT_CODE } from '../codes';
import { afterPrefix, toBytes } from '../exact-text';
import type { FileFilter } from '../file';
import { END, type FilteredRows, type PageSource, chooseSource, hasPath } from '../page-source';
import { OUTCOMES } from '../scan';
import { SPAN } from '../spans';
import { type Connection } from './connection';

/** Up to this many rows under a prefix are put in order for each page; where there are more, rows are walked by number. */
const FEW = 10_000;

/** Numbers of rows, rising, after a given one: at most `limit`, and fewer only where there are no more. */
export type Numbers = (after: number, limit: number) => number[];

export interface Source {
  numbers: Numbers;
  answers: PageSource['answers'];
}

/** Ways to walk the rows of a filter in the order of their numbers. Each method runs inside a read of its caller. */
export class Pages {
  readonly #all: Statement<[number, number, number], { seq: number }>;
  readonly #byOutcome: Statement<[number, number, number, number, number], { seq: number }>;
  readonly #byCode: Statement<[number, string, number, number], { seq: number }>;
  readonly #few: Statement<[number, Buffer, Buffer], { rows: number }>;
  readonly #underPrefix: Statement<[number, Buffer, Buffer, number, number], { seq: number }>;
  readonly #nextSpan: Statement<[number, number, Buffer, Buffer], { span: number }>;
  readonly #inSpan: Statement<[number, number, number, Buffer, Buffer, number], { seq: number }>;
  readonly #tally: Statement<[number, string, string], { count: number }>;
  readonly #outcomes: Statement<[number], Record<string, number>>;

  constructor({ db }: Connection) {
    this.#all = db.prepare(`SELECT seq FROM files WHERE scan_no = ? AND seq > ? ORDER BY seq LIMIT ?`);
    this.#byOutcome = db.prepare(
      `SELECT seq FROM files INDEXED BY files_by_outcome
       WHERE scan_no = ? AND outcome = ? AND verdict = ? AND seq > ? ORDER BY seq LIMIT ?`,
    );
    this.#byCode = db.prepare(
      `SELECT seq FROM finding_codes WHERE scan_no = ? AND code = ? AND seq > ? ORDER BY seq LIMIT ?`,
    );
    const under = 'scan_no = ? AND path >= ? AND path < ?';
    this.#few = db.prepare(
      `SELECT count(*) AS rows FROM (SELECT 1 FROM files INDEXED BY files_by_path WHERE ${under} LIMIT ${FEW + 1})`,
    );
    this.#underPrefix = db.prepare(
      `SELECT seq FROM files INDEXED BY files_by_path WHERE ${under} AND seq > ? ORDER BY seq LIMIT ?`,
    );
    this.#nextSpan = db.prepare(
      `SELECT span FROM spans WHERE scan_no = ? AND span >= ? AND high >= ? AND low < ? ORDER BY span LIMIT 1`,
    );
    this.#inSpan = db.prepare(
      `SELECT seq FROM files NOT INDEXED
       WHERE scan_no = ? AND seq BETWEEN ? AND ? AND path >= ? AND path < ? ORDER BY seq LIMIT ?`,
    );
    this.#tally = db.prepare(`SELECT count FROM tallies WHERE scan_no = ? AND kind = ? AND key = ?`);
    this.#outcomes = db.prepare(
      `SELECT found, pending, accepted, quarantined, left_there AS "left", skipped, conflicted, errored FROM scans WHERE no = ?`,
    );
  }

  /** The source with the fewest rows among those that the filter allows. */
  source(scan: number, filter: FileFilter): Source {
    const { by, answers } = chooseSource(filter, this.#rows(scan, filter), FEW);
    return { numbers: this.#numbers(by, scan, filter), answers };
  }

  #rows(scan: number, filter: FileFilter): Partial<FilteredRows> {
    const counts = this.#outcomes.get(scan) ?? {};
    const tally = (kind: string, key: string | undefined) =>
      key === undefined ? 0 : (this.#tally.get(scan, kind, key)?.count ?? 0);
    return {
      all: counts['found'] ?? 0,
      path: hasPath(filter) ? (this.#few.get(scan, ...bounds(filter.path))?.rows ?? 0) : 0,
      code: tally('code', filter.code),
      outcome: filter.outcome === undefined ? 0 : (counts[filter.outcome] ?? 0),
      verdict: tally('verdict', filter.verdict),
    };
  }

  #numbers(by: PageSource['by'], scan: number, filter: FileFilter): Numbers {
    const { code = '', path = '' } = filter;
    switch (by) {
      case 'number':
        return (after, limit) => this.#all.all(scan, after, limit).map(seqOf);
      case 'code':
        return (after, limit) => this.#byCode.all(scan, code, after, limit).map(seqOf);
      case 'outcome':
        return this.#outcomeNumbers(scan, filter);
      case 'few-paths':
        return (after, limit) => this.#underPrefix.all(scan, ...bounds(path), after, limit).map(seqOf);
      case 'many-paths':
        return this.#manyPaths(scan, path);
    }
  }

  #outcomeNumbers(scan: number, filter: FileFilter): Numbers {
    const outcomes = (filter.outcome === undefined ? OUTCOMES : [filter.outcome]).map((name) => OUTCOME_CODE[name]);
    const verdicts = filter.verdict === undefined ? Object.values(VERDICT_CODE) : [VERDICT_CODE[filter.verdict]];
    return (after, limit) => {
      const lists = outcomes.flatMap((outcome) =>
        verdicts.map((verdict) => this.#byOutcome.all(scan, outcome, verdict, after, limit).map(seqOf)),
      );
      return lists
        .flat()
        .sort((one, other) => one - other)
        .slice(0, limit);
    };
  }

  #manyPaths(scan: number, prefix: string): Numbers {
    const [low, high] = bounds(prefix);
    return (after, limit) => {
      const found: number[] = [];
      let next = after + 1;
      while (found.length < limit) {
        const span = this.#nextSpan.get(scan, Math.floor(next / SPAN), low, high)?.span;
        if (span === undefined) break;
        const end = (span + 1) * SPAN;
        const room = limit - found.length;
        found.push(...this.#inSpan.all(scan, Math.max(next, span * SPAN), end - 1, low, high, room).map(seqOf));
        next = end;
      }
      return found;
    };
  }
}

/** Every path with the prefix is at least the first and below the second. */
function bounds(prefix: string): [low: Buffer, high: Buffer] {
  const low = toBytes(prefix);
  return [low, afterPrefix(low) ?? END];
}

function seqOf(row: { seq: number }): number {
  return row.seq;
}
