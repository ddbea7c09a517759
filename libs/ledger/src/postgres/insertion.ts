import { CONFLICT_CODE, OUTCOME_CODE } from '../codes';
import type { CountChange } from '../count-change';
import { toBytesOrNull } from '../exact-text';
import type { FoundFile } from '../file';
import { type PlannedRow, plannedRow, refusedRow } from '../planned-row';
import { Spans } from '../spans';
import { Tally } from '../tally';
import { insertContents } from './contents';
import { Destinations } from './destinations';
import { Overtaken } from './failure';
import { head } from './schema';
import { type Session } from './session';
import { addTallies } from './tallies';

/** A row as it is inserted. */
interface NewRow extends PlannedRow {
  seq: number;
  file: FoundFile;
  /** The row plans its destination, and no other row of the scan may. */
  reserved: boolean;
  /** The destination planned first, where it was numbered. */
  base: string | null;
}

export interface Insertion {
  inserted: number;
  /** In the order of their numbers. */
  moving: { seq: number; path: string }[];
  /** For the scan's counts. */
  change: CountChange;
}

/**
 * Inserts files whose path has no row, numbered on from `found`, within a transaction that has the walk: no other inserts rows of this scan.
 * Throws {@link Overtaken} where a row that was being placed took a destination meanwhile.
 */
export async function insertFiles(
  session: Session,
  scan: number,
  found: number,
  files: FoundFile[],
  now: number,
): Promise<Insertion> {
  const rows = await planRows(session, scan, found, files);
  const change: CountChange = {};
  for (const { outcome } of rows) change[outcome] = (change[outcome] ?? 0) + 1;
  if (rows.length > 0) {
    change.found = rows.length;
    await insertRows(session, scan, rows, now);
    await insertInspections(session, scan, rows);
    await insertContents(session, scan, rows);
    await widenSpans(session, scan, rows);
  }
  const moving = rows.filter(({ outcome }) => outcome === 'pending').map(({ seq, file: { path } }) => ({ seq, path }));
  return { inserted: rows.length, moving, change };
}

/** Which of these paths have a row, as bytes in Latin-1. */
export async function knownPaths(session: Session, scan: number, paths: Buffer[]): Promise<Set<string>> {
  if (paths.length === 0) return new Set();
  const rows = await session.all<{ path: Buffer }>(
    `SELECT f.path FROM unnest($2::bytea[]) AS k (path) CROSS JOIN LATERAL (
       SELECT path FROM files WHERE scan_no = $1 AND ${head('path')} = ${head('k.path')} AND path = k.path LIMIT 1) AS f`,
    scan,
    paths,
  );
  return new Set(rows.map(({ path }) => path.toString('latin1')));
}

async function planRows(session: Session, scan: number, found: number, files: FoundFile[]): Promise<NewRow[]> {
  const planned = files.map((file) => ({ file, row: plannedRow(file) }));
  const known = await knownPaths(
    session,
    scan,
    planned.map(({ row }) => row.path),
  );
  const fresh = planned.filter(({ row }) => {
    const path = row.path.toString('latin1');
    return !known.has(path) && known.add(path);
  });
  const destinations = new Destinations(session, scan);
  await destinations.look(fresh.flatMap(({ row }) => row.destination ?? []));
  const rows: NewRow[] = [];
  for (const { file, row } of fresh) {
    const planned = await place(destinations, found + rows.length + 1, file, row);
    if (planned.reserved && planned.destination !== null) destinations.take(planned.destination, planned.seq);
    rows.push(planned);
  }
  await destinations.keep();
  return rows;
}

async function place(destinations: Destinations, seq: number, file: FoundFile, row: PlannedRow): Promise<NewRow> {
  const planned = { ...row, seq, file, base: null };
  const wanted = row.destination;
  const taker = wanted === null ? undefined : destinations.taker(wanted);
  if (wanted === null || taker === undefined) return { ...planned, reserved: wanted !== null };
  if (row.onConflict !== CONFLICT_CODE.number) return { ...planned, ...refusedRow(row, taker), reserved: false };
  return { ...planned, destination: await destinations.number(wanted), base: wanted, reserved: true };
}

