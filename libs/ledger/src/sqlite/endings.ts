import type { Statement } from 'better-sqlite3';
import { OPEN } from '../claim-row';
import { OUTCOME_CODE } from '../codes';
import { type CountChange, moveRow } from '../count-change';
import { ENDING_COLUMNS, type EndingRow, decideEndings } from '../ending-row';
import { toBytes, toBytesOrNull } from '../exact-text';
import type { Ending, FileKey } from '../file';
import { type Completion } from './completion';
import { type Connection } from './connection';
import { type Tallies } from './tallies';

const PENDING = OUTCOME_CODE.pending;

/** How rows end, or are given back. Each method runs inside a transaction of its caller. */
export class Endings {
  readonly #scan: Statement<[string], { no: number }>;
  readonly #row: Statement<[number, number], EndingRow>;
  readonly #endPending: Statement<[number, Buffer | null, number, number, number, number]>;
  readonly #end: Statement<[number, Buffer | null, number, number, number]>;
  readonly #endResolved: Statement<[number, Buffer | null, number, number, number]>;
  readonly #release: Statement<[number, number, number, number, number]>;
  readonly #gaveUp: Statement<[number, number, number]>;
  readonly #forget: Statement<[string, number, number]>;
  readonly #resolve: Statement<[number, number, number]>;
  readonly #cancelled: Statement<[string], { no: number }>;
  readonly #unclaimed: Statement<[number, number], { seq: number }>;
  readonly #unclaimedAgain: Statement<[number, number], { seq: number; attempt: number }>;

