import { OUTCOME_CODE } from '../codes';
import type { DeadLetter, DeadLetterFilter, ReasonCount } from '../dead-letter';
import { toBytes } from '../exact-text';
import { type FileRow, type InspectionRow, fileRecord } from '../file-row';
import { DEAD_BY_CODE, REASON_CODE } from './schema';
import { type Session, type Value } from './session';
import { lettersOf } from './tallies';

const NO = `SELECT no FROM scans WHERE id = $1 AND state <> 'void'`;

/** A page of errored rows by the index that has them in order: of a scan or of all, for a reason or any. Within a read of the caller. */
export async function deadLetters(
  session: Session,
  { scan, reason, after, limit }: DeadLetterFilter,
): Promise<DeadLetter[]> {
  const of = scan === undefined ? null : await session.first<{ no: number }>(NO, scan);
  const from = after === null ? { no: 0 } : await session.first<{ no: number }>(NO, after.scan);
  if (of === undefined || from === undefined) return [];
  const values: Value[] = [limit];
  const place = (value: Value) => `$${values.push(value)}`;
  const conditions =
    reason === undefined
      ? [`outcome = ${OUTCOME_CODE.errored}`]
      : [DEAD_BY_CODE, `${REASON_CODE} = ${place(toBytes(reason))}`];
  if (of !== null) conditions.push(`scan_no = ${place(of.no)}`);
  conditions.push(`(scan_no, seq) > (${place(from.no)}, ${place(after?.seq ?? 0)})`);
  const rows = await session.all<Row>(
    `SELECT s.id AS scan, f.seq, outcome, verdict, attempt, forgiven, redriving, size, modified_at, updated_at, path, destination, f.reason,
       generation, facts, findings
     FROM (SELECT * FROM files WHERE ${conditions.join(' AND ')} ORDER BY scan_no, seq LIMIT $1) AS f
       CROSS JOIN LATERAL (SELECT id FROM scans WHERE no = f.scan_no LIMIT 1) AS s
       LEFT JOIN LATERAL (SELECT facts, findings FROM inspections WHERE scan_no = f.scan_no AND seq = f.seq LIMIT 1) AS i ON true
     ORDER BY f.scan_no, f.seq`,
    ...values,
  );
  return rows.map((row) => {
    const inspection = row.facts === null ? undefined : { facts: row.facts, findings: row.findings };
    return { ...fileRecord(row.scan, row, inspection), generation: row.generation };
  });
}

export async function deadLetterReasons(session: Session, scan: string | null): Promise<ReasonCount[]> {
  if (scan === null) return lettersOf(session, null);
  const found = await session.first<{ no: number }>(NO, scan);
  return found === undefined ? [] : lettersOf(session, found.no);
}

interface Row extends FileRow, Pick<InspectionRow, 'findings'> {
  scan: string;
  generation: number;
  facts: string | null;
}
