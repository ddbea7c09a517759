import { fstatSync } from 'node:fs';
import { errnoOf } from '../consequence';
import { type OpenFolder, deepestFolder, openFolder } from '../folder';
import { type Place } from '../roots';
import { moveNoReplace } from './move-no-replace';
import { makeProbe, removeStaleProbes } from './probe';
import { removeOwn } from './stage';

/** Files can't be placed here without the danger of losing one. The message says why, for the one who asked for the scan. */
export class UnsafeFileSystem extends Error {
  override readonly name = 'UnsafeFileSystem';
}

/** Devices that were found safe: a file system does not lose the ability while it is mounted. */
const safe = new Set<string>();

function probe(folder: OpenFolder): void {
  const { first, second } = makeProbe(folder);
  try {
    if (moveNoReplace(folder, first, folder, second) !== 'taken')
      throw new UnsafeFileSystem('it replaces a file where it was told not to');
    removeOwn(folder, second);
    if (moveNoReplace(folder, first, folder, second) !== 'moved')
      throw new UnsafeFileSystem('it does not rename a file');
  } finally {
    removeOwn(folder, first);
    removeOwn(folder, second);
  }
}

/** Where the process was killed that tried this place before, its probe lies in a folder on the way here. */
function tidy({ root, relative }: Place): void {
  for (let path = relative; ; path = path.slice(0, Math.max(0, path.lastIndexOf('/')))) {
    try {
      const folder = openFolder(root, path);
      try {
        removeStaleProbes(folder);
      } finally {
        folder.close();
      }
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error;
    }
    if (path === '') return;
  }
}

/**
 * Tries, with two empty files of our own that are gone again when it returns, whether a file can be given a name in this place without replacing
 * another: by renaming without replacing, or by hard links. Throws {@link UnsafeFileSystem} where it can't, or where nothing may be written.
 * Tried once for each device; what a killed process left of an earlier trial is removed then.
 */
export function assertPublishesSafely(place: Place): void {
  const folder = deepestFolder(place.root, place.relative);
  try {
    const device = String(fstatSync(folder.fd, { bigint: true }).dev);
    if (safe.has(device)) return;
    tidy(place);
    probe(folder);
    safe.add(device);
  } catch (cause) {
    throw new UnsafeFileSystem(
      `Files can't be moved safely on the file system of '${place.root}/${place.relative}': ${(cause as Error).message}`,
      { cause },
    );
  } finally {
    folder.close();
  }
}
