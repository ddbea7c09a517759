import type { Statement } from 'better-sqlite3';
import { CONFLICT_CODE, OUTCOME_CODE, outcomeOf } from '../codes';
import { type CountChange, moveRow } from '../count-change';
import type { Redriven } from '../dead-letter';
import { type LetterChange, countLetter } from '../ending-row';
import { fromBytes, toBytes, toBytesOrNull } from '../exact-text';
import type { RecordedInspection, Republication } from '../file';
import { type InspectionRow, inspectionOf } from '../file-row';
import { refusedRow } from '../planned-row';
import { LETTER_COLUMNS, type LetterRow, type RedrivenRow, redrivenRow } from '../redriven-row';
import { type ScanRow } from '../scan-row';
import { Tally } from '../tally';
import { type Completion } from './completion';
import { type Connection } from './connection';
import { type Contents } from './contents';
import { type Numbering } from './numbering';
import { type Publications } from './publications';
import { type Redrives } from './redrives';
import { type Tallies } from './tallies';

type Judged = Extract<RedrivenRow, { kind: 'judged' }>;

/** How dead letters are sent again. Runs inside a transaction of its caller. */
export class Redriving {
  readonly #scan: Statement<[string], ScanRow>;
  readonly #row: Statement<[number, number], LetterRow>;
  readonly #again: Statement<[{ scan: number; seq: number; now: number }]>;
  readonly #judge: Statement<[Record<string, number | string | Buffer | null>]>;
  readonly #inspection: Statement<[number, number], InspectionRow>;
  readonly #judgement: Statement<[number, number, string, string | null]>;
  readonly #forgetCodes: Statement<[number, string, number]>;
  readonly #code: Statement<[number, string, number]>;
  readonly #passed: Statement<[{ id: string; scan: number; seq: number; count: number; now: number }]>;

