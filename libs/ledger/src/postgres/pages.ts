import { OUTCOME_CODE, VERDICT_CODE } from '../codes';
import { afterPrefix, toBytes } from '../exact-text';
import type { FileFilter } from '../file';
import { type FilteredRows, type PageSource, chooseSource, hasPath } from '../page-source';
import { OUTCOMES } from '../scan';
import { SPAN } from '../spans';
import { digestOf } from './digest';
import { HEAD, head } from './schema';
import { type Session } from './session';

/** Fewer than SQLite's: each of them is counted and fetched for every page. */
const FEW = 1_000;
/** Spans that are looked through at once. */
const SPANS = 8;
/** No head of a path is longer, so nothing sorts after this. */
const END = Buffer.alloc(HEAD + 1, 0xff);
/** In the order of its index. What a longer prefix says beyond a head is asked of what was found: the server would guess wrongly how few that leaves. */
const UNDER = `scan_no = $1 AND ${head('path')} >= $2 AND ${head('path')} < $3`;
const HAS_PREFIX = `substring(path FROM 1 FOR octet_length($4::bytea)) = $4`;

/** Every path with the prefix has a head from the first to below the second; where the prefix is longer than a head, others do too. */
function bounds(prefix: string): [low: Buffer, high: Buffer, prefix: Buffer] {
  const bytes = toBytes(prefix);
  const low = bytes.subarray(0, HEAD);
  return [low, afterPrefix(low) ?? END, bytes];
}

/** The source with the fewest rows among those that the filter allows. Within a read of the caller. */
export async function sourceOf(session: Session, scan: number, filter: FileFilter): Promise<PageSource> {
  const counts = await session.first<Record<string, number>>(
    `SELECT found, pending, accepted, quarantined, left_there AS "left", skipped, conflicted, errored FROM scans WHERE no = $1`,
    scan,
  );
  const tally = async (kind: string, key: string | undefined) =>
    key === undefined
      ? 0
      : ((
          await session.first<{ count: number }>(
            `SELECT count FROM tallies WHERE scan_no = $1 AND kind = $2 AND digest = $3`,
            scan,
            kind,
            digestOf(key),
          )
        )?.count ?? 0);
  const rows: FilteredRows = {
    all: counts?.['found'] ?? 0,
    path: hasPath(filter) ? await fewUnder(session, scan, filter.path) : 0,
    code: await tally('code', filter.code),
    outcome: filter.outcome === undefined ? 0 : (counts?.[filter.outcome] ?? 0),
    verdict: await tally('verdict', filter.verdict),
  };
  return chooseSource(filter, rows, FEW);
}

async function fewUnder(session: Session, scan: number, prefix: string): Promise<number> {
  const row = await session.first<{ rows: number }>(
    // In the order of the index that has them: another index would be read to its end for a prefix that is rare.
    `SELECT count(*) AS rows FROM (SELECT 1 FROM files WHERE ${UNDER} ORDER BY scan_no, ${head('path')} LIMIT ${FEW + 1}) AS few`,
    scan,
    ...bounds(prefix).slice(0, 2),
  );
  return row?.rows ?? 0;
}

/** Numbers of rows, rising, after a given one: at most `limit`, and fewer only where there are no more. Within a read of the caller. */
export async function numbersOf(
  session: Session,
  by: PageSource['by'],
  scan: number,
  filter: FileFilter,
  after: number,
  limit: number,
): Promise<number[]> {
  const rows = await numberRows(session, by, scan, filter, after, limit);
  return rows.map(({ seq }) => seq);
}

function numberRows(
  session: Session,
  by: PageSource['by'],
  scan: number,
  filter: FileFilter,
  after: number,
  limit: number,
): Promise<{ seq: number }[]> {
  const { code = '', path = '' } = filter;
  const ordered = 'ORDER BY seq LIMIT';
  switch (by) {
    case 'number':
      return session.all(`SELECT seq FROM files WHERE scan_no = $1 AND seq > $2 ${ordered} $3`, scan, after, limit);
    case 'code':
      return session.all(
        `SELECT seq FROM finding_codes WHERE scan_no = $1 AND code = $2 AND seq > $3 ${ordered} $4`,
        scan,
        code,
        after,
        limit,
      );
    case 'outcome':
      return session.all(
        `SELECT f.seq FROM unnest($2::smallint[]) AS o (outcome) CROSS JOIN unnest($3::smallint[]) AS v (verdict)
         CROSS JOIN LATERAL (SELECT seq FROM files WHERE scan_no = $1 AND outcome = o.outcome AND verdict = v.verdict AND seq > $4
           ${ordered} $5) AS f
         ${ordered} $5`,
        scan,
        (filter.outcome === undefined ? OUTCOMES : [filter.outcome]).map((name) => OUTCOME_CODE[name]),
        filter.verdict === undefined ? Object.values(VERDICT_CODE) : [VERDICT_CODE[filter.verdict]],
        after,
        limit,
      );
    case 'few-paths':
      // First those under the prefix, by its index; then in order.
      return session.all(
        `WITH under AS MATERIALIZED (SELECT seq, path FROM files WHERE ${UNDER})
         SELECT seq FROM under WHERE ${HAS_PREFIX} AND seq > $5 ${ordered} $6`,
        scan,
        ...bounds(path),
        after,
        limit,
      );
    case 'many-paths':
      return manyUnder(session, scan, path, after, limit);
  }
}

/** Some spans at a time, as long as a page needs more. */
async function manyUnder(session: Session, scan: number, path: string, after: number, limit: number) {
  const [low, high, prefix] = bounds(path);
  const found: { seq: number }[] = [];
  let next = after + 1;
  while (found.length < limit) {
    const spans = await session.all<{ span: number }>(
      `SELECT span FROM spans WHERE scan_no = $1 AND span >= $2 AND high >= $3 AND low < $4 ORDER BY span LIMIT ${SPANS}`,
      scan,
      Math.floor(next / SPAN),
      low,
      high,
    );
    const rows = await session.all<{ seq: number }>(
      `SELECT f.seq FROM unnest($5::bigint[]) AS s (span) CROSS JOIN LATERAL (
         SELECT seq FROM files WHERE scan_no = $1 AND seq BETWEEN greatest($6::bigint, s.span * ${SPAN}) AND s.span * ${SPAN} + ${SPAN - 1}
           AND path >= $2 AND path < $3 AND ${HAS_PREFIX}) AS f
       ORDER BY f.seq LIMIT $7`,
      scan,
      low,
      high,
      prefix,
      spans.map(({ span }) => span),
      next,
      limit - found.length,
    );
    found.push(...rows);
    if (spans.length < SPANS) break;
    next = ((spans.at(-1)?.span ?? 0) + 1) * SPAN;
  }
  return found;
}
