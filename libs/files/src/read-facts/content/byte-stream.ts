import { readSync } from 'node:fs';

const CHUNK_BYTES = 256 * 1024;
const scratch = Buffer.allocUnsafeSlow(CHUNK_BYTES);

/**
 * The bytes of an open file from one end to the other, each read once or skipped; what is looked at must be asked for
 * forwards. `onChunk` is called for every quarter of a megabyte, since a long file takes long. One stream at a time.
 */
export class ByteStream {
  private start = 0;
  private filled = 0;

  constructor(
    private readonly fd: number,
    readonly size: number,
    private readonly onChunk: () => void,
  ) {}

  /** At most a chunk's bytes from `position` on: `least` of them, unless the file ends before, and what else is at hand. */
  from(position: number, least: number): Buffer {
    if (position < this.start || position + least > this.start + this.filled) this.fill(position);
    return scratch.subarray(position - this.start, this.filled);
  }

  private fill(position: number): void {
    this.onChunk();
    this.start = position;
    this.filled = 0;
    while (this.filled < CHUNK_BYTES) {
      const count = readSync(this.fd, scratch, this.filled, CHUNK_BYTES - this.filled, position + this.filled);
      if (count === 0) break;
      this.filled += count;
    }
  }
}
