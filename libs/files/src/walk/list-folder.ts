import { decodePath } from '@assay/inspection';
import { type Dir, type Dirent, opendirSync } from 'node:fs';
import { type OpenFolder } from '../folder';

export type EntryKind = 'file' | 'folder' | 'symlink' | 'fifo' | 'socket' | 'device';

export interface Entry {
  /** Text as `decodePath` gives it. */
  name: string;
  kind: EntryKind;
}

/** What the folder said; nothing was opened. Where the file system does not say, node:fs has asked lstat. */
function kindOf(entry: Dirent<Buffer>): EntryKind {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'folder';
  if (entry.isSymbolicLink()) return 'symlink';
  if (entry.isFIFO()) return 'fifo';
  if (entry.isSocket()) return 'socket';
  return 'device';
}

/** Entries the operating system hands over at once. */
const BUFFERED = 512;
/** Entries that are put in order together: few at first, so that who wants no more pays for no more, then ever more of them. */
const RUNS: Runs = { first: 5_000, most: 100_000 };
const GROWTH = 4;
/** A run ends earlier where listing it takes longer. */
const RUN_MS = 500;

interface Runs {
  first: number;
  most: number;
}

const byName = (one: Entry, other: Entry): number => (one.name < other.name ? -1 : one.name > other.name ? 1 : 0);

/** As many entries as asked for, or fewer where the listing ends or takes long; none at its end. */
function run(listing: Dir, most: number): Entry[] {
  const entries: Entry[] = [];
  const deadline = performance.now() + RUN_MS;
  while (entries.length < most) {
    const entry = listing.readSync() as unknown as Dirent<Buffer> | null;
    if (entry === null) break;
    entries.push({ name: decodePath(entry.name), kind: kindOf(entry) });
    // Now and then, since to ask for the time costs as much as an entry.
    if (entries.length % BUFFERED === 0 && performance.now() > deadline) break;
  }
  return entries.sort(byName);
}

/**
 * The entries of an open folder in groups of at most `size`, in the order of their names; a large folder comes in runs, each in order. A folder's own
 * order is as good as random: whoever keeps an index of names would write to all of it with every group. An entry that comes or goes meanwhile
 * may be met or not (POSIX readdir), and one may be gone by the time at which its group comes. Throws as node:fs does.
 */
export function* listFolder(folder: OpenFolder, size: number, runs = RUNS): Generator<Entry[]> {
  const listing = opendirSync(folder.self(), { encoding: 'buffer' as BufferEncoding, bufferSize: BUFFERED });
  try {
    for (let most = runs.first; ; most = Math.min(most * GROWTH, runs.most)) {
      const entries = run(listing, most);
      if (entries.length === 0) return;
      for (let from = 0; from < entries.length; from += size) yield entries.slice(from, from + size);
    }
  } finally {
    listing.closeSync();
  }
}
