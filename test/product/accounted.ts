import { realpathSync } from 'node:fs';
import { join, relative } from 'node:path';
import { decodePath } from '@assay/inspection';
import type { Counts, FileAnswer, Installation, ScanAnswer } from '../installation';

/** The scan, its rows, and the tree as they are when everything was found in order. */
export interface Accounted {
  scan: ScanAnswer;
  files: FileAnswer[];
  /** Rows by path, exact. */
  rows: Map<string, FileAnswer>;
}

/** Text as `decodePath` gives it, also where JSON had to show it lossily. */
const exact = (text: string, bytes: unknown): string =>
  typeof bytes === 'string' ? decodePath(Buffer.from(bytes, 'base64')) : text;

/**
 * Holds a finished scan to the promise: every file of `before` (the scanned directory's tree, digests by path) has one row, its bytes lie whole
 * where the row says and nowhere else, no name of ours is left, and the counts are those of the rows. `absent` names
 * files that somebody else took away.
 */
export async function expectAccounted(
  installation: Installation,
  id: string,
  before: Record<string, string>,
  { state = 'completed', absent = [] }: { state?: string; absent?: string[] } = {},
): Promise<Accounted> {
  const scan = await installation.finished(id, 120_000);
  expect({ state: scan.state, error: scan.error, balanced: scan.balanced }).toEqual({
    state,
    error: scan.error,
    balanced: true,
  });
  // The reasons have a name of ours while they are written.
  if (scan.counts.quarantined > 0 && installation.subscribers.length > 0) await installation.concluded(id);
  const files = await installation.files(id);
  expect(countsOf(files)).toEqual(scan.counts);
  expect(files.map(({ seq }) => seq)).toEqual(Array.from({ length: files.length }, (_, index) => index + 1));

  const after = treeOf(installation);
  expect(Object.keys(after).filter((path) => /(^|\/)\.assay-/.test(path))).toEqual([]);
  const rows = new Map(files.map((file) => [exact(file.path, file.pathBytes), file]));
  expect(rows.size).toBe(files.length);
  const directory = relative(installation.root, scan.directory);
  const astray: string[] = [];
  for (const [path, digest] of Object.entries(before)) {
    if (digest === 'folder' || absent.includes(path)) continue;
    const row = rows.get(path);
    if (!row) {
      if (state === 'completed') astray.push(`${path}: no row`);
      else if (after[`${directory}/${path}`] !== digest) astray.push(`${path}: not judged, and not where it was`);
      continue;
    }
    const placed = row.outcome === 'accepted' || row.outcome === 'quarantined';
    const at = placed ? whereOf(installation, row) : `${directory}/${path}`;
    if (after[at] !== digest) astray.push(`${path}: ${row.outcome}, but not whole at ${at}`);
    if (placed && after[`${directory}/${path}`] === digest)
      astray.push(`${path}: ${row.outcome}, and still at its source`);
  }
  expect(astray).toEqual([]);
  return { scan, files, rows };
}

/** Everything beneath all roots, by its path relative to the first. */
function treeOf(installation: Installation): Record<string, string> {
  const [root, ...others] = installation.roots;
  const found = installation.tree();
  for (const other of others)
    for (const [path, content] of Object.entries(installation.tree(other)))
      found[join(relative(root ?? '', realpathSync(other)), path)] = content;
  return found;
}

/** Relative to the first root. */
const whereOf = (installation: Installation, row: FileAnswer): string =>
  relative(installation.root, exact(row.destination ?? '', row['destinationBytes']));

export function countsOf(files: FileAnswer[]): Counts {
  const count = (outcome: string): number => files.filter((file) => file.outcome === outcome).length;
  return {
    found: files.length,
    pending: count('pending'),
    accepted: count('accepted'),
    quarantined: count('quarantined'),
    left: count('left'),
    skipped: count('skipped'),
    conflicted: count('conflicted'),
    errored: count('errored'),
  };
}
