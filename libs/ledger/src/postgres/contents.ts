import {
  type AlikeFiles,
  type CopiesOfFile,
  type EarlierFiles,
  type HeadOfFile,
  MOST_COPIES,
  MOST_UNDIGESTED,
} from '../content';
import {
  EARLIER_COLUMNS,
  type EarlierRow,
  IS_OF_CONTENT,
  OF_CONTENT,
  boundsOf,
  digestBytes,
  earlierFile,
  wasAccepted,
} from '../content-row';
import type { FileKey, FoundFile } from '../file';
import { type Session } from './session';

/** A row that another one's place among the asked is told with. */
type Answered<Row> = Row & { at: number };

const SAME_HEAD = 'c.size = k.size AND c.head = k.head';
const ACCEPTED = wasAccepted('$1', '$2');
const ASKED = `unnest($3::bigint[], $4::bytea[]) WITH ORDINALITY AS k (size, head, at)`;
const ASKED_DIGESTS = `unnest($3::bigint[], $4::bytea[], $5::bytea[]) WITH ORDINALITY AS k (size, head, digest, at)`;

/** What inserted files hold, those that are to be compared. */
export async function insertContents(
  session: Session,
  scan: number,
  rows: { seq: number; file: Pick<FoundFile, 'size' | 'content'> }[],
): Promise<void> {
  const known = rows.flatMap(({ seq, file: { size, content } }) =>
    content && size !== null
      ? {
          seq,
          size,
          head: digestBytes(content.head),
          digest: content.digest === null ? null : digestBytes(content.digest),
        }
      : [],
  );
  if (known.length === 0) return;
  await session.run(
    `INSERT INTO contents (scan_no, seq, size, head, digest)
     SELECT $1, * FROM unnest($2::bigint[], $3::bigint[], $4::bytea[], $5::bytea[])`,
    scan,
    known.map(({ seq }) => seq),
    known.map(({ size }) => size),
    known.map(({ head }) => head),
    known.map(({ digest }) => digest),
  );
}

/** What rows that were judged anew hold now. */
export async function replaceContents(
  session: Session,
  scan: number,
  rows: { seq: number; file: Pick<FoundFile, 'size' | 'content'> }[],
): Promise<void> {
  if (rows.length === 0) return;
  await session.run(
    `DELETE FROM contents USING unnest($2::bigint[]) AS k (seq) WHERE scan_no = $1 AND contents.seq = k.seq`,
    scan,
    rows.map(({ seq }) => seq),
  );
  await insertContents(session, scan, rows);
}

export async function alike(session: Session, before: EarlierFiles, heads: HeadOfFile[]): Promise<AlikeFiles[]> {
  if (heads.length === 0) return [];
  const asked = [
    ...(await bounds(session, before)),
    heads.map(({ size }) => size),
    heads.map(({ head }) => digestBytes(head)),
  ] as const;
  const met = await session.all<{ at: number; scan: boolean; accepted: boolean }>(
    `SELECT k.at::int AS at, EXISTS (SELECT 1 FROM contents AS c WHERE ${SAME_HEAD} AND c.scan_no = $1) AS scan,
       EXISTS (SELECT 1 FROM contents AS c ${OF_CONTENT} WHERE ${SAME_HEAD} AND ${IS_OF_CONTENT} AND ${ACCEPTED}) AS accepted
     FROM ${ASKED} ORDER BY k.at`,
    ...asked,
  );
  const answers = met.map(({ scan, accepted }): AlikeFiles => ({ scan, accepted, undigested: [] }));
  if (!answers.some(({ scan, accepted }) => scan || accepted)) return answers;
  const undigested = await session.all<Answered<EarlierRow>>(
    `SELECT k.at::int AS at, e.* FROM ${ASKED} CROSS JOIN LATERAL (
       SELECT ${EARLIER_COLUMNS} FROM contents AS c ${OF_CONTENT}
       WHERE ${SAME_HEAD} AND c.digest IS NULL AND ${IS_OF_CONTENT} AND (c.scan_no = $1 OR (${ACCEPTED}))
       ORDER BY c.scan_no, c.seq LIMIT ${MOST_UNDIGESTED}) AS e`,
    ...asked,
  );
  for (const row of undigested) answers[row.at - 1]?.undigested.push(earlierFile(row));
  return answers;
}

export async function copies(
  session: Session,
  before: EarlierFiles,
  contents: (HeadOfFile & { digest: string })[],
): Promise<CopiesOfFile[]> {
  const answers = contents.map((): CopiesOfFile => ({ scan: [], accepted: [] }));
  if (contents.length === 0) return answers;
  const asked = [
    ...(await bounds(session, before)),
    contents.map(({ size }) => size),
    contents.map(({ head }) => digestBytes(head)),
    contents.map(({ digest }) => digestBytes(digest)),
  ] as const;
  // Both bounds stand in both statements, since every parameter needs its type.
  const found = (which: string) =>
    session.all<Answered<EarlierRow>>(
      `SELECT k.at::int AS at, e.* FROM ${ASKED_DIGESTS} CROSS JOIN LATERAL (
         SELECT ${EARLIER_COLUMNS} FROM contents AS c ${OF_CONTENT}
         WHERE ${SAME_HEAD} AND c.digest = k.digest AND ${IS_OF_CONTENT} AND ${which}
         ORDER BY c.scan_no, c.seq LIMIT ${MOST_COPIES}) AS e`,
      ...asked,
    );
  for (const row of await found('c.scan_no = $1 AND $2::bigint IS NOT NULL'))
    answers[row.at - 1]?.scan.push(earlierFile(row));
  for (const row of await found(ACCEPTED)) answers[row.at - 1]?.accepted.push(earlierFile(row));
  return answers;
}

/** In the order of the keys: who writes the same rows at once waits for the other and never in a circle. */
export async function digested(session: Session, digests: (FileKey & { digest: string })[]): Promise<void> {
  if (digests.length === 0) return;
  const inOrder = [...digests].sort((one, other) =>
    one.scan === other.scan ? one.seq - other.seq : one.scan < other.scan ? -1 : 1,
  );
  await session.run(
    `WITH k AS MATERIALIZED (
       SELECT c.scan_no, c.seq, k.digest FROM unnest($1::text[], $2::bigint[], $3::bytea[]) WITH ORDINALITY AS k (scan, seq, digest, at)
         CROSS JOIN LATERAL (SELECT no FROM scans WHERE id = k.scan LIMIT 1) AS s
         CROSS JOIN LATERAL (SELECT scan_no, seq FROM contents WHERE scan_no = s.no AND seq = k.seq AND digest IS NULL FOR UPDATE LIMIT 1) AS c
       ORDER BY k.at)
     UPDATE contents SET digest = k.digest FROM k WHERE contents.scan_no = k.scan_no AND contents.seq = k.seq`,
    inOrder.map(({ scan }) => scan),
    inOrder.map(({ seq }) => seq),
    inOrder.map(({ digest }) => digestBytes(digest)),
  );
}

async function bounds(session: Session, before: EarlierFiles): Promise<[no: number, by: number]> {
  const scan =
    before.scan === null
      ? undefined
      : await session.first<{ no: number }>(`SELECT no FROM scans WHERE id = $1 AND state <> 'void'`, before.scan);
  const { no, by } = boundsOf(before, scan?.no);
  return [no, by];
}
