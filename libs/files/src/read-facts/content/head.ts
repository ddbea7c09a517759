import { createHash } from 'node:crypto';
import { readFully } from '../byte-source';

/**
 * As many first bytes of a file make its head, by which files are told apart before any is read whole. Ledgers hold digests of heads: with another
 * number, files of the same content would not be found by them any more.
 */
export const HEAD_OF_CONTENT = 64 * 1024;

const scratch = Buffer.allocUnsafeSlow(HEAD_OF_CONTENT);

/** `sha256:` and 64 hex digits of the head of an open file; where the file has no more bytes, that is the digest of its whole content. */
export function headDigestOf(fd: number): string {
  const filled = readFully(fd, scratch, 0);
  return `sha256:${createHash('sha256').update(scratch.subarray(0, filled)).digest('hex')}`;
}
