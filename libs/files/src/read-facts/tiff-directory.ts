import { type ByteSource } from './byte-source';

/** A TIFF structure: a whole file, or the block that JPEG, PNG, WebP and HEIF carry. Offsets count from its beginning. */
export interface TiffStructure {
  bytes: Pick<ByteSource, 'at' | 'size'>;
  littleEndian: boolean;
  /** BigTIFF: offsets and counts of 64 bits. */
  big: boolean;
  firstDirectory: number;
}

export interface TiffEntry {
  tag: number;
  type: number;
  count: number;
  /** The value's bytes, whole. */
  value: Buffer;
}

export interface TiffDirectory {
  /** The sound ones among the wanted entries; the first of each tag. */
  entries: Map<number, TiffEntry>;
  /** Where the values of the tags lie that are wanted by their place alone, the first of each; they may end before `length`. */
  places: Map<number, { offset: number; length: number }>;
  /** False where the directory or a wanted entry is broken. */
  sound: boolean;
  /** Offset of the next directory, 0 at the end. */
  next: number;
}

/** Bytes of one value by TIFF type 1 … 13 and BigTIFF's 16 … 18; 0: no such type. */
const SIZES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8] as const;
const sizeOfType = (type: number): number => SIZES[type] ?? 0;
/** Values of the tags that we want are short; a longer one is broken or hostile. */
const MAX_VALUE_BYTES = 64 * 1024;
/** Real directories have a few dozen entries; a MakerNote's at most some hundred. */
const MAX_ENTRIES = 4096;

function number64(bytes: Buffer, at: number, littleEndian: boolean): number {
  const low = littleEndian ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at + 4);
  const high = littleEndian ? bytes.readUInt32LE(at + 4) : bytes.readUInt32BE(at);
  return high * 0x1_0000_0000 + low;
}

export const number16 = (bytes: Buffer, at: number, littleEndian: boolean): number =>
  littleEndian ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at);
export const number32 = (bytes: Buffer, at: number, littleEndian: boolean): number =>
  littleEndian ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);

/** The structure that starts at the beginning of `bytes`, or null where none does. `magics`: what may stand for 42. */
export function openTiff(
  bytes: Pick<ByteSource, 'at' | 'size'>,
  magics: readonly number[] | 'any',
): TiffStructure | null {
  const header = bytes.at(0, 16);
  if (header.length < 8) return null;
  const order = header.readUInt16BE(0);
  if (order !== 0x4949 && order !== 0x4d4d) return null;
  const littleEndian = order === 0x4949;
  const magic = number16(header, 2, littleEndian);
  if (magic === 43) {
    if (header.length < 16 || number16(header, 4, littleEndian) !== 8) return null;
    return { bytes, littleEndian, big: true, firstDirectory: number64(header, 8, littleEndian) };
  }
  if (magics !== 'any' && !magics.includes(magic)) return null;
  return { bytes, littleEndian, big: false, firstDirectory: number32(header, 4, littleEndian) };
}

/**
 * Reads the directory at `offset`: of the tags for which `wanted` is 1 (2: their places alone), those whose type, size and
 * place are possible.
 * Null where no directory can be there.
 */
export function readDirectory(tiff: TiffStructure, offset: number, wanted: Uint8Array): TiffDirectory | null {
  const { bytes, littleEndian, big } = tiff;
  const countBytes = big ? 8 : 2;
  const entryBytes = big ? 20 : 12;
  if (offset < 8) return null;
  const head = bytes.at(offset, countBytes);
  if (head.length < countBytes) return null;
  const count = big ? number64(head, 0, littleEndian) : number16(head, 0, littleEndian);
  if (count === 0 || count > MAX_ENTRIES) return null;
  const table = bytes.at(offset + countBytes, count * entryBytes + (big ? 8 : 4));
  const readable = Math.min(count, Math.floor(table.length / entryBytes));
  const directory: TiffDirectory = { entries: new Map(), places: new Map(), sound: readable === count, next: 0 };
  for (let index = 0; index < readable; index += 1) {
    const at = index * entryBytes;
    const tag = number16(table, at, littleEndian);
    const type = number16(table, at + 2, littleEndian);
    // A first entry of no known type: this is not a directory at all, whatever its other bytes happen to say.
    if (index === 0 && sizeOfType(type) === 0) return null;
    if (wanted[tag] === 2) notePlace(tiff, directory, table, at);
    if (wanted[tag] !== 1 || directory.entries.has(tag)) continue;
    const entry = readEntry(tiff, table, at, tag, type);
    if (entry === null) directory.sound = false;
    else directory.entries.set(tag, entry);
  }
  const nextAt = count * entryBytes;
  if (table.length >= nextAt + (big ? 8 : 4))
    directory.next = big ? number64(table, nextAt, littleEndian) : number32(table, nextAt, littleEndian);
  return directory;
}