  constructor(
    { db }: Connection,
    private readonly completion: Completion,
    private readonly tallies: Tallies,
    private readonly now: () => number,
  ) {
    this.#scan = db.prepare(`SELECT no FROM scans WHERE id = ?`);
    this.#row = db.prepare(`SELECT ${ENDING_COLUMNS} FROM files WHERE scan_no = ? AND seq = ?`);
    this.#endPending = db.prepare(
      `UPDATE files SET outcome = ?, reason = ?, updated_at = ?, holder_no = 0, released = 0
       WHERE scan_no = ? AND seq = ? AND attempt = ? AND outcome = ${PENDING} AND redriving = 0`,
    );
    const ended = 'UPDATE files SET outcome = ?, reason = ?, redriving = 0, updated_at = ?';
    this.#end = db.prepare(`${ended} WHERE scan_no = ? AND seq = ?`);
    this.#endResolved = db.prepare(`${ended}, holder_no = 0, released = 0 WHERE scan_no = ? AND seq = ?`);
    this.#release = db.prepare(
      `UPDATE files SET released = 1, forgiven = forgiven + ?, published_at = ?
       WHERE scan_no = ? AND seq = ? AND attempt = ? AND released = 0 AND ${OPEN}`,
    );
    this.#gaveUp = db.prepare(`DELETE FROM superseded WHERE scan_no = ? AND seq = ? AND attempt = ?`);
    this.#forget = db.prepare(
      `DELETE FROM superseded WHERE scan_no = (SELECT no FROM scans WHERE id = ?) AND seq = ? AND attempt <= ?`,
    );
    this.#resolve = db.prepare(
      `UPDATE files SET holder_no = 0, released = 0 WHERE scan_no = ? AND seq = ? AND attempt = ? AND NOT ${OPEN}`,
    );
    this.#cancelled = db.prepare(`SELECT no FROM scans WHERE id = ? AND cancel_requested_at IS NOT NULL`);
    this.#unclaimed = db.prepare(
      `SELECT seq FROM files INDEXED BY files_by_outcome
       WHERE scan_no = ? AND outcome = ${PENDING} AND verdict IN (0, 1, 2) AND attempt = 0 LIMIT ?`,
    );
    this.#unclaimedAgain = db.prepare(
      `SELECT seq, attempt FROM files INDEXED BY files_redriving
       WHERE scan_no = ? AND redriving = 1 AND holder_no = 0 ORDER BY seq LIMIT ?`,
    );
  }

  end(endings: Ending[]): boolean[] {
    const scans = new Map<string, number>();
    for (const id of new Set(endings.map(({ scan }) => scan))) {
      const no = this.#scan.get(id)?.no;
      if (no !== undefined) scans.set(id, no);
    }
    const now = this.now();
    const changes = new Map<number, CountChange>([...scans.values()].map((no) => [no, {}]));
    const recorded = endings.map((ending) => this.#endAsExpected(ending, scans.get(ending.scan), changes, now));
    const others = endings.filter((_, at) => recorded[at] !== true);
    const decided = this.#endOthers(others, scans, now);
    for (const [no, change] of changes) if (Object.keys(change).length > 0) this.completion.count(no, change);
    return recorded.map((done) => done || decided.shift() === true);
  }

  /** Nearly every ending: of a pending row by the attempt that has it, nothing left behind, no dead letter. One statement decides and does it. */
  #endAsExpected(ending: Ending, no: number | undefined, changes: Map<number, CountChange>, now: number): boolean {
    const change = no === undefined ? undefined : changes.get(no);
    if (no === undefined || change === undefined || !ending.resolved) return false;
    const { outcome, reason, seq, attempt } = ending;
    if (outcome === 'errored') return false;
    const done = this.#endPending.run(OUTCOME_CODE[outcome], toBytesOrNull(reason), now, no, seq, attempt).changes > 0;
    if (done) moveRow(change, 'pending', outcome);
    return done;
  }

  #endOthers(endings: Ending[], scans: Map<string, number>, now: number): boolean[] {
    if (endings.length === 0) return [];
    const rows = new Map<string, EndingRow | undefined>();
    const rowOf = (no: number, seq: number) => {
      const key = `${no} ${seq}`;
      if (!rows.has(key)) rows.set(key, this.#row.get(no, seq));
      return rows.get(key);
    };
    const decided = decideEndings(endings, scans, rowOf);
    for (const scan of decided.scans) {
      for (const { seq, outcome, reason, resolved } of scan.rows) {
        (resolved ? this.#endResolved : this.#end).run(outcome, reason, now, scan.no, seq);
      }
      this.tallies.countLetters(scan.no, scan.letters);
      this.completion.count(scan.no, scan.change);
    }
    return decided.recorded;
  }

  release(claims: (FileKey & { attempt: number; forgiven: boolean })[]): void {
    const now = this.now();
    for (const claim of claims) {
      const no = this.#scan.get(claim.scan)?.no;
      if (no === undefined) continue;
      this.#release.run(claim.forgiven ? 1 : 0, now, no, claim.seq, claim.attempt);
      this.#gaveUp.run(no, claim.seq, claim.attempt);
    }
  }

  resolve(claim: FileKey & { attempt: number }): void {
    const no = this.#scan.get(claim.scan)?.no;
    if (no !== undefined) this.#resolve.run(no, claim.seq, claim.attempt);
  }

  forgetSuperseded({ scan, seq, attempt }: FileKey & { attempt: number }): void {
    this.#forget.run(scan, seq, attempt);
  }

  endUnclaimed(id: string, limit: number): number {
    const no = this.#cancelled.get(id)?.no;
    if (no === undefined) return 0;
    // First, since the last pending row finishes the scan.
    const redriven = this.#unclaimedAgain.all(no, limit);
    if (redriven.length > 0) {
      const left = { scan: id, outcome: 'left', reason: 'cancelled', resolved: true } as const;
      this.end(redriven.map(({ seq, attempt }) => ({ ...left, seq, attempt })));
      return redriven.length;
    }
    const rows = this.#unclaimed.all(no, limit);
    const now = this.now();
    const reason = toBytes('cancelled');
    for (const { seq } of rows) this.#endResolved.run(OUTCOME_CODE.left, reason, now, no, seq);
    if (rows.length > 0) this.completion.count(no, { pending: -rows.length, left: rows.length });
    return rows.length;
  }
}
