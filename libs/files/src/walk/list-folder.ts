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

/**
 * The entries of an open folder in groups of at most `size`, as the folder gives them: the first group comes at once, however large the folder,
 * and no more than one group is held. An entry that comes or goes meanwhile may be met or not (POSIX readdir). Throws as node:fs does.
 */
export function* listFolder(folder: OpenFolder, size: number): Generator<Entry[]> {
  const listing = opendirSync(folder.self(), { encoding: 'buffer' as BufferEncoding, bufferSize: BUFFERED });
  try {
    let group: Entry[] = [];
    for (let entry = listing.readSync(); entry !== null; entry = listing.readSync()) {
      const { name } = entry as unknown as Dirent<Buffer>;
      group.push({ name: decodePath(name), kind: kindOf(entry as unknown as Dirent<Buffer>) });
      if (group.length < size) continue;
      yield group;
      group = [];
    }
    if (group.length > 0) yield group;
  } finally {
    listing.closeSync();
  }
}
