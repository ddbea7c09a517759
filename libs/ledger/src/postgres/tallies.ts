import type { ReasonCount } from '../dead-letter';
import type { LetterChange } from '../ending-row';
import type { TallyKind } from '../tally';
import { digestOf } from './digest';
import { type Session } from './session';

interface Count {
  kind: TallyKind;
  key: string;
  count: number;
}

const LETTERS = 'dead-letter' satisfies TallyKind;

/** Adds to what is counted beside the outcomes. Counts may be negative; what comes to nothing is forgotten. Within a transaction of the caller. */
export async function addTallies(session: Session, scan: number, counted: Iterable<Count>): Promise<void> {
  const counts = [...counted].filter(({ count }) => count !== 0);
  if (counts.length === 0) return;
  await session.run(
    `INSERT INTO tallies (scan_no, kind, key, digest, count)
     SELECT $1, * FROM unnest($2::text[], $3::text[], $4::bytea[], $5::bigint[])
     ON CONFLICT (scan_no, kind, digest) DO UPDATE SET count = tallies.count + excluded.count`,
    scan,
    counts.map(({ kind }) => kind),
    counts.map(({ key }) => key),
    counts.map(({ key }) => digestOf(key)),
    counts.map(({ count }) => count),
  );
  const fewer = counts.filter(({ count }) => count < 0);
  if (fewer.length === 0) return;
  await session.run(
    `DELETE FROM tallies USING unnest($2::text[], $3::bytea[]) AS k (kind, digest)
     WHERE scan_no = $1 AND tallies.kind = k.kind AND tallies.digest = k.digest AND count = 0`,
    scan,
    fewer.map(({ kind }) => kind),
    fewer.map(({ key }) => digestOf(key)),
  );
}

export async function countLetters(session: Session, scan: number, change: LetterChange): Promise<void> {
  // In one order, so that two who count the same reasons never wait for each other in a circle.
  const counts = [...change].map(([key, count]): Count => ({ kind: LETTERS, key, count }));
  await addTallies(
    session,
    scan,
    counts.sort((one, other) => (one.key < other.key ? -1 : 1)),
  );
}

/** Dead letters by the code of their reason, the most frequent first; of one scan, or of all. */
export function lettersOf(session: Session, scan: number | null): Promise<ReasonCount[]> {
  return session.all<ReasonCount>(
    `SELECT key AS reason, sum(count)::bigint AS count FROM tallies
     WHERE kind = '${LETTERS}' AND ($1::bigint IS NULL OR scan_no = $1) GROUP BY key ORDER BY 2 DESC, key`,
    scan,
  );
}
