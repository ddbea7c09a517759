import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { type OpenFolder } from '../folder';
import { type FileIdentity, identityOf } from '../identity';
import { cloneFile } from '../system-calls';

const CHUNK = 1 << 20;

export type Copied =
  | { kind: 'copied'; identity: FileIdentity; digest: string }
  | { kind: 'absent' }
  /** The source is not the judged file any more, before or after it was read. */
  | { kind: 'changed' };

/** What was written is not what was read: a broken disk or memory, not a bad file. */
export class CopyDiffers extends Error {
  override readonly name = 'CopyDiffers';
  readonly code = 'EIO';
}

async function openSource(folder: OpenFolder, name: string): Promise<FileHandle | null> {
  try {
    return await open(folder.entry(name), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/**
 * Reads to the end through one buffer, or until it has read more than `size` bytes: whoever appends faster than we read must not keep us.
 * `each` has the bytes until it returns. Returns `sha256:<hex>`.
 */
async function digestOf(
  file: FileHandle,
  size: bigint,
  each?: (bytes: Uint8Array, at: number) => Promise<void>,
): Promise<string> {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(CHUNK);
  for (let at = 0; ;) {
    const { bytesRead } = at > size ? { bytesRead: 0 } : await file.read(buffer, 0, CHUNK, at);
    if (bytesRead === 0) return `sha256:${hash.digest('hex')}`;
    const bytes = buffer.subarray(0, bytesRead);
    hash.update(bytes);
    await each?.(bytes, at);
    at += bytesRead;
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, at + done);
    done += bytesWritten;
  }
}

/**
 * Seconds as `utimes` takes them: Node.js 20 and 22 cut off what is left of a microsecond, 24 keeps it, so it is cut here; a quarter of one keeps a
 * whole number of them from falling below itself by the rounding of a double. As text, since a negative number, a time before 1970, is taken for now.
 */
function secondsOf(nanoseconds: bigint): string {
  const microseconds = Number(nanoseconds / 1000n);
  return String((microseconds + Math.sign(microseconds) / 4) / 1e6);
}

/**
 * Copies the judged file to a new name in another folder: contents, mode, times (to the microsecond), as root also owner and group; flushed
 * to the disk and read again. Where the file system can share blocks between files, none is written. The name `as` must be free (EEXIST is thrown) and is the caller's to remove, also after an error.
 */
export async function copyFile(
  from: OpenFolder,
  name: string,
  to: OpenFolder,
  as: string,
  judged: FileIdentity,
): Promise<Copied> {
  const source = await openSource(from, name);
  if (!source) return { kind: 'absent' };
  try {
    const stats = await source.stat({ bigint: true });
    if (identityOf(stats) !== judged) return { kind: 'changed' };
    const copy = await open(
      to.entry(as),
      constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
      0o600,
    );
    try {
      const cloned = cloneFile(source.fd, copy.fd);
      const read = await digestOf(source, stats.size, cloned ? undefined : (bytes, at) => writeAll(copy, bytes, at));
      if (process.getuid?.() === 0) await copy.chown(Number(stats.uid), Number(stats.gid));
      await copy.chmod(Number(stats.mode) & 0o7777);
      await copy.utimes(secondsOf(stats.atimeNs), secondsOf(stats.mtimeNs));
      await copy.sync();
      const written = await digestOf(copy, stats.size);
      const after = await copy.stat({ bigint: true });
      // Whoever still had it open may have written while we read.
      if (identityOf(await source.stat({ bigint: true })) !== judged) return { kind: 'changed' };
      if (written !== read || after.size !== stats.size)
        throw new CopyDiffers(`The copy of '${name}' differs from its source: ${written} is not ${read}`);
      return { kind: 'copied', identity: identityOf(after), digest: read };
    } finally {
      await copy.close();
    }
  } finally {
    await source.close();
  }
}
