import { decodePath } from '@assay/inspection';
import { type Dirent, opendirSync } from 'node:fs';
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
/** Entries that are put in order together, which take some megabytes; fewer where listing them takes longer than this. */
const SORTED = 100_000;
const SORTED_MS = 500;

const byName = (one: Entry, other: Entry): number => (one.name < other.name ? -1 : one.name > other.name ? 1 : 0);

/**
 * The entries of an open folder in groups of at most `size`, in the order of their names; a folder of more than `sorted` comes in so many runs, each in
 * order. A folder's own order is as good as random: whoever keeps an index of names would write to all of it with every group. An entry that
 * comes or goes meanwhile may be met or not (POSIX readdir). Throws as node:fs does.
 */
export function* listFolder(folder: OpenFolder, size: number, sorted = SORTED): Generator<Entry[]> {
  const listing = opendirSync(folder.self(), { encoding: 'buffer' as BufferEncoding, bufferSize: BUFFERED });
  try {
    for (let ended = false; !ended;) {
      const entries: Entry[] = [];
      // Looked at now and then, since asking for the time costs as much as an entry.
      for (const deadline = performance.now() + SORTED_MS; entries.length < sorted && !ended;) {
        const entry = listing.readSync() as unknown as Dirent<Buffer> | null;
        if (entry === null) ended = true;
        else entries.push({ name: decodePath(entry.name), kind: kindOf(entry) });
        if (entries.length % BUFFERED === 0 && performance.now() > deadline) break;
      }
      entries.sort(byName);
      for (let from = 0; from < entries.length; from += size) yield entries.slice(from, from + size);
    }
  } finally {
    listing.closeSync();
  }
}
