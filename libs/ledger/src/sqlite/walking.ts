import type { Statement } from 'better-sqlite3';
import { fromBytes, toBytes } from '../exact-text';
import type { UnsettledFile } from '../file';
import type { OpenFolder, Publication, Recorded, Walk, WalkBatch } from '../ledger';
import type { Scan } from '../scan';
import { type Completion } from './completion';
import { type Connection } from './connection';
import { type Insertion } from './insertion';
import { type Publications } from './publications';
import { type ScanRow, scanOf } from '../scan-row';

/** A walk's checkpoint and what it records. Each method runs inside a transaction of its caller. */
export class Walking {
  readonly #take: Statement<[{ id: string; now: number }], ScanRow>;
  readonly #mine: Statement<[number, string, number], { no: number; found: number }>;
  readonly #no: Statement<[string], { no: number }>;
  readonly #openFolders: Statement<[number, number], { id: number; path: Buffer }>;
  readonly #addFolder: Statement<[number, Buffer], { id: number }>;
  readonly #folderDone: Statement<[number, number]>;
  readonly #hasRow: Statement<[number, Buffer], { seq: number }>;
  readonly #isUnsettled: Statement<[number, Buffer], { id: number }>;
  readonly #unsettled: Statement<[number, number], { path: Buffer; identity: string; seen_at: number }>;
  readonly #addUnsettled: Statement<[number, Buffer, string, number]>;
  readonly #settle: Statement<[number, Buffer]>;
  readonly #open: Statement<[{ no: number }], { folders: number; unsettled: number; publications: number }>;
  readonly #end: Statement<[number, string | null, number]>;

  constructor(
    { db }: Connection,
    private readonly insertion: Insertion,
    private readonly publications: Publications,
    private readonly completion: Completion,
    private readonly now: () => number,
  ) {
    this.#take = db.prepare(
      `UPDATE scans SET epoch = epoch + 1, state = 'scanning', started_at = coalesce(started_at, @now), walked_at = @now
       WHERE id = @id AND walk_ended_at IS NULL
         AND (state IN ('queued', 'scanning') OR (state = 'scheduled' AND start_at <= @now))
       RETURNING *`,
    );
    this.#mine = db.prepare(
      `UPDATE scans SET walked_at = ? WHERE id = ? AND epoch = ? AND state = 'scanning' RETURNING no, found`,
    );
    this.#no = db.prepare(`SELECT no FROM scans WHERE id = ? AND state <> 'void'`);
    this.#openFolders = db.prepare(`SELECT id, path FROM folders WHERE scan_no = ? AND done = 0 ORDER BY id LIMIT ?`);
    this.#addFolder = db.prepare(
      `INSERT INTO folders (scan_no, path) VALUES (?, ?) ON CONFLICT DO NOTHING RETURNING id`,
    );
    this.#folderDone = db.prepare(`UPDATE folders SET done = 1 WHERE id = ? AND scan_no = ?`);
    this.#hasRow = db.prepare(`SELECT seq FROM files WHERE scan_no = ? AND path = ?`);
    this.#isUnsettled = db.prepare(`SELECT id FROM unsettled WHERE scan_no = ? AND path = ?`);
    this.#unsettled = db.prepare(`SELECT path, identity, seen_at FROM unsettled WHERE scan_no = ? ORDER BY id LIMIT ?`);
    this.#addUnsettled = db.prepare(
      `INSERT INTO unsettled (scan_no, path, identity, seen_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    );
    this.#settle = db.prepare(`DELETE FROM unsettled WHERE scan_no = ? AND path = ?`);
    this.#open = db.prepare(
      `SELECT EXISTS (SELECT 1 FROM folders WHERE scan_no = @no AND done = 0) AS folders,
         EXISTS (SELECT 1 FROM unsettled WHERE scan_no = @no) AS unsettled,
         EXISTS (SELECT 1 FROM publications WHERE scan_no = @no AND confirmed_at IS NULL) AS publications`,
    );
    this.#end = db.prepare(`UPDATE scans SET state = 'moving', walk_ended_at = ?, error = ? WHERE no = ?`);
  }

  take(id: string): { walk: Walk; scan: Scan } | null {
    const row = this.#take.get({ id, now: this.now() });
    const scan = scanOf(row);
    return row === undefined || scan === null ? null : { walk: { scan: id, epoch: row.epoch }, scan };
  }

  openFolders(id: string, limit: number): OpenFolder[] {
    const no = this.#no.get(id)?.no;
    if (no === undefined) return [];
    return this.#openFolders.all(no, limit).map((row) => ({ id: row.id, path: fromBytes(row.path) }));
  }

  recordedPaths(id: string, paths: string[]): Set<string> {
    const no = this.#no.get(id)?.no;
    if (no === undefined) return new Set();
    return new Set(
      paths.filter((path) => {
        const bytes = toBytes(path);
        return this.#hasRow.get(no, bytes) !== undefined || this.#isUnsettled.get(no, bytes) !== undefined;
      }),
    );
  }

  record(walk: Walk, batch: WalkBatch): Recorded | null {
    const scan = this.#mine.get(this.now(), walk.scan, walk.epoch);
    if (scan === undefined) return null;
    const { no } = scan;
    const { inserted, moving } = this.insertion.insert(no, scan.found, batch.files);
    const folders: OpenFolder[] = [];
    for (const path of batch.folders) {
      const added = this.#addFolder.get(no, toBytes(path));
      if (added !== undefined) folders.push({ id: added.id, path });
    }
    for (const file of batch.unsettled) this.#addUnsettled.run(no, toBytes(file.path), file.identity, file.seenAt);
    for (const path of batch.settled) this.#settle.run(no, toBytes(path));
    for (const folder of batch.done) this.#folderDone.run(folder, no);
    return { inserted, folders, publication: this.publications.add(no, walk.scan, moving) };
  }

  confirmPublication(id: string, publication: number): void {
    const no = this.#no.get(id)?.no;
    if (no !== undefined) this.publications.confirm(no, publication);
  }

  unconfirmedPublications(id: string, limit: number): Publication[] {
    const no = this.#no.get(id)?.no;
    return no === undefined ? [] : this.publications.unconfirmed(no, id, limit);
  }

  unsettled(id: string, limit: number): UnsettledFile[] {
    const no = this.#no.get(id)?.no;
    if (no === undefined) return [];
    return this.#unsettled
      .all(no, limit)
      .map((row) => ({ path: fromBytes(row.path), identity: row.identity, seenAt: row.seen_at }));
  }

  end(walk: Walk, error: string | null): boolean {
    const now = this.now();
    const scan = this.#mine.get(now, walk.scan, walk.epoch);
    if (scan === undefined) return false;
    if (error === null) {
      const open = this.#open.get({ no: scan.no });
      const left = Object.entries(open ?? {}).flatMap(([what, count]) => (count > 0 ? [what] : []));
      if (left.length > 0) throw new Error(`The walk of scan ${walk.scan} can't end: open ${left.join(', ')}`);
    }
    this.publications.abandon(scan.no);
    this.#end.run(now, error, scan.no);
    this.completion.complete(scan.no);
    return true;
  }
}
