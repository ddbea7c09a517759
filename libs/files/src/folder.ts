import { decodePath, encodePath } from '@assay/inspection';
import { closeSync, constants, fsync, fsyncSync, lstatSync, mkdirSync, openSync, realpathSync } from 'node:fs';
import { promisify } from 'node:util';
import { errnoOf } from './consequence';
import { RESOLVE_BENEATH, RESOLVE_NO_MAGICLINKS, RESOLVE_NO_SYMLINKS, openat2, systemError } from './system-calls';

/** Something node:fs takes as a path: text where it is valid UTF-8, else the bytes. */
export type FsPath = string | Buffer;

/**
 * A folder held open by a descriptor, so that its entries are named relative to the folder itself: a rename of one of its
 * parents, or a symlink put in their place, leads nowhere else. The one who opened it closes it.
 */
export interface OpenFolder {
  /** Relative to its root, `''` for the root itself; text as `decodePath` gives it. */
  readonly relative: string;
  readonly fd: number;
  /** The path of an entry for node:fs calls. `name` is one segment; never follow it where it may be a symlink. */
  entry(name: string): FsPath;
  /** The folder's own path for `opendir`. */
  self(): FsPath;
  /** Makes names that came or went in this folder survive a power cut. */
  sync(): void;
  /** The same as {@link sync}, without keeping the thread meanwhile. The folder stays open until it resolves. */
  flush(): Promise<void>;
  /** Idempotent. */
  close(): void;
}

/** node:fs sets O_CLOEXEC itself and does not export it; every Linux architecture that Node.js supports has this value. */
const O_CLOEXEC = process.platform === 'linux' ? 0o2000000 : 0;
const flushDescriptor = promisify(fsync);
const UNSYNCABLE = new Set(['EINVAL', 'ENOTSUP', 'EOPNOTSUPP']);
const FOLDER = constants.O_RDONLY | constants.O_DIRECTORY | O_CLOEXEC;

/** node:fs takes text faster than bytes; text that is not valid UTF-8 must go as bytes. */
export function fsPath(text: string): FsPath {
  return text.isWellFormed() ? text : Buffer.from(encodePath(text));
}

class DescriptorFolder implements OpenFolder {
  private closed = false;
  private readonly prefix: string;

  constructor(
    readonly relative: string,
    readonly fd: number,
    /** The plain path where the platform has no /proc; there, a parent swapped after the check is not noticed. */
    plain: string | null,
  ) {
    this.prefix = plain === null ? `/proc/self/fd/${fd}/` : `${plain}/`;
  }

  entry(name: string): FsPath {
    return fsPath(this.prefix + name);
  }

  self(): FsPath {
    return fsPath(this.prefix);
  }

  sync(): void {
    try {
      fsyncSync(this.fd);
    } catch (error) {
      // Some file systems (FUSE, SMB) can't flush a folder, and keep its names without being asked; fsync(2) says EINVAL of them.
      if (!UNSYNCABLE.has(errnoOf(error))) throw error;
    }
  }

  async flush(): Promise<void> {
    try {
      await flushDescriptor(this.fd);
    } catch (error) {
      if (!UNSYNCABLE.has(errnoOf(error))) throw error;
    }
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    closeSync(this.fd);
  }
}

function assertRelative(relative: string): string[] {
  const segments = relative === '' ? [] : relative.split('/');
  if (segments.some((segment) => segment === '' || segment === '.' || segment === '..' || segment.includes('\0')))
    throw systemError(22, 'open', relative);
  return segments;
}

/** Where the kernel has no openat2: each segment is looked at just before use, and a symlink refused as the kernel would. */
function openChecked(root: string, relative: string): OpenFolder {
  let path = root;
  for (const segment of assertRelative(relative)) {
    path += `/${segment}`;
    if (lstatSync(fsPath(path)).isSymbolicLink()) throw systemError(40, 'open', path);
  }
  const fd = openSync(fsPath(path), FOLDER | constants.O_NOFOLLOW);
  const plain = process.platform === 'linux' ? null : path;
  return new DescriptorFolder(relative, fd, plain);
}

/**
 * Opens the folder `relative` beneath `root` (an absolute path without symlinks, see {@link resolveRoot}), following no
 * symlink on the way. Throws as node:fs does: ENOENT, ENOTDIR, EACCES; ELOOP where a segment is a symlink; EXDEV or EINVAL
 * where the path would leave the root.
 */
export function openFolder(root: string, relative: string): OpenFolder {
  const segments = assertRelative(relative);
  const rootFd = openSync(fsPath(root), FOLDER | constants.O_NOFOLLOW);
  if (segments.length === 0) return new DescriptorFolder('', rootFd, process.platform === 'linux' ? null : root);
  try {
    const opened = openat2(
      rootFd,
      encodePath(relative),
      // Not O_NOFOLLOW: with O_DIRECTORY it would say ENOTDIR of a symlink, where RESOLVE_NO_SYMLINKS says ELOOP.
      FOLDER,
      RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
    );
    if (opened === null) return openChecked(root, relative);
    if (opened < 0) throw systemError(-opened, 'openat2', `${root}/${relative}`);
    return new DescriptorFolder(relative, opened, null);
  } finally {
    closeSync(rootFd);
  }
}

/**
 * Opens the folder, making it and its missing parents first (mode 0o777 less the umask). New names are made durable in
 * their parents before it returns. Idempotent; safe beside others who make the same folders.
 */
export function makeFolder(root: string, relative: string): OpenFolder {
  try {
    return openFolder(root, relative);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const segments = assertRelative(relative);
  const name = segments.pop();
  // The root itself is not ours to make: a mount that is gone must not be replaced by an empty folder.
  if (name === undefined) return openFolder(root, '');
  const parent = makeFolder(root, segments.join('/'));
  try {
    mkdirSync(parent.entry(name));
    parent.sync();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    parent.close();
  }
  return openFolder(root, relative);
}

/** The deepest folder on the way to a path beneath the root that exists; the root itself at last. Throws as {@link openFolder} does. */
export function deepestFolder(root: string, relative: string): OpenFolder {
  for (let path = relative; ; path = path.slice(0, Math.max(0, path.lastIndexOf('/'))))
    try {
      return openFolder(root, path);
    } catch (error) {
      if (path === '' || errnoOf(error) !== 'ENOENT') throw error;
    }
}

/** The absolute path of a root with every symlink resolved, as text. Throws ENOENT or ENOTDIR. */
export function resolveRoot(path: string): string {
  const resolved = decodePath(realpathSync(fsPath(path), { encoding: 'buffer' }));
  if (!lstatSync(fsPath(resolved)).isDirectory()) throw systemError(20, 'open', resolved);
  return resolved;
}
