import { readSync } from 'node:fs';

/**
 * Bytes of one file by position, read on demand, within a budget: a hostile file can ask for any offset any number of
 * times, so past the budget a source answers as if the file ended there and says so in `exhausted`.
 */
export interface ByteSource {
  /** Bytes in the whole file. */
  readonly size: number;
  /** The first bytes of the file, read once: {@link HEAD_BYTES}, or as many as it has. */
  readonly head: Buffer;
  /**
   * The bytes from `offset`, at most `length` of them, fewer (or none) where the file ends. Valid until the next file is
   * read; never throws for any offset or length that a file can name. Errors of the disk are thrown as node:fs throws them.
   */
  at(offset: number, length: number): Buffer;
  /** True once a read was refused. */
  readonly exhausted: boolean;
}

export const HEAD_BYTES = 8 * 1024;
/** The head goes on so far where more of it is asked for: a thumbnail in the EXIF, profiles before the frame header. */
const WHOLE_HEAD_BYTES = 16 * 1024;
/** Enough for the EXIF of a JPEG (64 KiB), the directories of a TIFF and the boxes of a HEIF, and a bound for the rest. */
const BUDGET_BYTES = 4 * 1024 * 1024;
const BUDGET_READS = 1024;
/** A read beyond the head takes this much at once, since what follows is mostly asked for next. */
const WINDOW_BYTES = 4 * 1024;

const NOTHING = Buffer.alloc(0);
const wholeHead = Buffer.allocUnsafeSlow(WHOLE_HEAD_BYTES);
const firstOfHead = wholeHead.subarray(0, HEAD_BYTES);

/** Fills `into` up to its byte `end` with the file's bytes from `position` on; returns how many bytes of it are filled, less only at the end of the file. */
export function readFully(fd: number, into: Buffer, position: number, end = into.length): number {
  let filled = 0;
  while (filled < end) {
    const count = readSync(fd, into, filled, end - filled, position + filled);
    if (count === 0) break;
    filled += count;
  }
  return filled;
}

const isPosition = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;

class FileBytes implements ByteSource {
  readonly head: Buffer;
  exhausted = false;
  /** Bytes of the whole head that have been read, and that there are at most. */
  private headFilled: number;
  private headWanted: number;
  private window = NOTHING;
  private windowAt = 0;
  private bytesLeft = BUDGET_BYTES;
  private readsLeft = BUDGET_READS;

  constructor(
    private readonly fd: number,
    readonly size: number,
  ) {
    this.headWanted = Math.min(size, WHOLE_HEAD_BYTES);
    this.headFilled = readFully(fd, wholeHead, 0, Math.min(size, HEAD_BYTES));
    this.head = this.headFilled === HEAD_BYTES ? firstOfHead : wholeHead.subarray(0, this.headFilled);
  }

  at(offset: number, length: number): Buffer {
    if (!isPosition(offset) || !(length > 0) || offset >= this.size) return NOTHING;
    const wanted = Math.min(length, this.size - offset);
    if (offset + wanted <= this.headWanted && offset + wanted > this.headFilled) this.readOnHead();
    if (offset + wanted <= this.headFilled) return wholeHead.subarray(offset, offset + wanted);
    const inWindow = offset - this.windowAt;
    if (inWindow >= 0 && inWindow + wanted <= this.window.length)
      return this.window.subarray(inWindow, inWindow + wanted);
    return this.readAt(offset, wanted);
  }

  /** Beyond what has been handed out, so that this stays as it is. */
  private readOnHead(): void {
    const rest = wholeHead.subarray(this.headFilled, this.headWanted);
    this.headFilled += readFully(this.fd, rest, this.headFilled);
    // Where the file has become shorter meanwhile, it is not asked for its head again.
    this.headWanted = this.headFilled;
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

/** The byte at a position, undefined where the file ends; nothing is made for one that lies in the head. */
export function byteAt(source: ByteSource, offset: number): number | undefined {
  return offset < source.head.length ? source.head[offset] : source.at(offset, 1)[0];
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
