import { type FactGroup, type FileFacts } from '@assay/inspection';
import { closeSync, constants, lstatSync, openSync } from 'node:fs';
import { type FileKind, type FileState, kindOf, stateOf } from '../file-state';
import { type FsPath } from '../folder';
import { type ByteSource, bytesOfFile } from './byte-source';
import { addContentFacts } from './content/content';
import { headDigestOf } from './content/head';
import { type Contents, addProblem } from './contents';
import { codeOf, resultOfErrno } from './errno-result';
import { type Exiftool } from './exiftool';
import { addExiftoolFacts, exiftoolError } from './exiftool-facts';
import { type FactsRead, type RareMediaTypes, factsOf, mediaTypeOf, rareMediaType } from './file-facts';
import { needsExiftool } from './foreign-formats';
import { type ReadResult } from './reader-messages';

/** node:fs has this constant on Linux alone; it spares a write of the inode for every file that is read. */
const O_NOATIME = (constants as { O_NOATIME?: number }).O_NOATIME ?? 0;
/** O_NONBLOCK: the name may have become a FIFO since it was looked at, and opening one waits for a writer. */
const OPEN = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** What it is instead of a regular file; null for a regular file. */
function otherKind(kind: FileKind): ReadResult | null {
  if (kind === 'file') return null;
  return kind === 'folder' ? { kind } : { kind: 'skipped', reason: `not-a-regular-file: ${kind}` };
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

const wantsWholeFile = (needs: readonly FactGroup[]): boolean =>
  needs.includes('complete') || needs.includes('decodes') || needs.includes('digest');

/** Code that is not ours, and may hang, bloat or crash over a file. */
export interface OutsideCode {
  rareMediaTypes: RareMediaTypes;
  exiftool: Exiftool;
}

export interface ReadEntryOptions {
  /** Called now and then while one file takes long. */
  onWait?: () => void;
  /** The digest of its first bytes is wanted too. */
  head?: boolean;
  /** It was a regular file a moment ago, so that nobody looks again before it is opened. */
  listed?: boolean;
}

/** A regular file that is being read. */
interface OpenFile {
  fd: number;
  name: string;
  state: FileState;
  source: ByteSource;
}

interface Wanted {
  needs: readonly FactGroup[];
  outside: OutsideCode | null;
  onWait: () => void;
  head: boolean;
}

const nobody = (): void => undefined;

/**
 * Reads the file at `path`, whose last segment is `name`. Follows no symlink there and opens nothing but a regular file.
 * Every error of the system is a result; only a fault of ours is thrown. A promise where the facts are not there at once, as
 * they are for nearly all files; then the next file is read when it has settled. `outside` null: no third-party code is let at it.
 *
 * A digest is of the bytes that had the identity beside it: it is left out where the file changed while it was read.
 */
export function readEntry(
  path: FsPath,
  name: string,
  needs: readonly FactGroup[],
  outside: OutsideCode | null,
  { onWait = nobody, head = false, listed = false }: ReadEntryOptions = {},
): ReadResult | Promise<ReadResult> {
  let fd = -1;
  let waits = false;
  try {
    // Before it is opened: opening a device can do anything, and a FIFO's opening is seen by its writer.
    const before = listed ? null : otherKind(kindOf(lstatSync(path).mode));
    if (before !== null) return before;
    fd = openForReading(path);
    const state = stateOf(fd);
    const after = otherKind(state.kind);
    if (after !== null) return after;
    const file = { fd, name, state, source: bytesOfFile(fd, state.size) };
    const wanted = { needs, outside, onWait, head };
    const mediaType = mediaTypeOf(file.source);
    const read = mediaType === undefined ? null : factsOf(file.source, name, mediaType, needs, outside === null);
    if (read !== null && !isWaitedFor(read, wanted)) return resultOf(file, read.facts, head);
    waits = true;
    return readOn(file, read, wanted);
  } catch (error) {
    return resultOfErrno(codeOf(error));
  } finally {
    if (fd >= 0 && !waits) closeSync(fd);
  }
}

/** True where facts are missing that are not there at once. */
const isWaitedFor = ({ facts, contents }: FactsRead, { needs, outside }: Wanted): boolean =>
  (outside !== null && contents !== undefined && needsExiftool(facts, contents)) || wantsWholeFile(needs);

/** What others say of the file, or all of its bytes, which takes its time. `read`: what is known already. Closes the file. */
async function readOn(file: OpenFile, read: FactsRead | null, wanted: Wanted): Promise<ReadResult> {
  const { fd, name, state } = file;
  const { needs, outside, onWait, head } = wanted;
  try {
    const { facts, contents } = read ?? (await readRare(file, wanted));
    const path = outside === null ? null : pathOfDescriptor(fd, name);
    if (outside !== null && contents !== undefined && needsExiftool(facts, contents))
      await askExiftool(outside.exiftool, path, facts, contents, needs);
    if (wantsWholeFile(needs)) await addContentFacts(facts, { fd, size: state.size, path, onWait }, needs);
    return resultOf(file, facts, head);
  } catch (error) {
    return resultOfErrno(codeOf(error));
  } finally {
    closeSync(fd);
  }
}

async function readRare({ source, name }: OpenFile, { needs, outside }: Wanted): Promise<FactsRead> {
  const mediaType = await rareMediaType(source, outside?.rareMediaTypes ?? null);
  return factsOf(source, name, mediaType, needs, outside === null);
}

function resultOf({ fd, state }: OpenFile, facts: FileFacts, head: boolean): ReadResult {
  const { identity, size, modifiedAtMs } = state;
  const result: ReadResult = { kind: 'read', identity, size, modifiedAtMs, facts };
  if (head && size > 0) result.head = headDigestOf(fd);
  if ((result.head !== undefined || facts.digest !== undefined) && stateOf(fd).identity !== identity) {
    delete result.head;
    delete facts.digest;
  }
  return result;
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
