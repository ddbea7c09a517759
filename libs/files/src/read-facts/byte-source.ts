import { readSync } from 'node:fs';

/**
 * Bytes of one file by position, read on demand, within a budget: a hostile file can ask for any offset any number of
 * times, so past the budget a source answers as if the file ended there and says so in `exhausted`.
 */
export interface ByteSource {
  /** Bytes in the whole file. */
  readonly size: number;
  /** The first bytes of the file, read once. */
  readonly head: Buffer;
  /**
   * The bytes from `offset`, at most `length` of them, fewer (or none) where the file ends. Valid until the next file is
   * read; never throws for any offset or length that a file can name. Errors of the disk are thrown as node:fs throws them.
   */
  at(offset: number, length: number): Buffer;
  /** True once a read was refused. */
  readonly exhausted: boolean;
}

export const HEAD_BYTES = 16 * 1024;
/** Enough for the EXIF of a JPEG (64 KiB), the directories of a TIFF and the boxes of a HEIF, and a bound for the rest. */
const BUDGET_BYTES = 4 * 1024 * 1024;
const BUDGET_READS = 1024;
/** A read beyond the head takes this much at once, since what follows is mostly asked for next. */
const WINDOW_BYTES = 4 * 1024;

const NOTHING = Buffer.alloc(0);
const headScratch = Buffer.allocUnsafeSlow(HEAD_BYTES);

/** Fills `into` from `position` on; returns the count, less than its length only at the end of the file. */
function readFully(fd: number, into: Buffer, position: number): number {
  let filled = 0;
  while (filled < into.length) {
    const count = readSync(fd, into, filled, into.length - filled, position + filled);
    if (count === 0) break;
    filled += count;
  }
  return filled;
}

const isPosition = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;

class FileBytes implements ByteSource {
  readonly head: Buffer;
  exhausted = false;
  private window = NOTHING;
  private windowAt = 0;
  private bytesLeft = BUDGET_BYTES;
  private readsLeft = BUDGET_READS;

  constructor(
    private readonly fd: number,
    readonly size: number,
  ) {
    const wanted = Math.min(size, HEAD_BYTES);
    this.head = headScratch.subarray(0, wanted === 0 ? 0 : readFully(fd, headScratch.subarray(0, wanted), 0));
  }

  at(offset: number, length: number): Buffer {
    if (!isPosition(offset) || !(length > 0) || offset >= this.size) return NOTHING;
    const wanted = Math.min(length, this.size - offset);
    if (offset + wanted <= this.head.length) return this.head.subarray(offset, offset + wanted);
    const inWindow = offset - this.windowAt;
    if (inWindow >= 0 && inWindow + wanted <= this.window.length)
      return this.window.subarray(inWindow, inWindow + wanted);
    return this.readAt(offset, wanted);
  }

  private readAt(offset: number, wanted: number): Buffer {
    const toRead = Math.min(Math.max(wanted, WINDOW_BYTES), this.size - offset);
    if (this.readsLeft === 0 || toRead > this.bytesLeft) {
      this.exhausted = true;
      return NOTHING;
    }
    this.readsLeft -= 1;
    this.bytesLeft -= toRead;
    // A window of its own each time: what was handed out before stays as it is.
    const window = Buffer.allocUnsafeSlow(toRead);
    this.window = window.subarray(0, readFully(this.fd, window, offset));
    this.windowAt = offset;
    return this.window.subarray(0, wanted);
  }
}

/** A source over an open regular file of `size` bytes. The one who opened the descriptor closes it. One source at a time. */
export function bytesOfFile(fd: number, size: number): ByteSource {
  return new FileBytes(fd, size);
}

/** A source over bytes in memory. */
export function bytesOf(bytes: Buffer): ByteSource {
  return {
    size: bytes.length,
    head: bytes.subarray(0, HEAD_BYTES),
    exhausted: false,
    at: (offset, length) =>
      isPosition(offset) && length > 0 && offset < bytes.length
        ? bytes.subarray(offset, offset + Math.min(length, bytes.length - offset))
        : NOTHING,
  };
}
