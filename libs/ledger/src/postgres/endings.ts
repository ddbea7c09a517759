import { OPEN } from '../claim-row';
import { OUTCOME_CODE } from '../codes';
import { ENDING_COLUMNS, type EndedScan, type EndingRow, decideEndings } from '../ending-row';
import { toBytes } from '../exact-text';
import type { Ending, FileKey } from '../file';
import { type Completion } from './completion';
import { HERE, RowsByScan, each, scansOf } from './rows-by-scan';
import { type Session } from './session';
import { countLetters } from './tallies';

const PENDING = OUTCOME_CODE.pending;
/** In the order of their numbers within each verdict, as the index has them. */
const UNCLAIMED = `
  SELECT f.seq FROM unnest(ARRAY[0, 1, 2]::smallint[]) AS v (verdict) CROSS JOIN LATERAL (
    SELECT seq FROM files WHERE scan_no = $1 AND outcome = ${PENDING} AND verdict = v.verdict AND attempt = 0
    ORDER BY seq LIMIT $2) AS f
  ORDER BY f.seq LIMIT $2`;

/** How rows end, or are given back. Each method runs inside a transaction of its caller. */
export class Endings {
  constructor(
    private readonly completion: Completion,
    private readonly now: () => number,
  ) {}

  /** All rows of the batch are locked and written before any scan's counts are: those are held for a moment only. */
  async end(session: Session, endings: Ending[]): Promise<boolean[]> {
    const scans = await scansOf(session, endings);
    const rows = await RowsByScan.read<EndingRow>(session, ENDING_COLUMNS, 'FOR UPDATE', scans, endings);
    const numbers = new Map([...scans].map(([id, { no }]) => [id, no]));
    const decided = decideEndings(endings, numbers, (no, seq) => rows.find(no, seq));
    for (const scan of decided.scans) await this.#write(session, scan);
    for (const { no, letters } of decided.scans) await countLetters(session, no, letters);
    for (const { no, change } of decided.scans) await this.completion.count(session, no, change);
    return decided.recorded;
  }

  async #write(session: Session, { no, rows }: Pick<EndedScan, 'no' | 'rows'>): Promise<void> {
    await session.run(
      `UPDATE files SET outcome = e.outcome, reason = e.reason, redriving = 0, updated_at = $3,
         holder_no = CASE WHEN e.resolved = 1 THEN 0 ELSE holder_no END,
         released = CASE WHEN e.resolved = 1 THEN 0 ELSE released END,
         unresolved = CASE WHEN e.resolved = 1 OR holder_no = 0 THEN 0 ELSE 1 END
       FROM ${each('$2::bigint[], $4::smallint[], $5::bytea[], $6::smallint[]', 'seq, outcome, reason, resolved')} WHERE ${HERE}`,
      no,
      rows.map(({ seq }) => seq),
      this.now(),
      rows.map(({ outcome }) => outcome),
      rows.map(({ reason }) => reason),
      rows.map(({ resolved }) => (resolved ? 1 : 0)),
    );
  }

  async release(session: Session, claims: (FileKey & { attempt: number; forgiven: boolean })[]): Promise<void> {
    const scans = await scansOf(session, claims);
    const now = this.now();
    await RowsByScan.read(session, 'attempt', 'FOR UPDATE', scans, claims);
    for (const [id, { no }] of scans) {
      const mine = claims.filter(({ scan }) => scan === id);
      await session.run(
        `UPDATE files SET released = 1, forgiven = files.forgiven + e.forgiven, published_at = $5
         FROM ${each('$2::bigint[], $3::int[], $4::int[]', 'seq, attempt, forgiven')}
         WHERE ${HERE} AND files.attempt = e.attempt AND released = 0 AND ${OPEN}`,
        no,
        mine.map(({ seq }) => seq),
        mine.map(({ attempt }) => attempt),
        mine.map(({ forgiven }) => (forgiven ? 1 : 0)),
        now,
      );
      await session.run(
        `DELETE FROM superseded s USING ${each('$2::bigint[], $3::int[]', 'seq, attempt')}
         WHERE s.scan_no = $1 AND s.seq = e.seq AND s.attempt = e.attempt`,
        no,
        mine.map(({ seq }) => seq),
        mine.map(({ attempt }) => attempt),
      );
    }
  }

  async forgetSuperseded(session: Session, { scan, seq, attempt }: FileKey & { attempt: number }): Promise<void> {
    await session.run(
      `DELETE FROM superseded WHERE scan_no = (SELECT no FROM scans WHERE id = $1) AND seq = $2 AND attempt <= $3`,
      scan,
      seq,
      attempt,
    );
  }

  async resolve(session: Session, claim: FileKey & { attempt: number }): Promise<void> {
    await session.run(
      `UPDATE files SET holder_no = 0, released = 0, unresolved = 0
       WHERE scan_no = (SELECT no FROM scans WHERE id = $1) AND seq = $2 AND attempt = $3 AND NOT ${OPEN}`,
      claim.scan,
      claim.seq,
      claim.attempt,
    );
  }

  async endUnclaimed(session: Session, id: string, limit: number): Promise<number> {
    const scans = await scansOf(session, [{ scan: id, seq: 0 }]);
    const scan = scans.get(id);
    if (scan?.cancelled !== 1) return 0;
    const { no } = scan;
    // First, since the last pending row finishes the scan.
    const redriven = await this.#endRedriven(session, id, no, limit);
    if (redriven > 0) return redriven;
    const reason = toBytes('cancelled');
    for (;;) {
      const found = await session.all<{ seq: number }>(UNCLAIMED, no, limit);
      if (found.length === 0) return 0;
      const keys = found.map(({ seq }) => ({ scan: id, seq }));
      const rows = await RowsByScan.read<EndingRow>(session, ENDING_COLUMNS, 'FOR UPDATE', scans, keys);
      // Who claimed one of them meanwhile keeps it; where that leaves none, the next ones are looked at.
      const ended = found.flatMap(({ seq }) => {
        const row = rows.find(no, seq);
        if (row?.outcome !== PENDING || row.attempt !== 0) return [];
        return { seq, outcome: OUTCOME_CODE.left, reason, resolved: true };
      });
      if (ended.length === 0) continue;
      const change = { pending: -ended.length, left: ended.length };
      await this.#write(session, { no, rows: ended });
      await this.completion.count(session, no, change);
      return ended.length;
    }
  }

  async #endRedriven(session: Session, id: string, no: number, limit: number): Promise<number> {
    const left = { scan: id, outcome: 'left', reason: 'cancelled', resolved: true } as const;
    for (;;) {
      const found = await session.all<{ seq: number; attempt: number }>(
        `SELECT seq, attempt FROM files WHERE scan_no = $1 AND redriving = 1 AND holder_no = 0 ORDER BY seq LIMIT $2`,
        no,
        limit,
      );
      if (found.length === 0) return 0;
      const ended = await this.end(
        session,
        found.map((row) => ({ ...left, ...row })),
      );
      // Who ended one of them meanwhile was first; where that leaves none, the next ones are looked at.
      const count = ended.filter((one) => one).length;
      if (count > 0) return count;
    }
  }
}
