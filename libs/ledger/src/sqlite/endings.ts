import type { Statement } from 'better-sqlite3';
import { OPEN } from '../claim-row';
import { OUTCOME_CODE } from '../codes';
import { type EndingRow, decideEndings } from '../ending-row';
import { toBytes } from '../exact-text';
import type { Ending, FileKey } from '../file';
import { type Completion } from './completion';
import { type Connection } from './connection';

const PENDING = OUTCOME_CODE.pending;

/** How rows end, or are given back. Each method runs inside a transaction of its caller. */
export class Endings {
  readonly #scan: Statement<[string], { no: number }>;
  readonly #row: Statement<[number, number], EndingRow>;
  readonly #end: Statement<[number, Buffer | null, number, number, number]>;
  readonly #endResolved: Statement<[number, Buffer | null, number, number, number]>;
  readonly #release: Statement<[number, number, number, number, number]>;
  readonly #resolve: Statement<[number, number, number]>;
  readonly #cancelled: Statement<[string], { no: number }>;
  readonly #unclaimed: Statement<[number, number], { seq: number }>;

  constructor(
    { db }: Connection,
    private readonly completion: Completion,
    private readonly now: () => number,
  ) {
    this.#scan = db.prepare(`SELECT no FROM scans WHERE id = ?`);
    this.#row = db.prepare(`SELECT outcome, attempt, redriving, holder_no FROM files WHERE scan_no = ? AND seq = ?`);
    const ended = 'UPDATE files SET outcome = ?, reason = ?, redriving = 0, updated_at = ?';
    this.#end = db.prepare(`${ended} WHERE scan_no = ? AND seq = ?`);
    this.#endResolved = db.prepare(`${ended}, holder_no = 0, released = 0 WHERE scan_no = ? AND seq = ?`);
    this.#release = db.prepare(
      `UPDATE files SET released = 1, forgiven = forgiven + ?, published_at = ?
       WHERE scan_no = ? AND seq = ? AND attempt = ? AND released = 0 AND ${OPEN}`,
    );
    this.#resolve = db.prepare(
      `UPDATE files SET holder_no = 0, released = 0 WHERE scan_no = ? AND seq = ? AND attempt = ? AND NOT ${OPEN}`,
    );
    this.#cancelled = db.prepare(`SELECT no FROM scans WHERE id = ? AND cancel_requested_at IS NOT NULL`);
    this.#unclaimed = db.prepare(
      `SELECT seq FROM files INDEXED BY files_by_outcome
       WHERE scan_no = ? AND outcome = ${PENDING} AND verdict IN (0, 1, 2) AND attempt = 0 LIMIT ?`,
    );
  }

  end(endings: Ending[]): boolean[] {
    const scans = new Map<string, number>();
    for (const id of new Set(endings.map(({ scan }) => scan))) {
      const no = this.#scan.get(id)?.no;
      if (no !== undefined) scans.set(id, no);
    }
    const rows = new Map<string, EndingRow | undefined>();
    const rowOf = (no: number, seq: number) => {
      const key = `${no} ${seq}`;
      if (!rows.has(key)) rows.set(key, this.#row.get(no, seq));
      return rows.get(key);
    };
    const decided = decideEndings(endings, scans, rowOf);
    const now = this.now();
    for (const scan of decided.scans) {
      for (const { seq, outcome, reason, resolved } of scan.rows) {
        (resolved ? this.#endResolved : this.#end).run(outcome, reason, now, scan.no, seq);
      }
      this.completion.count(scan.no, scan.change);
    }
    return decided.recorded;
  }

  release(claims: (FileKey & { attempt: number; forgiven: boolean })[]): void {
    const now = this.now();
    for (const claim of claims) {
      const no = this.#scan.get(claim.scan)?.no;
      if (no !== undefined) this.#release.run(claim.forgiven ? 1 : 0, now, no, claim.seq, claim.attempt);
    }
  }

  resolve(claim: FileKey & { attempt: number }): void {
    const no = this.#scan.get(claim.scan)?.no;
    if (no !== undefined) this.#resolve.run(no, claim.seq, claim.attempt);
  }

  endUnclaimed(id: string, limit: number): number {
    const no = this.#cancelled.get(id)?.no;
    if (no === undefined) return 0;
    const rows = this.#unclaimed.all(no, limit);
    const now = this.now();
    const reason = toBytes('cancelled');
    for (const { seq } of rows) this.#endResolved.run(OUTCOME_CODE.left, reason, now, no, seq);
    if (rows.length > 0) this.completion.count(no, { pending: -rows.length, left: rows.length });
    return rows.length;
  }
}
