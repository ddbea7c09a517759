import {
  type FactReaders,
  type Place,
  type ReadResult,
  type Roots,
  type Selection,
  errnoOf,
  isOwnName,
  listFolder,
  openFolder,
  selection,
} from '@assay/files';
import type { Profile, ProfileDefinition } from '@assay/inspection';
import { compileProfile } from '@assay/inspection/profile';
import type { Ledger, OpenFolder, Scan, UnsettledFile } from '@assay/ledger';
import { BrokenDisk } from './broken-disk';
import { type MetFile, skippedFile } from './judge';
import { giveStraysBack } from './strays';

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
  roots: Roots;
  select: Selection | null;
  /** Milliseconds of quiet after which a file counts as written. */
  settle: number;
}

/** Of a scan as it was created: its own copy of the profile. Throws OutsideRoots where the roots no longer hold its directory. */
export function walkContext(scan: Scan, ledger: Ledger, readers: FactReaders, roots: Roots): WalkContext {
  const definition = scan.profile.definition as ProfileDefinition;
  return {
    scan,
    profile: compileProfile(definition),
    directory: roots.locate(scan.directory),
    ledger,
    readers,
    roots,
    select: selection(definition.include ?? [], definition.exclude ?? []),
    settle: definition.settleSeconds * 1000,
  };
}

/** What was found in part of a folder. */
export interface Found {
  /** In the order in which they will be numbered. */
  files: MetFile[];
  /** Paths of subfolders. */
  folders: string[];
  unsettled: UnsettledFile[];
  /** A name went between the listing and the look: a writer may have given a finished file its name, which the listing does not have. */
  vanished: boolean;
}

export const foundNothing = (): Found => ({ files: [], folders: [], unsettled: [], vanished: false });

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
      else found.files.push({ path, read: result });
      return;
    case 'skipped':
      found.files.push(skippedFile(path, result.reason));
      return;
    case 'folder':
      found.folders.push(path);
      return;
    case 'gone':
      // By the time of the walk there was no such file.
      found.vanished = true;
      return;
    case 'broken-disk':
      throw new BrokenDisk(result.code, path);
  }
}

/** `listed`: the folder has just called each of them a regular file. */
export async function readNames(
  context: WalkContext,
  folder: string,
  names: string[],
  { listed }: { listed: boolean },
): Promise<ReadResult[]> {
  const { readers, directory, profile } = context;
  return readers.read({
    root: directory.root,
    folder: beneathRoot(context, folder),
    names,
    needs: [...profile.needs],
    heads: profile.compares.size > 0,
    listed,
  });
}

/** One group of names: those without a row are read and judged. */
async function group(
  context: WalkContext,
  folder: OpenFolder,
  entries: ReturnType<typeof listFolder> extends Generator<infer T> ? T : never,
  fresh: boolean,
): Promise<Found> {
  const found = foundNothing();
  const strays = await giveStraysBack(
    context.ledger,
    {
      root: context.directory.root,
      relative: beneathRoot(context, folder.path),
      absolute: pathOf(context.scan.directory, folder.path).replace(/\/$/, ''),
    },
    entries.map(({ name }) => name).filter(isOwnName),
  );
  const listed = new Set(entries.map(({ name }) => name));
  const theirs = [
    ...entries.filter(({ name }) => !isOwnName(name)),
    ...strays.filter((name) => !listed.has(name)).map((name) => ({ name, kind: 'file' as const })),
  ];
  const paths = theirs.map(({ name }) => pathOf(folder.path, name));
  const known = fresh ? new Set<string>() : await context.ledger.recordedPaths(context.scan.id, paths);
  const names: string[] = [];
  for (const [index, { name, kind }] of theirs.entries()) {
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
  const results = await readNames(context, folder.path, read, { listed: true });
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
    Promise.resolve({ ...foundNothing(), files: [skippedFile(folder.path, reason)] });
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
