import { randomUUID } from 'node:crypto';
import { closeSync, fstatSync, openSync } from 'node:fs';
import { errnoOf } from '../consequence';
import { type OpenFolder, openFolder } from '../folder';
import { type Place } from '../roots';
import { moveNoReplace } from './move-no-replace';
import { removeOwn } from './stage';

/** Files can't be placed here without the danger of losing one. The message says why, for the one who asked for the scan. */
export class UnsafeFileSystem extends Error {
  override readonly name = 'UnsafeFileSystem';
}

/** Devices that were found safe: a file system does not lose the ability while it is mounted. */
const safe = new Set<string>();

/** The deepest folder on the way to a place that exists. */
function deepest({ root, relative }: Place): OpenFolder {
  for (let path = relative; ; path = path.slice(0, Math.max(0, path.lastIndexOf('/'))))
    try {
      return openFolder(root, path);
    } catch (error) {
      if (path === '' || errnoOf(error) !== 'ENOENT') throw error;
    }
}

function probe(folder: OpenFolder): void {
  const first = `.assay-probe-${randomUUID()}`;
  const second = `${first}-taken`;
  try {
    for (const name of [first, second]) closeSync(openSync(folder.entry(name), 'wx', 0o600));
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

/**
 * Tries, with two empty files of our own that are gone again when it returns, whether a file can be given a name in this place without replacing
 * another: by renaming without replacing, or by hard links. Throws {@link UnsafeFileSystem} where it can't, or where nothing may be written.
 * Tried once for each device.
 */
export function assertPublishesSafely(place: Place): void {
  const folder = deepest(place);
  try {
    const device = String(fstatSync(folder.fd, { bigint: true }).dev);
    if (safe.has(device)) return;
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
