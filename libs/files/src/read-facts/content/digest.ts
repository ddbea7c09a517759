import { createHash } from 'node:crypto';
import { type ByteStream } from './byte-stream';

/** `sha256:` and 64 hex digits of every byte of the file. */
export function digestOf(stream: ByteStream): string {
  const hash = createHash('sha256');
  for (let position = 0; position < stream.size;) {
    const bytes = stream.from(position, 1);
    if (bytes.length === 0) break;
    hash.update(bytes);
    position += bytes.length;
  }
  return `sha256:${hash.digest('hex')}`;
}
