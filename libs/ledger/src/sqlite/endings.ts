import type { Statement } from 'better-sqlite3';
import { OUTCOME_CODE, outcomeOf } from '../codes';
import { toBytes, toBytesOrNull } from '../exact-text';
import type { Ending, FileKey } from '../file';
import type { Outcome } from '../scan';
import { OPEN } from './claims';
import { type Completion, type CountChange } from './completion';
import { type Connection } from './connection';

const PENDING = OUTCOME_CODE.pending;

interface EndedRow {
  outcome: number;
  attempt: number;
  redriving: number;
  holder_no: number;
}

/** How rows end, or are given back. Each method runs inside a transaction of its caller. */
export class Endings {
  readonly #scan: Statement<[string], { no: number }>;
  readonly #row: Statement<[number, number], EndedRow>;
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
    const now = this.now();
    const changes = new Map<string, { no: number; change: CountChange }>();
    const recorded = endings.map((ending) => {
      let scan = changes.get(ending.scan);
      if (scan === undefined) {
        const no = this.#scan.get(ending.scan)?.no;
        if (no === undefined) return false;
        scan = { no, change: {} };
        changes.set(ending.scan, scan);
      }
      const row = this.#row.get(scan.no, ending.seq);
      if (row === undefined || row.attempt !== ending.attempt) return false;
      const from = outcomeOf(row.outcome);
      const closed = from !== 'pending' && row.redriving === 0 && row.holder_no === 0;
      if (closed) return from === ending.outcome;
      const statement = ending.resolved ? this.#endResolved : this.#end;
      statement.run(OUTCOME_CODE[ending.outcome], toBytesOrNull(ending.reason), now, scan.no, ending.seq);
      move(scan.change, from, ending.outcome, 1);
      return true;
    });
    for (const { no, change } of changes.values()) {
      if (Object.keys(change).length > 0) this.completion.count(no, change);
    }
    return recorded;
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

function move(change: CountChange, from: Outcome, to: Outcome, rows: number): void {
  change[from] = (change[from] ?? 0) - rows;
  change[to] = (change[to] ?? 0) + rows;
}
