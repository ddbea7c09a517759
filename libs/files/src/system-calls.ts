import { encodePath } from '@assay/inspection';
import * as koffi from 'koffi';
import { endianness } from 'node:os';
import { getSystemErrorMap } from 'node:util';

/*
 * The calls that Node.js lacks: openat2 (opening beneath a folder, without symlinks) and renameat2 (renaming without
 * replacing), which the protocol needs, statx relative to a folder, sched_setattr (when a thread gets the processor), and the ioctl
 * FICLONE (a copy that shares its blocks). All but the last are called through `syscall` by number, since glibc before 2.43 wraps no
 * openat2, before 2.41 no sched_setattr, musl wraps neither of these nor renameat2, and both make up a statx of their own where the
 * kernel has none. Numbers: the unistd.h of each architecture in the Linux sources.
 */

const OPENAT2 = 437;
const RENAMEAT2: Partial<Record<NodeJS.Architecture, number>> = {
  x64: 316,
  arm64: 276,
  riscv64: 276,
  loong64: 276,
  ppc64: 357,
  s390x: 347,
};

const STATX: Partial<Record<NodeJS.Architecture, number>> = {
  x64: 332,
  arm64: 291,
  riscv64: 291,
  loong64: 291,
  ppc64: 383,
  s390x: 379,
};

const SCHED_SETATTR: Partial<Record<NodeJS.Architecture, number>> = {
  x64: 314,
  arm64: 274,
  riscv64: 274,
  loong64: 274,
  ppc64: 355,
  s390x: 345,
};

/** linux/openat2.h */
export const RESOLVE_NO_MAGICLINKS = 0x02;
export const RESOLVE_NO_SYMLINKS = 0x04;
export const RESOLVE_BENEATH = 0x08;
/** linux/fs.h */
const RENAME_NOREPLACE = 1;
/** linux/fcntl.h */
const AT_SYMLINK_NOFOLLOW = 0x100;
const AT_EMPTY_PATH = 0x1000;
/** linux/stat.h: STATX_BASIC_STATS and STATX_BTIME, what node:fs asks for. */
const STATX_WANTED = 0xfff;
/** linux/stat.h */
export const STATX_BYTES = 256;
/** linux/fs.h: _IOW(0x94, 9, int), whose direction bits differ on powerpc. */
const FICLONE = process.arch === 'ppc64' ? 0x80049409 : 0x40049409;

/** koffi takes text faster than it is made into bytes here; text that is not valid UTF-8 must go as bytes, with a zero at their end. */
type Name = string | Uint8Array;

interface SystemCalls {
  openat2: (number: number, folder: number, path: Uint8Array, how: Uint8Array, size: number, unused: number) => number;
  renameat2: (number: number, from: number, name: Name, to: number, as: Name, flags: number) => number;
  statx: (number: number, folder: number, name: Name, flags: number, mask: number, into: Uint8Array) => number;
  schedSetattr: (number: number, thread: number, attributes: Uint8Array, flags: number) => number;
  ioctl: (file: number, request: number, argument: number) => number;
}

function bind(): SystemCalls | null {
  if (process.platform !== 'linux') return null;
  try {
    const libc = koffi.load(null);
    return {
      openat2: libc.func(
        'long syscall(long number, int folder, const uint8_t *path, const uint8_t *how, size_t size, int unused)',
      ) as unknown as SystemCalls['openat2'],
      renameat2: libc.func(
        'long syscall(long number, int from, const char *name, int to, const char *as, unsigned int flags)',
      ) as unknown as SystemCalls['renameat2'],
      statx: libc.func(
        'long syscall(long number, int folder, const char *name, int flags, unsigned int mask, uint8_t *into)',
      ) as unknown as SystemCalls['statx'],
      schedSetattr: libc.func(
        'long syscall(long number, int thread, const uint8_t *attributes, unsigned int flags)',
      ) as unknown as SystemCalls['schedSetattr'],
      ioctl: libc.func('int ioctl(int file, unsigned long request, int argument)') as unknown as SystemCalls['ioctl'],
    };
  } catch {
    // No symbols to call (a statically linked Node.js): callers fall back to checked paths.
    return null;
  }
}

const calls = bind();
const names = getSystemErrorMap();

/** An error as node:fs would throw it, of an errno. */
export function systemError(errno: number, syscall: string, path: string): NodeJS.ErrnoException {
  const [code, text] = names.get(-errno) ?? [`E${errno}`, 'unknown error'];
  return Object.assign(new Error(`${code}: ${text}, ${syscall} '${path}'`), { errno: -errno, code, syscall, path });
}

const ended = (path: Uint8Array): Uint8Array => {
  const text = new Uint8Array(path.length + 1);
  text.set(path);
  return text;
};

const named = (name: string): Name => (name.isWellFormed() ? name : ended(encodePath(name)));

/** open_how: three 64-bit fields, flags, mode, resolve. */
function openHow(flags: number, resolve: number): Uint8Array {
  const how = new BigUint64Array([BigInt(flags), 0n, BigInt(resolve)]);
  return new Uint8Array(how.buffer);
}

/**
 * Opens `path` relative to the descriptor `folder`. Returns the descriptor, or the positive errno as a negative number;
 * `null` where the platform has no such call (not Linux, ENOSYS, or refused with EPERM by a seccomp filter).
 */
