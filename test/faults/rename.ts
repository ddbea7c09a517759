import * as koffi from 'koffi';
import { getSystemErrorMap } from 'node:util';

/** linux/fs.h */
const NO_REPLACE = 1;
const EXCHANGE = 2;
/** fcntl.h: paths are absolute. */
const AT_FDCWD = -100;

const renameat2 = koffi
  .load(null)
  .func('int renameat2(int from, const char *name, int to, const char *as, unsigned int flags)');

const call = (from: string, to: string, flags: number, expected: string): boolean => {
  if (renameat2(AT_FDCWD, from, AT_FDCWD, to, flags) === 0) return true;
  const errno = koffi.errno();
  const [code = ''] = getSystemErrorMap().get(-errno) ?? [];
  if (code === expected) return false;
  throw Object.assign(new Error(`${code}: renameat2 of ${from} to ${to}`), { code });
};

/** A stranger's rename that replaces nothing. False where the name is taken. */
export const renameNew = (from: string, to: string): boolean => call(from, to, NO_REPLACE, 'EEXIST');

/**
 * What a rename over an existing file does to its name, at one stroke, but keeps what was replaced, under the other name: a test must know what it
 * took away. False where there is nothing to replace.
 */
export const exchange = (one: string, other: string): boolean => call(one, other, EXCHANGE, 'ENOENT');
