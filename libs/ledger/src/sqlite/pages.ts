import type { Statement } from 'better-sqlite3';
import { OUTCOME_CODE, VERDICT_CODE } from '../codes';
import { afterPrefix, toBytes } from '../exact-text';
import type { FileFilter } from '../file';
import { OUTCOMES } from '../scan';
import { type Connection } from './connection';
import { SPAN } from './insertion';

/** Up to this many rows under a prefix are put in order for each page; where there are more, rows are walked by number. */
const FEW = 10_000;
/** No path is longer, so nothing sorts after this many of the highest byte. */
const END = Buffer.alloc(65_536, 0xff);

/** Numbers of rows, rising, after a given one: at most `limit`, and fewer only where there are no more. */
export type Numbers = (after: number, limit: number) => number[];

export interface Source {
  /** About how many rows it has in all. */
  rows: number;
  numbers: Numbers;
  /** The filters that it answers for; the others are looked at row by row. */
  answers: ReadonlySet<'outcome' | 'verdict' | 'code' | 'path'>;
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
    const counts = this.#outcomes.get(scan) ?? {};
    const sources: Source[] = [
      {
        rows: counts['found'] ?? 0,
        numbers: (after, limit) => this.#all.all(scan, after, limit).map(seqOf),
        answers: new Set(),
      },
    ];
    if (filter.path !== undefined && filter.path !== '') sources.push(this.#pathSource(scan, filter.path));
    if (filter.code !== undefined) {
      const { code } = filter;
      sources.push({
        rows: this.#tally.get(scan, 'code', code)?.count ?? 0,
        numbers: (after, limit) => this.#byCode.all(scan, code, after, limit).map(seqOf),
        answers: new Set(['code']),
      });
    }
    if (filter.outcome !== undefined || filter.verdict !== undefined) {
      const ended = filter.outcome === undefined ? Infinity : (counts[filter.outcome] ?? 0);
      const judged =
        filter.verdict === undefined ? Infinity : (this.#tally.get(scan, 'verdict', filter.verdict)?.count ?? 0);
      sources.push({
        rows: Math.min(ended, judged),
        numbers: this.#outcomeNumbers(scan, filter),
        answers: new Set(['outcome', 'verdict']),
      });
    }
    // Of equals the later one: it answers for more.
    return sources.reduce((best, source) => (source.rows <= best.rows ? source : best));
  }

  /** One index is in order for each pair of outcome and verdict, so several pairs are merged. */
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

  /**
   * Paths are in order in one index, numbers in another, and no index has both. Few rows under the prefix are fetched by path and
   * sorted. Many are met soon when rows are walked by number, whose spans (the lowest and highest path of each
   * {@link SPAN} numbers, which lie close together as a walk goes folder by folder) let all others be passed over.
   */
  #pathSource(scan: number, prefix: string): Source {
    const low = toBytes(prefix);
    const high = afterPrefix(low) ?? END;
    const rows = this.#few.get(scan, low, high)?.rows ?? 0;
    const few: Numbers = (after, limit) => this.#underPrefix.all(scan, low, high, after, limit).map(seqOf);
    const many: Numbers = (after, limit) => {
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
    return { rows, numbers: rows > FEW ? many : few, answers: new Set(['path']) };
  }
}

function seqOf(row: { seq: number }): number {
  return row.seq;
}
