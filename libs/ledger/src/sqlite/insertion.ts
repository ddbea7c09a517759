import type { Statement } from 'better-sqlite3';
import { CONFLICT_CODE, OUTCOME_CODE } from '../codes';
import type { CountChange } from '../count-change';
import { toBytes, toBytesOrNull } from '../exact-text';
import type { FoundFile } from '../file';
import { type PlannedRow, plannedRow, refusedRow } from '../planned-row';
import { Spans } from '../spans';
import { Tally } from '../tally';
import { type Completion } from './completion';
import { type Connection } from './connection';
import { type Contents } from './contents';
import { type Numbering } from './numbering';
import { type Tallies } from './tallies';

type InsertValues = [
  scan: number,
  seq: number,
  outcome: number,
  verdict: number,
  action: number,
  onConflict: number,
  reserved: number,
  size: number | null,
  modifiedAt: number | null,
  updatedAt: number,
  path: Buffer,
  identity: string | null,
  destination: Buffer | null,
  base: Buffer | null,
  reason: Buffer | null,
];

/** Inserts found files. Runs inside a transaction of its caller. */
export class Insertion {
  readonly #insert: Statement<InsertValues>;
  readonly #known: Statement<[number, Buffer], { seq: number }>;
  readonly #inspection: Statement<[number, number, string, string | null]>;
  readonly #code: Statement<[number, string, number]>;
  readonly #span: Statement<[number, number, Buffer, Buffer]>;

  constructor(
    { db }: Connection,
    private readonly numbering: Numbering,
    private readonly completion: Completion,
    private readonly contents: Contents,
    private readonly tallies: Tallies,
    private readonly now: () => number,
  ) {
    this.#insert = db.prepare(
      `INSERT INTO files (scan_no, seq, outcome, verdict, action, on_conflict, reserved, size, modified_at, updated_at,
         path, identity, destination, base, reason)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    );
    this.#known = db.prepare(`SELECT seq FROM files WHERE scan_no = ? AND path = ?`);
    this.#inspection = db.prepare(`INSERT INTO inspections (scan_no, seq, facts, findings) VALUES (?, ?, ?, ?)`);
    this.#code = db.prepare(`INSERT INTO finding_codes (scan_no, code, seq) VALUES (?, ?, ?)`);
    this.#span = db.prepare(
      `INSERT INTO spans (scan_no, span, low, high) VALUES (?, ?, ?, ?)
       ON CONFLICT (scan_no, span) DO UPDATE SET low = min(spans.low, excluded.low), high = max(spans.high, excluded.high)`,
    );
  }

  /** Inserts those whose path has no row, numbered on from `found`. Returns the numbers of the inserted rows that move, and how many were inserted. */
  insert(
    scan: number,
    found: number,
    files: FoundFile[],
  ): { inserted: number; moving: { seq: number; path: string }[] } {
    const now = this.now();
    const tally = new Tally();
    const change: CountChange = {};
    const moving: { seq: number; path: string }[] = [];
    const spans = new Spans();
    let seq = found;
    for (const file of files) {
      const row = plannedRow(file);
      const outcome = this.#place(scan, seq + 1, file, row, now);
      if (outcome === null) continue;
      seq += 1;
      change[outcome] = (change[outcome] ?? 0) + 1;
      if (outcome === 'pending') moving.push({ seq, path: file.path });
      spans.add(seq, row.path);
      const { inspection, content, size } = file;
      if (content && size !== null) this.contents.insert(scan, seq, size, content);
      if (inspection !== null) {
        const { facts, findings } = inspection;
        const noted = findings.length === 0 ? null : JSON.stringify(findings);
        this.#inspection.run(scan, seq, JSON.stringify(facts), noted);
        for (const code of tally.add(inspection)) this.#code.run(scan, code, seq);
      }
    }
    this.tallies.add(scan, tally.counts());
    for (const { span, low, high } of spans.all()) this.#span.run(scan, span, low, high);
    if (seq > found) this.completion.count(scan, { ...change, found: seq - found });
    return { inserted: seq - found, moving };
  }

  /** The outcome that the row was inserted with; null where the path had one. */
  #place(scan: number, seq: number, file: FoundFile, row: PlannedRow, now: number): PlannedRow['outcome'] | null {
    const put = (
      reserved: boolean,
      shown: Pick<PlannedRow, 'outcome' | 'reason'>,
      to: string | null,
      base: Buffer | null,
    ) =>
      this.#insert.run(
        scan,
        seq,
        OUTCOME_CODE[shown.outcome],
        row.verdict,
        row.action,
        row.onConflict,
        reserved ? 1 : 0,
        file.size,
        file.modifiedAt === null ? null : Math.floor(file.modifiedAt),
        now,
        row.path,
        file.identity,
        toBytesOrNull(to),
        base,
        toBytesOrNull(shown.reason),
      ).changes > 0;

    const wanted = row.destination;
    if (put(wanted !== null, row, wanted, null)) return row.outcome;
    if (wanted === null || this.#known.get(scan, row.path) !== undefined) return null;
    if (row.onConflict !== CONFLICT_CODE.number) {
      const refused = refusedRow(row, this.numbering.taker(scan, wanted));
      put(false, refused, wanted, null);
      return refused.outcome;
    }
    put(true, row, this.numbering.next(scan, wanted), toBytes(wanted));
    return row.outcome;
  }
}
