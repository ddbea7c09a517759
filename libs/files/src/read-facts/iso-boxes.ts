import { type ByteSource } from './byte-source';

/** A box of the ISO base media file format (ISO/IEC 14496-12, 4.2) within some bytes. */
export interface Box {
  type: string;
  /** Its content, without the header. */
  payload: Buffer;
}

/** Where a box of the file itself lies. */
export interface BoxPlace {
  type: string;
  /** Of its content. */
  offset: number;
  length: number;
  /** The box says that it is longer than what holds it; `length` is what is there. */
  cut: boolean;
}

/** A fragmented video has two for each of its seconds; what describes it stands before them, or at the end. */
const MAX_BOXES = 512;
const MAX_INNER_BOXES = 4096;

interface BoxHeader {
  type: string;
  headerBytes: number;
  /** Header included. */
  length: number;
}

/** A length of 0 means "to the end", 1 that 64 bits follow; any other below the header's own would never end a walk. */
function boxHeader(bytes: Buffer, left: number): BoxHeader | null {
  if (bytes.length < 8) return null;
  const type = bytes.toString('latin1', 4, 8);
  const short = bytes.readUInt32BE(0);
  if (short === 0) return { type, headerBytes: 8, length: left };
  if (short !== 1) return short < 8 ? null : { type, headerBytes: 8, length: short };
  if (bytes.length < 16) return null;
  const length = Number(bytes.readBigUInt64BE(8));
  return length < 16 || !Number.isSafeInteger(length) ? null : { type, headerBytes: 16, length };
}

/** The boxes that lie between two offsets of the file, in their order, up to the first that can't be. */
export function* boxesOf(source: ByteSource, start: number, end: number): Generator<BoxPlace, void, void> {
  let position = start;
  for (let count = 0; count < MAX_BOXES && position + 8 <= end; count += 1) {
    const header = boxHeader(source.at(position, 16), end - position);
    if (header === null) return;
    const offset = position + header.headerBytes;
    const there = Math.min(header.length, end - position);
    yield { type: header.type, offset, length: there - header.headerBytes, cut: there < header.length };
    position += header.length;
  }
}

/** The first box of this type at the top of the file; null where there is none, or where the boxes before it are broken. */
export function findTopBox(source: ByteSource, type: string): BoxPlace | null {
  for (const box of boxesOf(source, 0, source.size)) if (box.type === type) return box;
  return null;
}

/** The boxes in some bytes, in their order, up to the first that does not fit. */
export function innerBoxes(bytes: Buffer): Box[] {
  const boxes: Box[] = [];
  for (let at = 0; at + 8 <= bytes.length && boxes.length < MAX_INNER_BOXES;) {
    const header = boxHeader(bytes.subarray(at, at + 16), bytes.length - at);
    if (header === null || at + header.length > bytes.length) break;
    boxes.push({ type: header.type, payload: bytes.subarray(at + header.headerBytes, at + header.length) });
    at += header.length;
  }
  return boxes;
}

/** Reads numbers one after the other; past the end it gives 0 and says so in `broken`. */
export class FieldReader {
  broken = false;
  private at = 0;

  constructor(private readonly bytes: Buffer) {}

  /** An unsigned number of 0, 1, 2, 3, 4 or 8 bytes. */
  number(length: number): number {
    if (length === 0) return 0;
    if (this.at + length > this.bytes.length) {
      this.broken = true;
      return 0;
    }
    const at = this.at;
    this.at += length;
    return length === 8 ? Number(this.bytes.readBigUInt64BE(at)) : this.bytes.readUIntBE(at, length);
  }

  text(length: number): string {
    if (this.at + length > this.bytes.length) {
      this.broken = true;
      return '';
    }
    this.at += length;
    return this.bytes.toString('latin1', this.at - length, this.at);
  }

  /** What has not been read. */
  rest(): Buffer {
    return this.bytes.subarray(this.at);
  }
}