  constructor(
    { db }: Connection,
    private readonly redrives: Redrives,
    private readonly numbering: Numbering,
    private readonly publications: Publications,
    private readonly tallies: Tallies,
    private readonly contents: Contents,
    private readonly completion: Completion,
    private readonly now: () => number,
  ) {
    this.#scan = db.prepare(`SELECT * FROM scans WHERE id = ? AND state <> 'void'`);
    this.#row = db.prepare(`SELECT ${LETTER_COLUMNS} FROM files WHERE scan_no = ? AND seq = ?`);
    const next = `generation = generation + 1, attempt = attempt + 1, forgiven = attempt + 1, updated_at = @now`;
    this.#again = db.prepare(
      `UPDATE files SET ${next}, redriving = 1, published_at = @now WHERE scan_no = @scan AND seq = @seq`,
    );
    this.#judge = db.prepare(
      `UPDATE files SET ${next}, redriving = @redriving, published_at = @now, outcome = @outcome, reason = @reason, verdict = @verdict,
         action = @action, on_conflict = @onConflict, reserved = @reserved, size = @size, modified_at = @modifiedAt, identity = @identity,
         destination = @destination, base = @base, copy_identity = NULL
       WHERE scan_no = @scan AND seq = @seq`,
    );
    this.#inspection = db.prepare(`SELECT facts, findings FROM inspections WHERE scan_no = ? AND seq = ?`);
    this.#judgement = db.prepare(
      `INSERT INTO inspections (scan_no, seq, facts, findings) VALUES (?, ?, ?, ?)
       ON CONFLICT (scan_no, seq) DO UPDATE SET facts = excluded.facts, findings = excluded.findings`,
    );
    this.#forgetCodes = db.prepare(`DELETE FROM finding_codes WHERE scan_no = ? AND code = ? AND seq = ?`);
    this.#code = db.prepare(`INSERT INTO finding_codes (scan_no, code, seq) VALUES (?, ?, ?)`);
    this.#passed = db.prepare(
      `UPDATE redrives SET seen_at = @now, redriven = redriven + @count,
         at_seq = CASE WHEN at_scan < @scan THEN @seq ELSE max(at_seq, @seq) END, at_scan = @scan
       WHERE id = @id AND at_scan <= @scan`,
    );
  }

  redrive(id: string, scanId: string, upTo: number, letters: Redriven[]): Republication[] {
    const scan = this.#scan.get(scanId);
    const redrive = this.redrives.take(id);
    if (scan === undefined || redrive === null) return [];
    const { no, priority } = scan;
    const requestId = redrive.requestId ?? scan.request_id;
    if (!this.redrives.mayRedrive(scan)) return [];
    const open: Republication[] = [];
    const change: CountChange = {};
    const ended: LetterChange = new Map();
    const tally = new Tally();
    let count = 0;
    for (const letter of letters) {
      const row = redrivenRow(this.#row.get(no, letter.seq), letter);
      if (row === null) continue;
      count += 1;
      if (!this.#send(no, row, tally, change, ended)) continue;
      const { seq, generation, path } = row.row;
      this.publications.reopen(no, seq);
      open.push({
        scan: scanId,
        seq,
        generation: generation + 1,
        path: fromBytes(path),
        priority,
        requestId,
      });
    }
    this.tallies.add(no, tally.counts());
    this.tallies.countLetters(no, ended);
    if (Object.keys(change).length > 0) this.completion.count(no, change);
    this.#passed.run({ id, scan: no, seq: upTo, count, now: this.now() });
    return open;
  }

  /** False where the row has ended with it. */
  #send(no: number, redriven: RedrivenRow, tally: Tally, change: CountChange, ended: LetterChange): boolean {
    const { seq } = redriven.row;
    if (redriven.kind === 'again') {
      this.#again.run({ scan: no, seq, now: this.now() });
      return true;
    }
    this.#replaceInspection(no, redriven.row, redriven.redriven.judged.inspection, tally);
    const { size, content = null } = redriven.redriven.judged;
    this.contents.replace(no, seq, size, content);
    const outcome = outcomeOf(this.#write(no, redriven));
    if (outcome === 'errored') return true;
    moveRow(change, 'errored', outcome);
    countLetter(ended, redriven.row.reason, -1);
    return false;
  }

  /** The code of the outcome that the row has then: errored where it is open. */
  #write(no: number, { row, redriven: { judged }, planned, keepsDestination }: Judged): number {
    let { outcome, reason } = planned;
    let destination = planned.destination;
    let base: Buffer | null = null;
    let reserved = destination === null ? 0 : 1;
    if (keepsDestination) {
      destination = row.destination === null ? null : fromBytes(row.destination);
      base = row.base;
    } else if (destination !== null) {
      const taker = this.numbering.takerOf(no, destination);
      if (taker !== undefined && planned.onConflict === CONFLICT_CODE.number) {
        base = toBytes(destination);
        destination = this.numbering.next(no, destination);
      } else if (taker !== undefined) {
        ({ outcome, reason } = refusedRow(planned, taker));
        reserved = 0;
      }
    }
    const open = outcome === 'pending';
    const code = open ? OUTCOME_CODE.errored : OUTCOME_CODE[outcome];
    this.#judge.run({
      scan: no,
      seq: row.seq,
      now: this.now(),
      redriving: open ? 1 : 0,
      outcome: code,
      reason: open ? row.reason : toBytesOrNull(reason),
      verdict: planned.verdict,
      action: planned.action,
      onConflict: planned.onConflict,
      reserved,
      size: judged.size,
      modifiedAt: judged.modifiedAt === null ? null : Math.floor(judged.modifiedAt),
      identity: judged.identity,
      destination: toBytesOrNull(destination),
      base,
    });
    return code;
  }

  #replaceInspection(
    no: number,
    { seq, verdict }: LetterRow,
    inspection: RecordedInspection | null,
    tally: Tally,
  ): void {
    const before = this.#inspection.get(no, seq);
    if (before !== undefined) {
      const known = inspectionOf(before, verdict);
      tally.remove(known);
      for (const code of new Set(known.findings.map((finding) => finding.code))) this.#forgetCodes.run(no, code, seq);
    }
    if (inspection === null) return;
    const { facts, findings } = inspection;
    this.#judgement.run(no, seq, JSON.stringify(facts), findings.length === 0 ? null : JSON.stringify(findings));
    for (const code of tally.add(inspection)) this.#code.run(no, code, seq);
  }
}
