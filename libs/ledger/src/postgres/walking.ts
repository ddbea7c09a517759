import type { CountChange } from '../count-change';
import { fromBytes, toBytes } from '../exact-text';
import type { UnsettledFile } from '../file';
import type { OpenFolder, Recorded, Walk, WalkBatch } from '../ledger';
import type { Scan } from '../scan';
import { type ScanRow, scanOf } from '../scan-row';
import { type Completion } from './completion';
import { digestOf } from './digest';
import { insertFiles, knownPaths } from './insertion';
import { type Publications } from './publications';
import { type Session } from './session';

/** The walk is no longer this walker's, found out after something was written: all of it is to be taken back. */
class WalkLost extends Error {}

/**
 * A walk's checkpoint and what it records. Each method runs inside a transaction of its caller. Who writes for a walk first locks its row in `walks`,
 * so that walkers wait for each other there, and not where batches are counted.
 */
export class Walking {
  constructor(
    private readonly publications: Publications,
    private readonly completion: Completion,
    private readonly now: () => number,
  ) {}

  async take(session: Session, id: string): Promise<{ walk: Walk; scan: Scan } | null> {
    const now = this.now();
    const no = await this.#lockWalk(session, id, null);
    if (no === null) return null;
    const row = await session.first<ScanRow>(
      `UPDATE scans SET epoch = epoch + 1, state = 'scanning', started_at = coalesce(started_at, $2)
       WHERE no = $1 AND walk_ended_at IS NULL
         AND (state IN ('queued', 'scanning') OR (state = 'scheduled' AND start_at <= $2))
       RETURNING *`,
      no,
      now,
    );
    const scan = scanOf(row);
    if (row === undefined || scan === null) return null;
    await session.run(`UPDATE walks SET walked_at = $2 WHERE scan_no = $1`, no, now);
    return { walk: { scan: id, epoch: row.epoch }, scan };
  }

  async openFolders(session: Session, id: string, limit: number): Promise<OpenFolder[]> {
    const rows = await session.all<{ id: number; path: Buffer }>(
      `SELECT id, path FROM folders WHERE scan_no = ${NO} AND done = 0 ORDER BY id LIMIT $2`,
      id,
      limit,
    );
    return rows.map((row) => ({ id: row.id, path: fromBytes(row.path) }));
  }

  async recordedPaths(session: Session, id: string, paths: string[]): Promise<Set<string>> {
    const no = (await session.first<{ no: number }>(`SELECT no FROM scans WHERE id = $1 AND state <> 'void'`, id))?.no;
    if (no === undefined) return new Set();
    const bytes = paths.map(toBytes);
    const known = await knownPaths(session, no, bytes);
    const unsettled = await session.all<{ path: Buffer }>(
      `SELECT path FROM unsettled WHERE scan_no = $1 AND sha256(path) = ANY($2::bytea[])`,
      no,
      bytes.map(digestOf),
    );
    for (const { path } of unsettled) known.add(path.toString('latin1'));
    return new Set(paths.filter((_, at) => known.has(bytes[at]?.toString('latin1') ?? '')));
  }

  async record(session: Session, walk: Walk, batch: WalkBatch): Promise<Recorded | null> {
    const now = this.now();
    const scan = await this.#mine(session, walk, now);
    if (scan === null) return null;
    const { no } = scan;
    const { inserted, moving, change } = await insertFiles(session, no, scan.found, batch.files, now);
    const folders = await addFolders(session, no, batch.folders);
    await addUnsettled(session, no, batch.unsettled);
    await settle(session, no, batch.settled);
    if (batch.done.length > 0) {
      await session.run(`UPDATE folders SET done = 1 WHERE id = ANY($2::bigint[]) AND scan_no = $1`, no, batch.done);
    }
    const publication = await this.publications.add(session, no, walk.scan, moving);
    if (inserted > 0) await this.#count(session, no, change, walk);
    return { inserted, folders, publication };
  }