async function insertRows(session: Session, scan: number, rows: NewRow[], now: number): Promise<void> {
  const inserted = await session.run(
    `INSERT INTO files (scan_no, updated_at, seq, outcome, verdict, action, on_conflict, reserved, size, modified_at,
       path, identity, destination, base, reason)
     SELECT $1, $2, * FROM unnest($3::bigint[], $4::smallint[], $5::smallint[], $6::smallint[], $7::smallint[], $8::smallint[],
       $9::bigint[], $10::bigint[], $11::bytea[], $12::text[], $13::bytea[], $14::bytea[], $15::bytea[])
     ON CONFLICT DO NOTHING`,
    scan,
    now,
    rows.map(({ seq }) => seq),
    rows.map(({ outcome }) => OUTCOME_CODE[outcome]),
    rows.map(({ verdict }) => verdict),
    rows.map(({ action }) => action),
    rows.map(({ onConflict }) => onConflict),
    rows.map(({ reserved }) => (reserved ? 1 : 0)),
    rows.map(({ file: { size } }) => size),
    rows.map(({ file: { modifiedAt } }) => (modifiedAt === null ? null : Math.floor(modifiedAt))),
    rows.map(({ path }) => path),
    rows.map(({ file: { identity } }) => identity),
    rows.map(({ destination }) => toBytesOrNull(destination)),
    rows.map(({ base }) => toBytesOrNull(base)),
    rows.map(({ reason }) => toBytesOrNull(reason)),
  );
  if (inserted !== rows.length) throw new Overtaken('Another row took a destination that this batch planned');
}

async function insertInspections(session: Session, scan: number, rows: NewRow[]): Promise<void> {
  const tally = new Tally();
  const judged: { seq: number; facts: string; findings: string | null }[] = [];
  const codes: { seq: number; code: string }[] = [];
  for (const { seq, file } of rows) {
    if (file.inspection === null) continue;
    const { facts, findings } = file.inspection;
    judged.push({
      seq,
      facts: JSON.stringify(facts),
      findings: findings.length === 0 ? null : JSON.stringify(findings),
    });
    for (const code of tally.add(file.inspection)) codes.push({ seq, code });
  }
  if (judged.length === 0) return;
  await session.run(
    `INSERT INTO inspections (scan_no, seq, facts, findings) SELECT $1, * FROM unnest($2::bigint[], $3::text[], $4::text[])`,
    scan,
    judged.map(({ seq }) => seq),
    judged.map(({ facts }) => facts),
    judged.map(({ findings }) => findings),
  );
  if (codes.length > 0) {
    await session.run(
      `INSERT INTO finding_codes (scan_no, seq, code) SELECT $1, * FROM unnest($2::bigint[], $3::text[])`,
      scan,
      codes.map(({ seq }) => seq),
      codes.map(({ code }) => code),
    );
  }
  await addTallies(session, scan, tally.counts());
}

async function widenSpans(session: Session, scan: number, rows: NewRow[]): Promise<void> {
  const gathered = new Spans();
  for (const { seq, path } of rows) gathered.add(seq, path);
  const spans = [...gathered.all()];
  await session.run(
    `INSERT INTO spans (scan_no, span, low, high) SELECT $1, * FROM unnest($2::bigint[], $3::bytea[], $4::bytea[])
     ON CONFLICT (scan_no, span) DO UPDATE SET
       low = CASE WHEN excluded.low < spans.low THEN excluded.low ELSE spans.low END,
       high = CASE WHEN excluded.high > spans.high THEN excluded.high ELSE spans.high END`,
    scan,
    spans.map(({ span }) => span),
    spans.map(({ low }) => low),
    spans.map(({ high }) => high),
  );
}