export function openat2(folder: number, path: Uint8Array, flags: number, resolve: number): number | null {
  if (!calls) return null;
  const how = openHow(flags, resolve);
  // EAGAIN: a rename or mount happened meanwhile and the kernel could not prove that the path stayed beneath.
  for (let attempt = 0; ; attempt += 1) {
    const opened = calls.openat2(OPENAT2, folder, ended(path), how, how.length, 0);
    if (opened >= 0) return opened;
    const errno = koffi.errno();
    if (errno === koffi.os.errno['EAGAIN'] && attempt < 100) continue;
    if (errno === koffi.os.errno['ENOSYS'] || errno === koffi.os.errno['EPERM']) return null;
    return -errno;
  }
}

/**
 * Renames without replacing; names as text that `decodePath` gives, relative to the descriptors. Returns 0, or the errno; `null` where the platform or file system has no such call
 * (ENOSYS; EINVAL from a file system that knows no flags; EPERM from seccomp or FUSE).
 */
export function renameNoReplaceAt(from: number, name: string, to: number, as: string): number | null {
  const number = RENAMEAT2[process.arch];
  if (!calls || number === undefined) return null;
  const result = calls.renameat2(number, from, named(name), to, named(as), RENAME_NOREPLACE);
  if (result === 0) return 0;
  const errno = koffi.errno();
  if (errno === koffi.os.errno['ENOSYS'] || errno === koffi.os.errno['EINVAL'] || errno === koffi.os.errno['EPERM'])
    return null;
  return errno;
}

/** Once refused, it is not asked again, as node:fs does it: two ways of asking may differ in what they call a birth time. */
let statxRefused = false;
/** What a kernel or a filter (seccomp) says that has no statx, or not for this file system. */
const STATX_REFUSALS = ['EINVAL', 'EPERM', 'ENOSYS', 'EOPNOTSUPP'].map((code) => koffi.os.errno[code]);

/**
 * Fills `into` (of {@link STATX_BYTES}) with the `struct statx` of the entry `name` of the folder, following no symlink; where the
 * name is empty, of the descriptor itself. Returns 0, or the errno; `null` where the platform has no such call.
 */
export function statx(fd: number, name: string, into: Uint8Array): number | null {
  const number = STATX[process.arch];
  if (!calls || number === undefined || statxRefused) return null;
  const flags = name === '' ? AT_EMPTY_PATH : AT_SYMLINK_NOFOLLOW;
  if (calls.statx(number, fd, named(name), flags, STATX_WANTED, into) === 0) return 0;
  const errno = koffi.errno();
  statxRefused = STATX_REFUSALS.includes(errno);
  return statxRefused ? null : errno;
}

/**
 * Makes the file behind the descriptor `to` the whole of what is in `from` now, sharing its blocks. False where the system or the file systems can't
 * do that, or not for these two: then nothing was changed.
 */
export function cloneFile(from: number, to: number): boolean {
  return calls?.ioctl(to, FICLONE, from) === 0;
}

/** linux/sched.h: whoever was given another policy by an operator keeps it. */
const SCHED_FLAG_KEEP_POLICY = 8n;
const SCHED_FLAG_RESET_ON_FORK = 1n;
const SCHED_RR = 2;

interface SchedulerAttributes {
  flags: bigint;
  policy?: number;
  niceness?: number;
  priority?: number;
  slice?: bigint;
}

/** `thread` 0 is the one that calls. False where the system has no such call, or refuses it. */
function setScheduler(thread: number, attributes: SchedulerAttributes): boolean {
  const number = SCHED_SETATTR[process.arch];
  if (!calls || number === undefined) return false;
  const { flags, policy = 0, niceness = 0, priority = 0, slice = 0n } = attributes;
  // linux/sched/types.h: size, policy, flags, nice, priority, runtime, deadline, period.
  const struct = new Uint8Array(48);
  const view = new DataView(struct.buffer);
  const littleEndian = endianness() === 'LE';
  view.setUint32(0, struct.length, littleEndian);
  view.setUint32(4, policy, littleEndian);
  view.setBigUint64(8, flags, littleEndian);
  view.setInt32(16, niceness, littleEndian);
  view.setUint32(20, priority, littleEndian);
  view.setBigUint64(24, slice, littleEndian);
  return calls.schedSetattr(number, thread, struct, 0) === 0;
}

/**
 * How long the turns of this thread are that the scheduler gives it, in nanoseconds, 0 for the system's own; its niceness is `niceness` afterwards. False
 * where the system can't do that; a kernel before 6.12 says yes and changes nothing.
 */
export function setSchedulerSlice(slice: bigint, niceness: number): boolean {
  return setScheduler(0, { flags: SCHED_FLAG_KEEP_POLICY, niceness, slice });
}

/**
 * Makes this thread one of real time (SCHED_RR) of this priority, 1 being the lowest; what it starts later is not. False where the system can't do that, or
 * does not allow it: it takes CAP_SYS_NICE, or a limit RLIMIT_RTPRIO of as much (sched(7)).
 */
export function setRealTime(priority: number): boolean {
  return setScheduler(0, { flags: SCHED_FLAG_RESET_ON_FORK, policy: SCHED_RR, priority });
}

/** The opposite, for the main thread of a process, 0 for this thread: of niceness 0, with turns of `slice` nanoseconds. False where that was not to be done. */
export function endRealTime(pid: number, slice: bigint): boolean {
  // The flag once set, only the superuser may clear it.
  return setScheduler(pid, { flags: SCHED_FLAG_RESET_ON_FORK, slice });
}