  /** A cancel may have come since the beginning: the rows are then none of the scan's. */
  async #count(session: Session, no: number, change: CountChange, walk: Walk): Promise<void> {
    if (!(await this.completion.count(session, no, change, walk.epoch))) throw new WalkLost();
  }

  async unsettled(session: Session, id: string, limit: number): Promise<UnsettledFile[]> {
    const rows = await session.all<{ path: Buffer; identity: string; seen_at: number }>(
      `SELECT path, identity, seen_at FROM unsettled WHERE scan_no = ${NO} ORDER BY id LIMIT $2`,
      id,
      limit,
    );
    return rows.map(({ path, identity, seen_at }) => ({ path: fromBytes(path), identity, seenAt: seen_at }));
  }

  async end(session: Session, walk: Walk, error: string | null): Promise<boolean> {
    const now = this.now();
    const scan = await this.#mine(session, walk, now);
    if (scan === null) return false;
    if (error === null) await this.#expectNothingOpen(session, scan.no, walk.scan);
    await this.publications.abandon(session, scan.no);
    const ended = await session.run(
      `UPDATE scans SET state = 'moving', walk_ended_at = $2, error = $3 WHERE no = $1 AND epoch = $4 AND state = 'scanning'`,
      scan.no,
      now,
      error,
      walk.epoch,
    );
    if (ended === 0) throw new WalkLost();
    await this.completion.complete(session, scan.no);
    return true;
  }

  async #expectNothingOpen(session: Session, no: number, id: string): Promise<void> {
    const open = await session.first<Record<string, boolean>>(
      `SELECT EXISTS (SELECT 1 FROM folders WHERE scan_no = $1 AND done = 0) AS folders,
         EXISTS (SELECT 1 FROM unsettled WHERE scan_no = $1) AS unsettled,
         EXISTS (SELECT 1 FROM publications WHERE scan_no = $1 AND confirmed_at IS NULL) AS publications`,
      no,
    );
    const left = Object.entries(open ?? {}).flatMap(([what, some]) => (some ? [what] : []));
    if (left.length > 0) throw new Error(`The walk of scan ${id} can't end: open ${left.join(', ')}`);
  }

  async confirm(session: Session, id: string, publication: number): Promise<void> {
    const no = await this.#lockWalk(session, id, this.now());
    if (no !== null) await this.publications.confirm(session, no, publication);
  }

  /** Locks the walk and notes that its walker lives; null where it is not this walker's. */
  async #mine(session: Session, { scan, epoch }: Walk, now: number): Promise<{ no: number; found: number } | null> {
    const no = await this.#lockWalk(session, scan, now);
    if (no === null) return null;
    const row = await session.first<{ no: number; found: number }>(
      `SELECT no, found FROM scans WHERE no = $1 AND epoch = $2 AND state = 'scanning'`,
      no,
      epoch,
    );
    return row ?? null;
  }

  /** The scan's number; null where there is none. `walkedAt` null leaves the sign of life as it is. */
  async #lockWalk(session: Session, id: string, walkedAt: number | null): Promise<number | null> {
    const row = await session.first<{ no: number }>(
      `UPDATE walks SET walked_at = coalesce($2, walked_at) WHERE scan_no = ${NO} RETURNING scan_no AS no`,
      id,
      walkedAt,
    );
    return row?.no ?? null;
  }
}

/** What `body` gives, or `lost` where the walk turned out to be another's; the caller's transaction was taken back then. */
export async function unlessLost<T>(body: Promise<T>, lost: T): Promise<T> {
  try {
    return await body;
  } catch (error) {
    if (error instanceof WalkLost) return lost;
    throw error;
  }
}

const NO = `(SELECT no FROM scans WHERE id = $1 AND state <> 'void')`;

/** In the order given; those that were known are left out. */
async function addFolders(session: Session, no: number, paths: string[]): Promise<OpenFolder[]> {
  if (paths.length === 0) return [];
  const rows = await session.all<{ id: number; path: Buffer }>(
    `INSERT INTO folders (scan_no, path) SELECT $1, f.path FROM unnest($2::bytea[]) WITH ORDINALITY AS f (path, at) ORDER BY f.at
     ON CONFLICT DO NOTHING RETURNING id, path`,
    no,
    paths.map(toBytes),
  );
  return rows.map(({ id, path }) => ({ id, path: fromBytes(path) }));
}

async function addUnsettled(session: Session, no: number, files: UnsettledFile[]): Promise<void> {
  if (files.length === 0) return;
  await session.run(
    `INSERT INTO unsettled (scan_no, path, identity, seen_at) SELECT $1, u.path, u.identity, u.seen_at
     FROM unnest($2::bytea[], $3::text[], $4::bigint[]) WITH ORDINALITY AS u (path, identity, seen_at, at) ORDER BY u.at
     ON CONFLICT DO NOTHING`,
    no,
    files.map(({ path }) => toBytes(path)),
    files.map(({ identity }) => identity),
    files.map(({ seenAt }) => seenAt),
  );
}

async function settle(session: Session, no: number, paths: string[]): Promise<void> {
  if (paths.length === 0) return;
  await session.run(
    `DELETE FROM unsettled WHERE scan_no = $1 AND sha256(path) = ANY($2::bytea[])`,
    no,
    paths.map((path) => digestOf(toBytes(path))),
  );
}
