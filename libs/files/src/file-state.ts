import { type BigIntStats, constants, fstatSync, lstatSync } from 'node:fs';
import { constants as system, endianness } from 'node:os';
import { type OpenFolder } from './folder';
import { type FileIdentity, identityOf } from './identity';
import { STATX_BYTES, statx, systemError } from './system-calls';

/*
 * What node:fs tells of a file as BigInts, in a third of the time: asked of the kernel by statx, which node:fs uses too, and
 * put into words with plain numbers. Where there is no statx, or a number is too large or negative, node:fs is asked.
 */

export type FileKind = 'file' | 'folder' | 'symlink' | 'fifo' | 'socket' | 'device';

export interface FileState {
  kind: FileKind;
  /** See {@link identityOf}. */
  identity: FileIdentity;
  /** Bytes. */
  size: number;
  /** Milliseconds since 1970 UTC, without the fraction. */
  modifiedAtMs: number;
}

/** Of `st_mode`. */
export function kindOf(mode: number): FileKind {
  switch (mode & constants.S_IFMT) {
    case constants.S_IFREG:
      return 'file';
    case constants.S_IFDIR:
      return 'folder';
    case constants.S_IFLNK:
      return 'symlink';
    case constants.S_IFIFO:
      return 'fifo';
    case constants.S_IFSOCK:
      return 'socket';
    default:
      return 'device';
  }
}

/** linux/stat.h: where the fields of `struct statx` lie, in units of 2 and of 4 bytes. */
const MODE = 14;
const INODE = 8;
const SIZE = 10;
const BIRTH = 20;
const MODIFIED = 28;
const DEVICE_MAJOR = 34;
const DEVICE_MINOR = 35;
const [LOW, HIGH] = endianness() === 'LE' ? [0, 1] : [1, 0];

/** One for all: nothing of it is kept from one call to the next. */
const struct = new ArrayBuffer(STATX_BYTES);
const bytes = new Uint8Array(struct);
const halves = new Uint16Array(struct);
const words = new Uint32Array(struct);

const number64 = (at: number): number => (words[at + HIGH] ?? 0) * 0x1_0000_0000 + (words[at + LOW] ?? 0);
/** True for negative ones, too, whose upper half is full of ones. */
const isLarge = (at: number): boolean => (words[at + HIGH] ?? 0) > 0x1f_ffff;

/** Seconds and nanoseconds written one behind the other; together they are more than a plain number holds. */
function nanoseconds(at: number): string {
  const nanos = words[at + 2] ?? 0;
  const seconds = number64(at);
  return seconds === 0 ? `${nanos}` : `${seconds}${String(1_000_000_000 + nanos).slice(1)}`;
}

/** sys/sysmacros.h: makedev. A major number has 12 bits, a minor one 20. */
function device(): number {
  const minor = words[DEVICE_MINOR] ?? 0;
  return (minor & 0xff) + (words[DEVICE_MAJOR] ?? 0) * 0x100 + (minor >>> 8) * 0x10_0000;
}

/** Of the struct that was filled last; null where a number in it is not a plain one. */
function stateOfStruct(): FileState | null {
  if (isLarge(INODE) || isLarge(SIZE) || isLarge(BIRTH) || isLarge(MODIFIED)) return null;
  const size = number64(SIZE);
  return {
    kind: kindOf(halves[MODE] ?? 0),
    identity: `${device()}:${number64(INODE)}:${size}:${nanoseconds(MODIFIED)}:${nanoseconds(BIRTH)}`,
    size,
    modifiedAtMs: number64(MODIFIED) * 1000 + Math.floor((words[MODIFIED + 2] ?? 0) / 1_000_000),
  };
}

const stateOfStats = (stats: BigIntStats): FileState => ({
  kind: kindOf(Number(stats.mode)),
  identity: identityOf(stats),
  size: Number(stats.size),
  modifiedAtMs: Number(stats.mtimeMs),
});

/** State of the file that is open as `fd`. Throws as node:fs does. */
export function stateOf(fd: number): FileState {
  const state = statx(fd, '', bytes) === 0 ? stateOfStruct() : null;
  return state ?? stateOfStats(fstatSync(fd, { bigint: true }));
}

/** State of what has this name in the folder now, whatever it is (a symlink is not followed); null where nothing has. Throws as node:fs does. */
export function stateAt(folder: OpenFolder, name: string): FileState | null {
  // A name is one segment; of anything else node:fs says what is wrong with it.
  const errno = /^[^/\0]*$/.test(name) ? statx(folder.fd, name, bytes) : null;
  if (errno === system.errno.ENOENT) return null;
  if (errno !== null && errno !== 0) throw systemError(errno, 'statx', `${folder.relative}/${name}`);
  const state = errno === 0 ? stateOfStruct() : null;
  if (state !== null) return state;
  const stats = lstatSync(folder.entry(name), { bigint: true, throwIfNoEntry: false });
  return stats ? stateOfStats(stats) : null;
}
