import type { Statement } from 'better-sqlite3';
import { OUTCOME_CODE } from '../codes';
import type { EpilogueClaim, EpilogueRecord } from '../epilogue';
import { afterPrefix, fromBytes, toBytes, toBytesOrNull } from '../exact-text';
import type { Scan } from '../scan';
import { type ScanRow, scanOf, shownScan } from '../scan-row';
import { type Connection } from './connection';

type Claimed = Parameters<EpilogueRecord['noteReasons']>[0];
type End = Parameters<EpilogueRecord['endEpilogue']>[1];

/** Finished scans and what is done once after that. Each method runs inside a transaction of its caller. */
export class Epilogues {
  readonly #toFinish: Statement<[{ before: number; limit: number }], ScanRow>;
  readonly #claim: Statement<[string], ScanRow>;
  readonly #note: Statement<[string, string, number]>;
  readonly #end: Statement<[number, Buffer | null, string | null, string, number]>;
  readonly #no: Statement<[string], { no: number }>;
  readonly #folders: Statement<[number, Buffer, number], { path: Buffer }>;
  readonly #moved: Statement<[number, Buffer, Buffer], { seq: number }>;

  constructor(
    { db }: Connection,
    private readonly now: () => number,
  ) {
    const open = 'finished_at IS NOT NULL AND epilogue_at IS NULL';
    this.#toFinish = db.prepare(
      `SELECT * FROM scans s INDEXED BY scans_to_finish WHERE ${open}
         AND (finished_at < @before OR NOT (
           EXISTS (SELECT 1 FROM files INDEXED BY files_held WHERE scan_no = s.no AND holder_no <> 0)
           OR EXISTS (SELECT 1 FROM files INDEXED BY files_redriving WHERE scan_no = s.no AND redriving = 1)))
       ORDER BY no LIMIT @limit`,
    );
    this.#claim = db.prepare(
      `UPDATE scans SET epilogue_attempt = epilogue_attempt + 1 WHERE id = ? AND ${open} RETURNING *`,
    );
    const mine = `id = ? AND epilogue_attempt = ? AND ${open}`;
    this.#note = db.prepare(`UPDATE scans SET reasons_identity = ? WHERE ${mine}`);
    this.#end = db.prepare(`UPDATE scans SET epilogue_at = ?, reasons = ?, epilogue_problem = ? WHERE ${mine}`);
    this.#no = db.prepare(`SELECT no FROM scans WHERE id = ?`);
    this.#folders = db.prepare(`SELECT path FROM folders WHERE scan_no = ? AND path > ? ORDER BY path LIMIT ?`);
    this.#moved = db.prepare(
      `SELECT seq FROM files INDEXED BY files_by_path WHERE scan_no = ? AND path >= ? AND path < ?
         AND outcome IN (${OUTCOME_CODE.accepted}, ${OUTCOME_CODE.quarantined}) LIMIT 1`,
    );
  }

  toFinish(before: number, limit: number): Scan[] {
    return this.#toFinish.all({ before, limit }).flatMap((row) => scanOf(row) ?? []);
  }

  claim(id: string): EpilogueClaim | null {
    const row = this.#claim.get(id);
    if (row === undefined) return null;
    return { scan: shownScan(row), attempt: row.epilogue_attempt, reasonsIdentity: row.reasons_identity };
  }

  note({ scan, attempt }: Claimed, identity: string): boolean {
    return this.#note.run(identity, scan.id, attempt).changes > 0;
  }

  end({ scan, attempt }: Claimed, { reasons, problem }: End): boolean {
    return this.#end.run(this.now(), toBytesOrNull(reasons), problem, scan.id, attempt).changes > 0;
  }

  folders(id: string, after: string | null, limit: number): string[] {
    const no = this.#no.get(id)?.no;
    if (no === undefined) return [];
    return this.#folders.all(no, toBytes(after ?? ''), limit).map(({ path }) => fromBytes(path));
  }

  movedBeneath(id: string, folders: string[]): Set<string> {
    const no = this.#no.get(id)?.no;
    if (no === undefined) return new Set();
    return new Set(
      folders.filter((folder) => {
        const prefix = toBytes(`${folder}/`);
        return this.#moved.get(no, prefix, afterPrefix(prefix) ?? prefix) !== undefined;
      }),
    );
  }
}
