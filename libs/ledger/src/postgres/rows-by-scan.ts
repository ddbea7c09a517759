import type { ScanOfFiles } from '../claim-row';
import type { FileKey } from '../file';
import { type Session } from './session';

/** The scans of a batch by their ids; void ones are nobody's. */
export async function scansOf(session: Session, keys: FileKey[]): Promise<Map<string, ScanOfFiles>> {
  const rows = await session.all<ScanOfFiles & { id: string }>(
    `SELECT id, no, (cancel_requested_at IS NOT NULL)::int AS cancelled FROM scans WHERE id = ANY($1::text[]) AND state <> 'void'`,
    [...new Set(keys.map(({ scan }) => scan))],
  );
  return new Map(rows.map(({ id, no, cancelled }) => [id, { no, cancelled }]));
}

/**
 * SQL: what a batch writes into rows of the scan $1, as `e`, for `UPDATE files … FROM … WHERE HERE`. `arrays` begins with the numbers, and
 * `names` with `seq`.
 *
 * Each row is looked up by its key. A condition on many keys at once leaves the server to guess how many rows a scan has; of a scan that has
 * just begun it knows nothing, and reads all of it for each batch.
 */
export function each(arrays: string, names: string): string {
  return `(SELECT f.here, v.* FROM unnest(${arrays}) AS v (${names})
    CROSS JOIN LATERAL (SELECT ctid AS here FROM files WHERE scan_no = $1 AND seq = v.seq LIMIT 1) AS f) AS e`;
}

/** SQL: the row that {@link each} found. It is locked, so nobody moves it meanwhile. */
export const HERE = 'files.ctid = e.here';

/** Rows of `files` that a batch names. */
export class RowsByScan<Row extends object> {
  readonly #rows = new Map<string, Row>();

  private constructor() {}

  /**
   * Reads, and locks where that is asked for: in the order of the keys, one order for all, so that two who want the same rows never wait for
   * each other in a circle. One statement for each scan.
   */
  static async read<Row extends object>(
    session: Session,
    columns: string,
    lock: 'FOR UPDATE' | '',
    scans: ReadonlyMap<string, ScanOfFiles>,
    keys: FileKey[],
  ): Promise<RowsByScan<Row>> {
    const read = new RowsByScan<Row>();
    for (const [id, { no }] of [...scans].sort(([, one], [, other]) => one.no - other.no)) {
      // A message may say anything: what is no number of a row finds none.
      const seqs = keys.flatMap(({ scan, seq }) => (scan === id && Number.isSafeInteger(seq) ? [seq] : []));
      const rows = await session.all<Row & { seq: number }>(
        `SELECT f.* FROM unnest($2::bigint[]) AS k (seq)
         CROSS JOIN LATERAL (SELECT seq, ${columns} FROM files WHERE scan_no = $1 AND seq = k.seq LIMIT 1 ${lock}) AS f`,
        no,
        [...new Set(seqs)].sort((one, other) => one - other),
      );
      for (const row of rows) read.#rows.set(`${no} ${row.seq}`, row);
    }
    return read;
  }

  find(scan: number, seq: number): Row | undefined {
    return this.#rows.get(`${scan} ${seq}`);
  }
}
