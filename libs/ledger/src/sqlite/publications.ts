import type { Statement } from 'better-sqlite3';
import { OUTCOME_CODE } from '../codes';
import { type DuePublication, type OpenRow, assignmentOf, dueRows } from '../due-rows';
import type { Republication } from '../file';
import type { Publication } from '../ledger';
import { type Connection } from './connection';

const PENDING = OUTCOME_CODE.pending;

/**
 * A publication is what one transaction of a walk sends: the moving rows among a range of numbers. It is named by the first of them.
 *
 * `oldest_at` is never later than the last publish of any open row of the range; null once none was found open. So the rows that nobody
 * sent for long are found without a look at those that were sent or ended. Each method runs inside a transaction of its caller.
 */
export class Publications {
  readonly #add: Statement<[number, number, number]>;
  readonly #confirm: Statement<[{ scan: number; id: number; now: number }]>;
  readonly #walked: Statement<[number, number]>;
  readonly #unconfirmed: Statement<[number, number], { id: number; last_seq: number }>;
  readonly #pending: Statement<[number, number, number], OpenRow>;
  readonly #redriving: Statement<[number, number, number], OpenRow>;
  readonly #due: Statement<[number, number], DuePublication>;
  readonly #republished: Statement<[number, number, number]>;
  readonly #abandon: Statement<[number, number]>;
  readonly #oldest: Statement<[number | null, number, number]>;
  readonly #reopen: Statement<[{ scan: number; seq: number; now: number }]>;

  constructor(
    { db }: Connection,
    private readonly now: () => number,
  ) {
    this.#add = db.prepare(`INSERT INTO publications (scan_no, id, last_seq) VALUES (?, ?, ?)`);
    this.#confirm = db.prepare(
      `UPDATE publications SET confirmed_at = @now, oldest_at = @now
       WHERE scan_no = @scan AND id = @id AND confirmed_at IS NULL`,
    );
    this.#walked = db.prepare(`UPDATE scans SET walked_at = ? WHERE no = ?`);
    this.#unconfirmed = db.prepare(
      `SELECT id, last_seq FROM publications WHERE scan_no = ? AND confirmed_at IS NULL ORDER BY id LIMIT ?`,
    );
    const open = `SELECT seq, generation, path, published_at FROM files`;
    this.#pending = db.prepare(
      `${open} INDEXED BY files_by_outcome
       WHERE scan_no = ? AND outcome = ${PENDING} AND verdict IN (0, 1, 2) AND seq BETWEEN ? AND ? ORDER BY seq`,
    );
    this.#redriving = db.prepare(`${open} WHERE scan_no = ? AND redriving = 1 AND seq BETWEEN ? AND ? ORDER BY seq`);
    this.#due = db.prepare(
      `SELECT p.scan_no, p.id, p.last_seq, p.confirmed_at, s.cancel_requested_at IS NOT NULL AS cancelled,
         s.id AS scan, s.priority, s.request_id
       FROM publications p JOIN scans s ON s.no = p.scan_no
       WHERE p.oldest_at < ? ORDER BY p.oldest_at, p.scan_no, p.id LIMIT 1 OFFSET ?`,
    );
    this.#republished = db.prepare(`UPDATE files SET published_at = ? WHERE scan_no = ? AND seq = ?`);
    this.#abandon = db.prepare(`UPDATE publications SET oldest_at = ? WHERE scan_no = ? AND confirmed_at IS NULL`);
    this.#reopen = db.prepare(
      `UPDATE publications SET oldest_at = @now WHERE scan_no = @scan AND oldest_at IS NULL
         AND id = (SELECT max(id) FROM publications WHERE scan_no = @scan AND id <= @seq)`,
    );
    this.#oldest = db.prepare(`UPDATE publications SET oldest_at = ? WHERE scan_no = ? AND id = ?`);
  }

  /** Null where nothing moves. `moving` is in the order of the numbers. */
  add(scan: number, scanId: string, moving: { seq: number; path: string }[]): Publication | null {
    const first = moving[0];
    const last = moving.at(-1);
    if (first === undefined || last === undefined) return null;
    this.#add.run(scan, first.seq, last.seq);
    return { id: first.seq, assignments: moving.map(({ seq, path }) => ({ scan: scanId, seq, path, generation: 1 })) };
  }

  confirm(scan: number, id: number): void {
    const now = this.now();
    this.#confirm.run({ scan, id, now });
    this.#walked.run(now, scan);
  }

  unconfirmed(scan: number, scanId: string, limit: number): Publication[] {
    return this.#unconfirmed.all(scan, limit).map(({ id, last_seq }) => ({
      id,
      assignments: this.#pending.all(scan, id, last_seq).map((row) => assignmentOf(scanId, row)),
    }));
  }

  /** The rows of these were never confirmed and nobody walks any more: they are for {@link republish} from now on. */
  abandon(scan: number): void {
    this.#abandon.run(this.now(), scan);
  }

  /** An ended row of a publication is open again and sent now: {@link republish} looks at it from now on. */
  reopen(scan: number, seq: number): void {
    this.#reopen.run({ scan, seq, now: this.now() });
  }

  republish(before: number, limit: number): Republication[] {
    const now = this.now();
    const due: Republication[] = [];
    // Those that stay due although they were looked at: only where `before` lies ahead of now.
    let looked = 0;
    while (due.length < limit) {
      const publication = this.#due.get(before, looked);
      if (publication === undefined) break;
      const { scan_no, id } = publication;
      const open = publication.cancelled === 1 ? [] : this.#openRows(publication);
      const { due: more, oldest } = dueRows(publication, open, { before, now, room: limit - due.length });
      for (const { seq } of more) this.#republished.run(now, scan_no, seq);
      due.push(...more);
      this.#oldest.run(oldest, scan_no, id);
      if (oldest !== null && oldest < before) looked += 1;
    }
    return due;
  }

  #openRows({ scan_no, id, last_seq }: DuePublication): OpenRow[] {
    return [...this.#pending.all(scan_no, id, last_seq), ...this.#redriving.all(scan_no, id, last_seq)];
  }
}
