import { linkSync, lstatSync, mkdirSync, renameSync, rmdirSync, unlinkSync } from 'node:fs';
import { constants } from 'node:os';
import { errnoOf } from '../consequence';
import { stateAt } from '../file-state';
import { type OpenFolder } from '../folder';
import { type FileIdentity, identityOf } from '../identity';
import { renameNoReplaceAt, systemError } from '../system-calls';

/**
 * - `moved`: the name `as` now is this file;
 * - `taken`: another file has the name, nothing was changed;
 * - `absent`: there is no file of the first name;
 * - `other-device`: it must be copied.
 */
export type MoveResult = 'moved' | 'taken' | 'absent' | 'other-device';

/** Identity of what has this name now, whatever it is (a symlink is not followed); null where nothing has. */
export function identityAt(folder: OpenFolder, name: string): FileIdentity | null {
  return stateAt(folder, name)?.identity ?? null;
}

function removeEmptyFolder(folder: OpenFolder, name: string): void {
  try {
    rmdirSync(folder.entry(name));
  } catch (error) {
    // It is in use already, or gone.
    if (!['ENOTEMPTY', 'EEXIST', 'ENOENT', 'ENOTDIR'].includes(errnoOf(error))) throw error;
  }
}

/** A folder has no hard links: its new name is made as an empty folder first, which a rename may replace and nothing else. */
function makeThenReplace(from: OpenFolder, name: string, to: OpenFolder, as: string): MoveResult {
  try {
    mkdirSync(to.entry(as));
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return 'taken';
    throw error;
  }
  try {
    renameSync(from.entry(name), to.entry(as));
    return 'moved';
  } catch (error) {
    removeEmptyFolder(to, as);
    switch (errnoOf(error)) {
      case 'ENOTEMPTY':
      case 'EEXIST':
      case 'ENOTDIR':
        // Someone has used the new folder, or put something else in its place.
        return 'taken';
      case 'ENOENT':
        return 'absent';
      case 'EXDEV':
        return 'other-device';
      default:
        throw error;
    }
  }
}

/** What link and unlink do where the file system or the kernel has no rename without replacing. */
function linkThenUnlink(from: OpenFolder, name: string, to: OpenFolder, as: string): MoveResult {
  const stats = lstatSync(from.entry(name), { bigint: true, throwIfNoEntry: false });
  if (!stats) return 'absent';
  if (stats.isDirectory()) return makeThenReplace(from, name, to, as);
  try {
    linkSync(from.entry(name), to.entry(as));
  } catch (error) {
    switch (errnoOf(error)) {
      case 'EEXIST':
        // A network file system may have done it and lost the answer; so may we, before a crash.
        if (identityAt(to, as) !== identityOf(stats)) return 'taken';
        break;
      case 'ENOENT':
        if (identityAt(from, name) === null) return 'absent';
        throw error;
      case 'EXDEV':
        return 'other-device';
      default:
        throw error;
    }
  }
  try {
    unlinkSync(from.entry(name));
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
  return 'moved';
}

/**
 * Gives the file `name` of one folder the name `as` in another (or the same), and never replaces what has that name. `name` must be
 * a name of ours or be renamed whatever it is: the fallback unlinks it. `identity`: what has the first name, by which it is known again after an
 * error; looked up where it is not given. Throws errors of the file system that are none of the results, ENOENT where the
 * folder `to` itself was removed.
 */
export function moveNoReplace(
  from: OpenFolder,
  name: string,
  to: OpenFolder,
  as: string,
  identity = identityAt(from, name),
): MoveResult {
  if (identity === null) return 'absent';
  const errno = renameNoReplaceAt(from.fd, name, to.fd, as);
  if (errno === 0) return 'moved';
  if (errno === null) return linkThenUnlink(from, name, to, as);
  // After an error of a network file system the disk is believed, not the error.
  if (identityAt(from, name) === null) return identityAt(to, as) === identity ? 'moved' : 'absent';
  if (errno === constants.errno.EEXIST) return 'taken';
  if (errno === constants.errno.EXDEV) return 'other-device';
  throw systemError(errno, 'renameat2', `${to.relative}/${as}`);
}
