import { opendirSync, rmdirSync } from 'node:fs';
import { errnoOf } from './consequence';
import { type OpenFolder, openFolder } from './folder';

/** What is no folder, or is there no more, or is in use: then it stays as it is. EBUSY: something is mounted there. */
const STAYS = new Set(['ENOTEMPTY', 'EEXIST', 'ENOENT', 'ENOTDIR', 'ELOOP', 'EBUSY', 'EINVAL']);

/** The folder, or null where the path leads to no folder (any more), or through a symlink. Throws as node:fs does. */
function opened(root: string, relative: string): OpenFolder | null {
  try {
    return openFolder(root, relative);
  } catch (error) {
    if (STAYS.has(errnoOf(error))) return null;
    throw error;
  }
}

/** True where the path beneath the root is a folder that holds nothing. Throws as node:fs does, EACCES where it may not be listed. */
export function isEmptyFolder(root: string, relative: string): boolean {
  const folder = opened(root, relative);
  if (!folder) return false;
  try {
    const listing = opendirSync(folder.self(), { encoding: 'buffer' as BufferEncoding, bufferSize: 1 });
    try {
      return listing.readSync() === null;
    } finally {
      listing.closeSync();
    }
  } finally {
    folder.close();
  }
}

/**
 * Removes a folder beneath the root that holds nothing, following no symlink on the way and never the root itself. False where it stays: it holds
 * something, it is no folder, or it is gone. Throws as node:fs does where it may not be removed.
 */
export function removeEmptyFolder(root: string, relative: string): boolean {
  const slash = relative.lastIndexOf('/');
  const name = relative.slice(slash + 1);
  if (name === '') return false;
  const parent = opened(root, relative.slice(0, Math.max(0, slash)));
  if (!parent) return false;
  try {
    // The kernel refuses a folder that holds anything, whatever came there since it was looked at.
    rmdirSync(parent.entry(name));
    return true;
  } catch (error) {
    if (STAYS.has(errnoOf(error))) return false;
    throw error;
  } finally {
    parent.close();
  }
}