function notePlace(tiff: TiffStructure, { places }: TiffDirectory, table: Buffer, at: number): void {
  const { littleEndian, big } = tiff;
  const tag = number16(table, at, littleEndian);
  const count = big ? number64(table, at + 4, littleEndian) : number32(table, at + 4, littleEndian);
  const length = sizeOfType(number16(table, at + 2, littleEndian)) * count;
  if (length <= (big ? 8 : 4) || places.has(tag)) return;
  const offset = big ? number64(table, at + 12, littleEndian) : number32(table, at + 8, littleEndian);
  places.set(tag, { offset, length });
}

function readEntry(tiff: TiffStructure, table: Buffer, at: number, tag: number, type: number): TiffEntry | null {
  const { bytes, littleEndian, big } = tiff;
  const count = big ? number64(table, at + 4, littleEndian) : number32(table, at + 4, littleEndian);
  const length = sizeOfType(type) * count;
  if (length === 0 || length > MAX_VALUE_BYTES) return null;
  const inline = big ? 8 : 4;
  const valueAt = at + (big ? 12 : 8);
  if (length <= inline) return { tag, type, count, value: table.subarray(valueAt, valueAt + length) };
  const offset = big ? number64(table, valueAt, littleEndian) : number32(table, valueAt, littleEndian);
  // Nothing lies within the header: a pointer there is a broken one.
  if (offset < 8) return null;
  const value = bytes.at(offset, length);
  return value.length === length ? { tag, type, count, value } : null;
}

/**
 * Whether {@link readDirectory} would find the directory at `offset` sound, of a classic structure that lies in memory as a whole:
 * true only where it would. Nothing is made for it.
 */
export function isSoundDirectory(block: Buffer, offset: number, littleEndian: boolean, wanted: Uint8Array): boolean {
  if (offset < 8 || offset + 2 > block.length) return false;
  const count = number16(block, offset, littleEndian);
  const first = offset + 2;
  const end = first + count * 12;
  if (count === 0 || count > MAX_ENTRIES || end > block.length) return false;
  if (sizeOfType(number16(block, first + 2, littleEndian)) === 0) return false;
  for (let at = first; at < end; at += 12) {
    if (wanted[number16(block, at, littleEndian)] !== 1) continue;
    const length = sizeOfType(number16(block, at + 2, littleEndian)) * number32(block, at + 4, littleEndian);
    if (length === 0 || length > MAX_VALUE_BYTES) return false;
    if (length <= 4) continue;
    const valueAt = number32(block, at + 8, littleEndian);
    if (valueAt < 8 || valueAt + length > block.length) return false;
  }
  return true;
}

/** Where the first entry with this tag lies in a directory that {@link isSoundDirectory}; -1 where there is none. */
export function entryAt(block: Buffer, offset: number, littleEndian: boolean, tag: number): number {
  const end = offset + 2 + number16(block, offset, littleEndian) * 12;
  for (let at = offset + 2; at < end; at += 12) if (number16(block, at, littleEndian) === tag) return at;
  return -1;
}

/** The entry's values where it holds whole numbers, else none. */
export function numbersOf(entry: TiffEntry | undefined, littleEndian: boolean): number[] {
  if (entry === undefined) return [];
  const { type, count, value } = entry;
  const size = sizeOfType(type);
  const numbers: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const at = index * size;
    if (type === 1) numbers.push(value[at] ?? 0);
    else if (type === 6) numbers.push(value.readInt8(at));
    else if (type === 8) numbers.push(littleEndian ? value.readInt16LE(at) : value.readInt16BE(at));
    else if (type === 9) numbers.push(littleEndian ? value.readInt32LE(at) : value.readInt32BE(at));
    else if (type === 3) numbers.push(number16(value, at, littleEndian));
    else if (type === 4 || type === 13) numbers.push(number32(value, at, littleEndian));
    else if (type === 16 || type === 18) numbers.push(number64(value, at, littleEndian));
    else return [];
  }
  return numbers;
}

/** A lookup for {@link readDirectory}: of tags whose values, and of tags whose places are wanted. */
export function wantedTags(tags: Iterable<number>, places: Iterable<number> = []): Uint8Array {
  const wanted = new Uint8Array(0x10000);
  for (const tag of tags) wanted[tag] = 1;
  for (const tag of places) wanted[tag] = 2;
  return wanted;
}
