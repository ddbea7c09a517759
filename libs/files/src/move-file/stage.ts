import { lstatSync, renameSync, unlinkSync } from 'node:fs';
import { constants } from 'node:os';
import { errnoOf } from '../consequence';
import { type OpenFolder } from '../folder';
import { type FileIdentity, identityOf } from '../identity';
import { identityAt, moveNoReplace } from './move-no-replace';
import { renameNoReplaceAt, systemError } from '../system-calls';
import { type Row, keptName, ownName } from './own-names';

export type PutBack =
  | { kind: 'back' }
  /** A new file has the source's name: ours lies beside it under this name. */
  | { kind: 'kept'; as: string }
  /** There is no file of our name: another attempt has taken over, or it never was staged. */
  | { kind: 'absent' };

/** More new files in the place of one than anyone meets; a file system that calls every name taken must not be asked for ever. */
const MOST_KEPT = 1_000;

/** Gives a staged file its source's name again, without replacing a new file of that name. */
export function putBack(folder: OpenFolder, own: string, name: string, row: Row): PutBack {
  const result = moveNoReplace(folder, own, folder, name);
  if (result === 'moved') return { kind: 'back' };
  if (result === 'absent') return { kind: 'absent' };
  // No new file: this one, by a link that was made before and whose first name was not removed.
  if (identityAt(folder, own) === identityAt(folder, name)) {
    removeOwn(folder, own);
    return { kind: 'back' };
  }
  return keepBeside(folder, own, name, row);
}

/** Gives a file under a name of ours a kept name, beside `name`. Throws EEXIST where all of those are taken. */
export function keepBeside(folder: OpenFolder, own: string, name: string, row: Row): PutBack {
  for (let count = 1; count <= MOST_KEPT; count += 1) {
    const as = keptName(name, row, count);
    const kept = moveNoReplace(folder, own, folder, as);
    if (kept === 'moved') return { kind: 'kept', as };
    if (kept === 'absent') return { kind: 'absent' };
  }
  throw Object.assign(new Error(`'${own}' can't be put back: '${name.toWellFormed()}' and its kept names are taken`), {
    code: 'EEXIST',
  });
}

/** The names beside `name` under which {@link putBack} has left files of this row, in this attempt or an earlier one. */
export function keptBeside(folder: OpenFolder, name: string, row: Row): string[] {
  const kept: string[] = [];
  for (let as = keptName(name, row); identityAt(folder, as) !== null; as = keptName(name, row, kept.length + 1))
    kept.push(as);
  return kept;
}

export type Staged =
  | { kind: 'staged' }
  /** Nothing has the source's name. */
  | { kind: 'absent' }
  /** The source's name is another file than was judged, or that file was changed; it has its name again. */
  | { kind: 'changed'; put: PutBack };

/** False where nothing has the name `name`. */
function takeName(folder: OpenFolder, name: string, own: string): boolean {
  const errno = renameNoReplaceAt(folder.fd, name, folder.fd, own);
  if (errno === 0) return true;
  if (errno === constants.errno.ENOENT) return false;
  if (errno !== null) throw systemError(errno, 'renameat2', `${folder.relative}/${name}`);
  try {
    // The own name is unique: there is nothing to replace.
    renameSync(folder.entry(name), folder.entry(own));
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/**
 * Takes a source under the own name of this attempt: from here on nobody else's write can reach it by name. Only now can it be compared, since
 * before that any look may be outdated when the name is taken; what turns out not to be the judged file is put back.
 */
export function stage(folder: OpenFolder, name: string, own: string, judged: FileIdentity, row: Row): Staged {
  if (!takeName(folder, name, own)) return { kind: 'absent' };
  if (identityAt(folder, own) === judged) return { kind: 'staged' };
  return { kind: 'changed', put: putBack(folder, own, name, row) };
}

/**
 * Finds what earlier attempts staged and takes it under this attempt's own name. Foreign files among them (staged by an attempt that died
 * between rename and compare) get the source's name back. Returns true where the judged file is now under the own name.
 */
export function takeOver(folder: OpenFolder, name: string, row: Row, attempt: number, judged: FileIdentity): boolean {
  const own = ownName(row, attempt);
  for (let earlier = attempt - 1; earlier >= 1; earlier -= 1) {
    const theirs = ownName(row, earlier);
    const found = identityAt(folder, theirs);
    if (found === null) continue;
    if (found !== judged) putBack(folder, theirs, name, row);
    // Taken: the same file by another hard link of ours (link worked, unlink did not).
    else if (moveNoReplace(folder, theirs, folder, own) === 'taken') removeOwn(folder, theirs);
  }
  return identityAt(folder, own) === judged;
}

/** Removes a name of ours: a copy that is not to be published. Idempotent. */
export function removeOwn(folder: OpenFolder, own: string): void {
  try {
    unlinkSync(folder.entry(own));
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
}

export type Leftover =
  /** Nothing has the own name any more. */
  | 'removed'
  /** It was written to since it was judged: it has its source's name again, or a kept one. */
  | 'changed'
  /** It is the only name that this file has; it stays. */
  | 'last-name';

/**
 * Removes what is left of a source whose file is placed. `sameFile`: what was placed is this very file and no copy of it, so
 * that it must have another name before this one may go. Idempotent.
 */
export function removeLeftover(
  folder: OpenFolder,
  name: string,
  own: string,
  judged: FileIdentity,
  row: Row,
  sameFile: boolean,
): Leftover {
  const stats = lstatSync(folder.entry(own), { bigint: true, throwIfNoEntry: false });
  if (!stats) return 'removed';
  if (identityOf(stats) !== judged) {
    putBack(folder, own, name, row);
    return 'changed';
  }
  if (sameFile && stats.nlink < 2n) return 'last-name';
  removeOwn(folder, own);
  return 'removed';
}
