import { OUTCOME_CODE, outcomeOf } from './codes';
import type { EarlierFile, EarlierFiles } from './content';
import { fromBytes, fromBytesOrNull } from './exact-text';

const DIGEST = /^sha256:([0-9a-f]{64})$/;

/** The 32 bytes of a digest. Throws for any other text. */
export function digestBytes(digest: string): Buffer {
  const hex = DIGEST.exec(digest)?.[1];
  if (hex === undefined) throw new Error(`Not a digest: ${JSON.stringify(digest)}`);
  return Buffer.from(hex, 'hex');
}

/** What of `contents`, `files` and `scans` tells of an earlier file. */
export interface EarlierRow {
  id: string;
  directory: Buffer;
  seq: number;
  path: Buffer;
  outcome: number;
  attempt: number;
  identity: string | null;
  copy_identity: string | null;
  destination: Buffer | null;
}

/** The columns of {@link EarlierRow}, of `scans AS s` and `files AS f`. */
export const EARLIER_COLUMNS = `s.id, s.directory, f.seq, f.path, f.outcome, f.attempt, f.identity, f.copy_identity, f.destination`;

/** SQL: what joins `files AS f` and `scans AS s` to `contents AS c`, in this order. */
export const OF_CONTENT = `CROSS JOIN files AS f CROSS JOIN scans AS s`;
export const IS_OF_CONTENT = `f.scan_no = c.scan_no AND f.seq = c.seq AND s.no = c.scan_no`;

/** SQL: an accepted row of another scan than `no`, which had finished by `by`. */
export const wasAccepted = (no: string, by: string) =>
  `c.scan_no <> ${no} AND f.outcome = ${OUTCOME_CODE.accepted} AND s.finished_at <= ${by}`;

/** As numbers for SQL; of no scan and of no time there are no rows. */
export function boundsOf(before: EarlierFiles, no: number | undefined): { no: number; by: number } {
  return { no: no ?? -1, by: before.finishedBy ?? -1 };
}

/** Throws for a row that was never judged, which has no content. */
export function earlierFile(row: EarlierRow): EarlierFile {
  if (row.identity === null) throw new Error(`File ${row.seq} of scan ${row.id} has a content and no identity`);
  return {
    scan: row.id,
    seq: row.seq,
    directory: fromBytes(row.directory),
    path: fromBytes(row.path),
    outcome: outcomeOf(row.outcome),
    attempt: row.attempt,
    identity: row.identity,
    copyIdentity: row.copy_identity,
    destination: fromBytesOrNull(row.destination),
  };
}
