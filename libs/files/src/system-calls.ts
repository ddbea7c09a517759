import * as koffi from 'koffi';
import { getSystemErrorMap } from 'node:util';

/*
 * The two calls that Node.js lacks and the protocol needs: openat2 (opening beneath a folder, without symlinks) and
 * renameat2 (renaming without replacing). Called through `syscall` by number, since glibc before 2.43 wraps no openat2
 * and musl wraps neither. Numbers: the unistd.h of each architecture in the Linux sources.
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

/** linux/openat2.h */
export const RESOLVE_NO_MAGICLINKS = 0x02;
export const RESOLVE_NO_SYMLINKS = 0x04;
export const RESOLVE_BENEATH = 0x08;
/** linux/fs.h */
const RENAME_NOREPLACE = 1;

type SystemCall = (
  number: number,
  a: number,
  b: Uint8Array,
  c: Uint8Array | number,
  d: Uint8Array | number,
  e: number,
) => number;

interface SystemCalls {
  openat2: SystemCall;
  renameat2: SystemCall;
}

function bind(): SystemCalls | null {
  if (process.platform !== 'linux') return null;
  try {
    const libc = koffi.load(null);
    return {
      openat2: libc.func(
        'long syscall(long number, int folder, const uint8_t *path, const uint8_t *how, size_t size, int unused)',
      ) as unknown as SystemCall,
      renameat2: libc.func(
        'long syscall(long number, int from, const uint8_t *name, int to, const uint8_t *as, unsigned int flags)',
      ) as unknown as SystemCall,
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
 * Renames without replacing. Returns 0, or the errno; `null` where the platform or file system has no such call
 * (ENOSYS; EINVAL from a file system that knows no flags; EPERM from seccomp or FUSE).
 */
export function renameNoReplaceAt(from: number, name: Uint8Array, to: number, as: Uint8Array): number | null {
  const number = RENAMEAT2[process.arch];
  if (!calls || number === undefined) return null;
  const result = calls.renameat2(number, from, ended(name), to, ended(as), RENAME_NOREPLACE);
  if (result === 0) return 0;
  const errno = koffi.errno();
  if (errno === koffi.os.errno['ENOSYS'] || errno === koffi.os.errno['EINVAL'] || errno === koffi.os.errno['EPERM'])
    return null;
  return errno;
}
