import { OPEN } from '../claim-row';
import { OUTCOME_CODE } from '../codes';
import { type DuePublication, type OpenRow, assignmentOf, dueRows } from '../due-rows';
import type { Republication } from '../file';
import type { Publication } from '../ledger';
import { HERE, each } from './rows-by-scan';
import { type Session } from './session';

const OPEN_COLUMNS = 'seq, generation, path, published_at';

/**
 * A publication is what one transaction of a walk sends: the moving rows among a range of numbers. It is named by the first of them.
 *
 * `oldest_at` is never later than the last publish of any open row of the range; null once none was found open. Each method runs inside a
 * transaction of its caller.
 */
export class Publications {
  constructor(private readonly now: () => number) {}

  /** Null where nothing moves. `moving` is in the order of the numbers. */
  async add(
    session: Session,
    scan: number,
    scanId: string,
    moving: { seq: number; path: string }[],
  ): Promise<Publication | null> {
    const first = moving[0];
    const last = moving.at(-1);
    if (first === undefined || last === undefined) return null;
    await session.run(
      `INSERT INTO publications (scan_no, id, last_seq) VALUES ($1, $2, $3)`,
      scan,
      first.seq,
      last.seq,
    );
    return { id: first.seq, assignments: moving.map(({ seq, path }) => ({ scan: scanId, seq, path, generation: 1 })) };
  }

  async confirm(session: Session, scan: number, id: number): Promise<void> {
    await session.run(
      `UPDATE publications SET confirmed_at = $3, oldest_at = $3 WHERE scan_no = $1 AND id = $2 AND confirmed_at IS NULL`,
      scan,
      id,
      this.now(),
    );
  }

  async unconfirmed(session: Session, scanId: string, limit: number): Promise<Publication[]> {
    const rows = await session.all<{ scan_no: number; id: number; last_seq: number }>(
      `SELECT scan_no, id, last_seq FROM publications
       WHERE scan_no = (SELECT no FROM scans WHERE id = $1 AND state <> 'void') AND confirmed_at IS NULL ORDER BY id LIMIT $2`,
      scanId,
      limit,
    );
    const publications: Publication[] = [];
    for (const { scan_no, id, last_seq } of rows) {
      const pending = await session.all<OpenRow>(
        // By the numbers, not by the outcome: the other rows of the range are few.
        `SELECT ${OPEN_COLUMNS} FROM files WHERE scan_no = $1 AND seq BETWEEN $2 AND $3 AND outcome + 0 = ${OUTCOME_CODE.pending}
         ORDER BY seq`,
        scan_no,
        id,
        last_seq,
      );
      publications.push({ id, assignments: pending.map((row) => assignmentOf(scanId, row)) });
    }
    return publications;
  }

  /** The rows of these were never confirmed and nobody walks any more: they are for {@link republish} from now on. */
  async abandon(session: Session, scan: number): Promise<void> {
    await session.run(
      `UPDATE publications SET oldest_at = $2 WHERE scan_no = $1 AND confirmed_at IS NULL`,
      scan,
      this.now(),
    );
  }

  /**
   * Ended rows of publications are to be open again and sent now: {@link republish} looks at them from now on. Before the rows are
   * locked. `seqs` are of one scan.
   */
  async reopen(session: Session, scan: number, seqs: number[]): Promise<void> {
    await session.run(
      `UPDATE publications SET oldest_at = $3 WHERE scan_no = $1 AND oldest_at IS NULL AND id IN (
         SELECT p.id FROM unnest($2::bigint[]) AS k (seq) CROSS JOIN LATERAL (
           SELECT id FROM publications WHERE scan_no = $1 AND id <= k.seq ORDER BY id DESC LIMIT 1) AS p)`,
      scan,
      seqs,
      this.now(),
    );
  }

  async republish(session: Session, before: number, limit: number): Promise<Republication[]> {
    const now = this.now();
    const due: Republication[] = [];
    // Those that stay due although they were looked at: only where `before` lies ahead of now.
    let looked = 0;
    while (due.length < limit) {
      const publication = await session.first<DuePublication>(
        `SELECT p.scan_no, p.id, p.last_seq, p.confirmed_at, (s.cancel_requested_at IS NOT NULL)::int AS cancelled,
           s.id AS scan, s.priority, s.request_id
         FROM publications p JOIN scans s ON s.no = p.scan_no
         WHERE p.oldest_at < $1 ORDER BY p.oldest_at, p.scan_no, p.id LIMIT 1 OFFSET $2 FOR UPDATE OF p`,
        before,
        looked,
      );
      if (publication === undefined) break;
      const { scan_no, id } = publication;
      const open = publication.cancelled === 1 ? [] : await openRows(session, publication);
      const { due: more, oldest } = dueRows(publication, open, { before, now, room: limit - due.length });
      await session.run(
        `UPDATE files SET published_at = $3 FROM ${each('$2::bigint[]', 'seq')} WHERE ${HERE}`,
        scan_no,
        more.map(({ seq }) => seq),
        now,
      );
      due.push(...more);
      await session.run(`UPDATE publications SET oldest_at = $3 WHERE scan_no = $1 AND id = $2`, scan_no, id, oldest);
      if (oldest !== null && oldest < before) looked += 1;
    }
    return due;
  }
}

function openRows(session: Session, { scan_no, id, last_seq }: DuePublication): Promise<OpenRow[]> {
  return session.all<OpenRow>(
    `SELECT ${OPEN_COLUMNS} FROM files WHERE scan_no = $1 AND seq BETWEEN $2 AND $3 AND ${OPEN} ORDER BY seq FOR UPDATE`,
    scan_no,
    id,
    last_seq,
  );
}
