import {
  type FactReaders,
  type Place,
  type ReadResult,
  type Selection,
  errnoOf,
  isOwnName,
  listFolder,
  openFolder,
} from '@assay/files';
import type { Profile } from '@assay/inspection';
import type { FoundFile, Ledger, OpenFolder, Scan, UnsettledFile } from '@assay/ledger';
import { foundFile, skippedFile } from './judge';

/** Names looked up, read and recorded together. */
export const GROUP = 500;

/** What the walk of one scan needs to know, fixed for a slice. */
export interface WalkContext {
  scan: Scan;
  profile: Profile;
  /** Where the scan's directory is. */
  directory: Place;
  ledger: Ledger;
  readers: FactReaders;
  select: Selection | null;
  /** Milliseconds of quiet after which a file counts as written. */
  settle: number;
}

/** What was found in part of a folder. */
export interface Found {
  files: FoundFile[];
  /** Paths of subfolders. */
  folders: string[];
  unsettled: UnsettledFile[];
}

/** The disk failed, not a file: nothing is known of what was to be read, and a later attempt may succeed. */
export class BrokenDisk extends Error {
  override readonly name = 'BrokenDisk';
  constructor(
    readonly code: string,
    path: string,
  ) {
    super(`${code}: '${path.toWellFormed()}' can't be read`);
  }
}

export const pathOf = (folder: string, name: string): string => (folder === '' ? name : `${folder}/${name}`);
const isBroken = new Set([
  'EIO',
  'ESTALE',
  'EMFILE',
  'ENFILE',
  'ENOMEM',
  'ENODEV',
  'ENXIO',
  'ENOTCONN',
  'ETIMEDOUT',
  'EAGAIN',
]);
const NOT_REGULAR = 'not-a-regular-file';
export const IGNORED = 'ignored-by-profile';

/** Relative to the root, for readers and `openFolder`. */
export const beneathRoot = ({ directory }: WalkContext, folder: string): string =>
  directory.relative === '' ? folder : folder === '' ? directory.relative : `${directory.relative}/${folder}`;

/** The scan's own destinations are not walked, wherever they lie. */
const isDestination = ({ scan }: WalkContext, path: string): boolean => {
  const absolute = `${scan.directory}/${path}`;
  return absolute === scan.accept || absolute === scan.quarantine;
};

/** What reading a name found, in the ledger's words; nothing where there is nothing to record. */
export function sortResult(context: WalkContext, path: string, result: ReadResult, found: Found): void {
  switch (result.kind) {
    case 'read':
      if (Date.now() - result.modifiedAtMs < context.settle)
        found.unsettled.push({ path, identity: result.identity, seenAt: Date.now() });
      else found.files.push(foundFile(context.scan, path, result, context.profile));
      return;
    case 'skipped':
      found.files.push(skippedFile(path, result.reason));
      return;
    case 'folder':
      found.folders.push(path);
      return;
    case 'gone':
      // It went between the listing and the look: by the time of the walk there was no such file.
      return;
    case 'broken-disk':
      throw new BrokenDisk(result.code, path);
  }
}

export async function readNames(context: WalkContext, folder: string, names: string[]): Promise<ReadResult[]> {
  const { readers, directory, profile } = context;
  return readers.read({ root: directory.root, folder: beneathRoot(context, folder), names, needs: [...profile.needs] });
}

/** One group of names: those without a row are read and judged. */
async function group(
  context: WalkContext,
  folder: OpenFolder,
  entries: ReturnType<typeof listFolder> extends Generator<infer T> ? T : never,
  fresh: boolean,
): Promise<Found> {
  const found: Found = { files: [], folders: [], unsettled: [] };
  const ours = entries.filter(({ name }) => !isOwnName(name));
  const paths = ours.map(({ name }) => pathOf(folder.path, name));
  const known = fresh ? new Set<string>() : await context.ledger.recordedPaths(context.scan.id, paths);
  const names: string[] = [];
  for (const [index, { name, kind }] of ours.entries()) {
    const path = paths[index] ?? '';
    if (kind === 'folder') {
      if (!isDestination(context, path)) found.folders.push(path);
    } else if (known.has(path)) continue;
    else if (kind !== 'file') found.files.push(skippedFile(path, `${NOT_REGULAR}: ${kind}`));
    else names.push(name);
  }
  const selected = context.select?.(folder.path, names);
  const read = selected ? names.filter((name) => selected.has(name)) : names;
  if (selected)
    for (const name of names)
      if (!selected.has(name)) found.files.push(skippedFile(pathOf(folder.path, name), IGNORED));
  const results = await readNames(context, folder.path, read);
  for (const [index, result] of results.entries())
    sortResult(context, pathOf(folder.path, read[index] ?? ''), result, found);
  return found;
}

/**
 * Walks one folder: what it holds comes in groups, each a promise of what its reading finds, so that a next group is listed while one is read.
 * A folder that can't be listed is one skipped row; one that is gone is nothing. Throws {@link BrokenDisk}, and ENOENT where it
 * is the scan's directory itself.
 */
export function* walkFolder(context: WalkContext, folder: OpenFolder, fresh: boolean): Generator<Promise<Found>> {
  const skipped = (reason: string): Promise<Found> =>
    Promise.resolve({ files: [skippedFile(folder.path, reason)], folders: [], unsettled: [] });
  try {
    const open = openFolder(context.directory.root, beneathRoot(context, folder.path));
    try {
      for (const entries of listFolder(open, GROUP)) yield group(context, folder, entries, fresh);
    } finally {
      open.close();
    }
  } catch (error) {
    const code = errnoOf(error);
    if (folder.path === '' || code === '') throw error;
    if (isBroken.has(code)) throw new BrokenDisk(code, folder.path);
    // Something else has its name now, or nothing has.
    if (code === 'ENOENT') return;
    if (code === 'ELOOP' || code === 'ENOTDIR') yield skipped(`${NOT_REGULAR}: replaced while it was walked`);
    else yield skipped(`unlistable: ${code}`);
  }
}
