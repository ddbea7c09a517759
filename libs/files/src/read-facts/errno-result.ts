import { type ReadResult } from './reader-messages';

/** The errno's name of an error of the system; any other error is a fault of ours, and is thrown. */
export const codeOf = (error: unknown): string => {
  const { code } = error as NodeJS.ErrnoException;
  if (typeof code !== 'string') throw error;
  return code;
};

const GONE = new Set(['ENOENT', 'ENOTDIR']);
/** ENXIO: a socket, or a device that is not there. ENAMETOOLONG: our own prefix made it too long. */
const UNREADABLE = new Set(['EACCES', 'EPERM', 'ENAMETOOLONG', 'ENXIO', 'ENODEV', 'EOPNOTSUPP']);

/** What an error of the system says of the file that was to be read. */
export function resultOfErrno(code: string): ReadResult {
  if (GONE.has(code)) return { kind: 'gone' };
  if (UNREADABLE.has(code)) return { kind: 'skipped', reason: `unreadable: ${code}` };
  if (code === 'ELOOP') return { kind: 'skipped', reason: 'not-a-regular-file: symlink' };
  return { kind: 'broken-disk', code };
}

/** The one result of all names of a folder that could not be opened. */
export function resultOfFolderError(error: unknown): ReadResult {
  const code = codeOf(error);
  // A symlink now stands on its way, or it leads out: beneath the root there is no such folder any more.
  return code === 'ELOOP' || code === 'EXDEV' ? { kind: 'gone' } : resultOfErrno(code);
}
