import { type FactGroup, type FileFacts } from '@assay/inspection';
import { type BigIntStats, closeSync, constants, fstatSync, lstatSync, openSync, type Stats } from 'node:fs';
import { type FsPath } from '../folder';
import { identityOf } from '../identity';
import { bytesOfFile } from './byte-source';
import { addContentFacts } from './content/content';
import { type Contents, addProblem } from './contents';
import { type Exiftool } from './exiftool';
import { addExiftoolFacts, exiftoolError } from './exiftool-facts';
import { type RareMediaTypes, factsOf, mediaTypeOf, rareMediaType } from './file-facts';
import { needsExiftool } from './foreign-formats';
import { type ReadResult } from './reader-messages';

/** node:fs has this constant on Linux alone; it spares a write of the inode for every file that is read. */
const O_NOATIME = (constants as { O_NOATIME?: number }).O_NOATIME ?? 0;
/** O_NONBLOCK: the name may have become a FIFO since the lstat, and opening one waits for a writer. */
const OPEN = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

const codeOf = (error: unknown): string => {
  const { code } = error as NodeJS.ErrnoException;
  if (typeof code !== 'string') throw error;
  return code;
};

const GONE = new Set(['ENOENT', 'ENOTDIR']);
/** ENXIO: a socket, or a device that is not there. ENAMETOOLONG: our own prefix made it too long. */
const UNREADABLE = new Set(['EACCES', 'EPERM', 'ENAMETOOLONG', 'ENXIO', 'ENODEV', 'EOPNOTSUPP']);

function resultOfErrno(code: string): ReadResult {
  if (GONE.has(code)) return { kind: 'gone' };
  if (UNREADABLE.has(code)) return { kind: 'skipped', reason: `unreadable: ${code}` };
  if (code === 'ELOOP') return { kind: 'skipped', reason: 'not-a-regular-file: symlink' };
  return { kind: 'broken-disk', code };
}

/** What it is instead of a regular file; null for a regular file. */
function otherKind(stats: Stats | BigIntStats): ReadResult | null {
  if (stats.isFile()) return null;
  if (stats.isDirectory()) return { kind: 'folder' };
  const what = stats.isSymbolicLink() ? 'symlink' : stats.isFIFO() ? 'fifo' : stats.isSocket() ? 'socket' : 'device';
  return { kind: 'skipped', reason: `not-a-regular-file: ${what}` };
}

function openForReading(path: FsPath): number {
  if (O_NOATIME === 0) return openSync(path, OPEN);
  try {
    return openSync(path, OPEN | O_NOATIME);
  } catch (error) {
    // Granted to the file's owner and to root alone.
    if (codeOf(error) !== 'EPERM') throw error;
    return openSync(path, OPEN);
  }
}

const WHOLE_FILE: ReadonlySet<FactGroup> = new Set<FactGroup>(['complete', 'decodes', 'digest']);

/** Code that is not ours, and may hang, bloat or crash over a file. */
export interface OutsideCode {
  rareMediaTypes: RareMediaTypes;
  exiftool: Exiftool;
}

/**
 * Reads the file at `path`, whose last segment is `name`. Follows no symlink there and opens nothing but a regular file.
 * Every error of the system is a result; only a fault of ours is thrown. `outside` null: no third-party code is let at it.
 * `onWait` is called now and then while one file takes long.
 */
export async function readEntry(
  path: FsPath,
  name: string,
  needs: readonly FactGroup[],
  outside: OutsideCode | null,
  onWait: () => void = () => undefined,
): Promise<ReadResult> {
  let fd = -1;
  try {
    // Before it is opened: opening a device can do anything, and a FIFO's opening is seen by its writer.
    const before = otherKind(lstatSync(path));
    if (before !== null) return before;
    fd = openForReading(path);
    const stats = fstatSync(fd, { bigint: true });
    const after = otherKind(stats);
    if (after !== null) return after;
    const size = Number(stats.size);
    const source = bytesOfFile(fd, size);
    const mediaType = mediaTypeOf(source) ?? (await rareMediaType(source, outside?.rareMediaTypes ?? null));
    const { facts, contents } = factsOf(source, name, mediaType, needs, outside === null);
    if (outside !== null && contents !== undefined && needsExiftool(facts, contents))
      await askExiftool(outside.exiftool, pathOfDescriptor(fd, name), facts, contents, needs);
    if (needs.some((group) => WHOLE_FILE.has(group)))
      await addContentFacts(
        facts,
        { fd, size, path: outside === null ? null : pathOfDescriptor(fd, name), onWait },
        needs,
      );
    return { kind: 'read', identity: identityOf(stats), size, modifiedAtMs: Number(stats.mtimeMs), facts };
  } catch (error) {
    return resultOfErrno(codeOf(error));
  } finally {
    if (fd >= 0) closeSync(fd);
  }
}

/**
 * A path at which another program finds the very file that is open here, whatever has become of its name, and that holds
 * no character of that name. Where there is no /proc it is the plain path, and a swap in this moment goes unnoticed; null
 * for a name that no line can hold.
 */
function pathOfDescriptor(fd: number, name: string): string | null {
  if (process.platform === 'linux') return `/proc/${process.pid}/fd/${fd}`;
  const plain = `${process.cwd()}/${name}`;
  return /[\n\r]/.test(plain) || !plain.isWellFormed() ? null : plain;
}

async function askExiftool(
  exiftool: Exiftool,
  path: string | null,
  facts: FileFacts,
  contents: Contents,
  needs: readonly FactGroup[],
): Promise<void> {
  if (path === null) {
    addProblem(contents, 'reader-unavailable', 'Only exiftool reads this file, and its name cannot be given to it.');
    return;
  }
  const answer = await exiftool.read(path);
  if (answer.kind === 'problem') {
    addProblem(contents, answer.problem.code, answer.problem.message);
    return;
  }
  const error = exiftoolError(answer.tags);
  if (error !== undefined && facts.mediaType !== 'application/octet-stream')
    addProblem(contents, 'unreadable-metadata', `exiftool says of this file: ${error}.`);
  addExiftoolFacts(facts, answer.tags, contents, needs.includes('description'));
}

/** The one result of all names of a folder that could not be opened. */
export function resultOfFolderError(error: unknown): ReadResult {
  const code = codeOf(error);
  // A symlink now stands on its way, or it leads out: beneath the root there is no such folder any more.
  return code === 'ELOOP' || code === 'EXDEV' ? { kind: 'gone' } : resultOfErrno(code);
}
