import { statfsSync } from 'node:fs';
import { type FsPath, deepestFolder, fsPath } from './folder';
import type { Place } from './roots';

/** Less than this is no room: what is written needs names, folders and journal beside its bytes. */
const LEAST_BYTES = 16 << 20;

function noRoom(path: FsPath, shown: string, needed: number): string | null {
  const { bavail, bsize, blocks } = statfsSync(path);
  const free = bavail * bsize;
  return blocks > 0 && free < needed ? `No room in '${shown.toWellFormed()}': ${free} bytes are free` : null;
}

/** Why nothing more should be written beneath a root for now, or null where there is room, or the file system does not say. */
export function noRoomIn(root: string): string | null {
  return noRoom(fsPath(root), root, LEAST_BYTES);
}

/**
 * Why a file of so many bytes, for which there was no room, has none yet in this place, whose folders may be missing; null where trying is worth while: of a
 * large file as soon as a root would count as one with room, so that it does not keep small ones waiting. Throws as node:fs does.
 */
export function noRoomFor(bytes: number, { root, relative }: Place): string | null {
  const folder = deepestFolder(root, relative);
  try {
    return noRoom(folder.self(), `${root}/${folder.relative}`, Math.min(LEAST_BYTES, bytes));
  } finally {
    folder.close();
  }
}
