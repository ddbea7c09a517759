import {
  type TiffDirectory,
  type TiffEntry,
  type TiffStructure,
  entryAt,
  isSoundDirectory,
  number16,
  number32,
  numbersOf,
  openTiff,
  readDirectory,
  wantedTags,
} from './tiff-directory';

/*
 * exifr gives up a whole directory for one broken entry, allocates by counts that a file makes up, reads a string of
 * length 0 to the end of the block, and knows no BigTIFF. So the directories are looked at before: a block whose wanted
 * entries are all sound goes to exifr as it is; of any other, and of TIFF files (whose directories may lie anywhere), an
 * excerpt is made, a small block that holds the sound ones alone.
 */

export const EXIF_POINTER = 0x8769;
export const GPS_POINTER = 0x8825;

/** The tags that facts are made of, by directory. */
export const PICKS = {
  /** Title, Make, Model, Orientation, Software, Artist, Rating, Copyright; TIFF/EP's DateTimeOriginal. */
  ifd0: [0x010e, 0x010f, 0x0110, 0x0112, 0x0131, 0x013b, 0x4746, 0x8298, 0x9003],
  /** DateTimeOriginal, CreateDate; their offsets and sub-seconds; body serial number, lens model. */
  exif: [0x9003, 0x9004, 0x9011, 0x9012, 0x9291, 0x9292, 0xa431, 0xa434],
  /** Latitude, longitude and altitude, each after its reference; time and date in UTC. */
  gps: [0x0001, 0x0002, 0x0003, 0x0004, 0x0005, 0x0006, 0x0007, 0x001d],
} as const;

const nothing = Buffer.alloc(0);
const ORIENTATION = 0x0112;
const wantedInNext = wantedTags([ORIENTATION]);
const wantedInIfd0 = wantedTags([...PICKS.ifd0, EXIF_POINTER, GPS_POINTER]);
const wantedInExif = wantedTags(PICKS.exif);
const wantedInGps = wantedTags(PICKS.gps);

export interface ExifBlock {
  /** To be given to exifr. */
  block?: Buffer;
  /** False where something in the directories was broken and left out. */
  sound: boolean;
  /** The first directory says no orientation, and the one behind it (a thumbnail's, another page's) that it is upright. */
  uprightBehind?: true;
}

interface Directories {
  ifd0: TiffDirectory;
  exif?: TiffDirectory;
  gps?: TiffDirectory;
  sound: boolean;
}

function readDirectories(tiff: TiffStructure): Directories | null {
  const ifd0 = readDirectory(tiff, tiff.firstDirectory, wantedInIfd0);
  if (ifd0 === null) return null;
  const found: Directories = { ifd0, sound: ifd0.sound };
  for (const [key, pointer, wanted] of [
    ['exif', EXIF_POINTER, wantedInExif],
    ['gps', GPS_POINTER, wantedInGps],
  ] as const) {
    if (!ifd0.entries.has(pointer)) continue;
    const offset = numbersOf(ifd0.entries.get(pointer), tiff.littleEndian)[0];
    const directory = offset === undefined ? null : readDirectory(tiff, offset, wanted);
    if (directory !== null) found[key] = directory;
    found.sound &&= directory?.sound === true;
  }
  return found;
}

/** What the directory behind the first says of orientation is not about the picture; but upright is what silence means, too. */
function isUprightBehind(tiff: TiffStructure, { ifd0 }: Directories): boolean {
  if (ifd0.entries.has(ORIENTATION) || ifd0.next === 0) return false;
  const next = readDirectory(tiff, ifd0.next, wantedInNext);
  return numbersOf(next?.entries.get(ORIENTATION), tiff.littleEndian)[0] === 1;
}

/** LONG, the type of every pointer in a sound block. */
const LONG = 4;

/** True where the block has no such directory, or a sound one. */
function leadsToSound(
  block: Buffer,
  ifd0: number,
  littleEndian: boolean,
  pointer: number,
  wanted: Uint8Array,
): boolean {
  const at = entryAt(block, ifd0, littleEndian, pointer);
  if (at < 0) return true;
  if (number16(block, at + 2, littleEndian) !== LONG || number32(block, at + 4, littleEndian) !== 1) return false;
  return isSoundDirectory(block, number32(block, at + 8, littleEndian), littleEndian, wanted);
}

/** True where nothing need be left out of the block nor looked for behind it, as with nearly all; false where that is to be found out. */
export function isSoundBlock(block: Buffer): boolean {
  if (block.length < 8) return false;
  const order = block.readUInt16BE(0);
  const littleEndian = order === 0x4949;
  if ((!littleEndian && order !== 0x4d4d) || number16(block, 2, littleEndian) === 43) return false;
  const ifd0 = number32(block, 4, littleEndian);
  return (
    isSoundDirectory(block, ifd0, littleEndian, wantedInIfd0) &&
    entryAt(block, ifd0, littleEndian, ORIENTATION) >= 0 &&
    leadsToSound(block, ifd0, littleEndian, EXIF_POINTER, wantedInExif) &&
    leadsToSound(block, ifd0, littleEndian, GPS_POINTER, wantedInGps)
  );
}

/** The EXIF block in `bytes`, which JPEG, PNG, WebP and HEIF carry. */
export function exifBlock(bytes: Buffer): ExifBlock {
  return isSoundBlock(bytes) ? { block: bytes, sound: true } : excerptOf(bytes);
}

/** The same, entry by entry. */
export function excerptOf(bytes: Buffer): ExifBlock {
  const tiff = openTiff(
    {
      size: bytes.length,
      at: (offset, length) => (offset < bytes.length ? bytes.subarray(offset, offset + length) : nothing),
    },
    'any',
  );
  if (tiff === null) return { sound: false };
  const directories = readDirectories(tiff);
  if (directories === null) return { sound: false };
  const block = directories.sound && !tiff.big ? bytes : excerpt(directories, tiff.littleEndian);
  const found: ExifBlock = { block, sound: directories.sound };
  if (isUprightBehind(tiff, directories)) found.uprightBehind = true;
  return found;
}

/** The EXIF directories of a whole TIFF file, wherever they lie in it. */
export function exifOfTiff(tiff: TiffStructure): ExifBlock {
  const directories = readDirectories(tiff);
  if (directories === null) return { sound: false };
  const found: ExifBlock = { block: excerpt(directories, tiff.littleEndian), sound: directories.sound };
  if (isUprightBehind(tiff, directories)) found.uprightBehind = true;
  return found;
}

const isPointer = (entry: TiffEntry): boolean => entry.tag === EXIF_POINTER || entry.tag === GPS_POINTER;
/** exifr knows the thirteen types of TIFF 6, not those that BigTIFF added. */
const isClassic = (entry: TiffEntry): boolean => entry.type <= 13;

/** A TIFF block of the same byte order with these entries alone. */
function excerpt({ ifd0, exif, gps }: Directories, littleEndian: boolean): Buffer {
  const parts: Buffer[] = [];
  let length = 0;
  const append = (part: Buffer): number => {
    const at = length;
    parts.push(part);
    length += part.length;
    return at;
  };
  const u16 = (into: Buffer, value: number, at: number) =>
    littleEndian ? into.writeUInt16LE(value, at) : into.writeUInt16BE(value, at);
  const u32 = (into: Buffer, value: number, at: number) =>
    littleEndian ? into.writeUInt32LE(value, at) : into.writeUInt32BE(value, at);

  const appendDirectory = (directory: TiffDirectory, pointers: [tag: number, offset: number][]): number => {
    const entries = [...directory.entries.values()].filter((entry) => isClassic(entry) && !isPointer(entry));
    const table = Buffer.alloc(2 + (entries.length + pointers.length) * 12 + 4);
    u16(table, entries.length + pointers.length, 0);
    let at = 2;
    for (const { tag, type, count, value } of entries) {
      u16(table, tag, at);
      u16(table, type, at + 2);
      u32(table, count, at + 4);
      if (value.length <= 4) value.copy(table, at + 8);
      else u32(table, append(value), at + 8);
      at += 12;
    }
    for (const [tag, offset] of pointers) {
      u16(table, tag, at);
      u16(table, 4, at + 2);
      u32(table, 1, at + 4);
      u32(table, offset, at + 8);
      at += 12;
    }
    return append(table);
  };

  const header = Buffer.alloc(8);
  append(header);
  header.write(littleEndian ? 'II' : 'MM', 'latin1');
  u16(header, 42, 2);
  const pointers: [number, number][] = [];
  if (exif !== undefined) pointers.push([EXIF_POINTER, appendDirectory(exif, [])]);
  if (gps !== undefined) pointers.push([GPS_POINTER, appendDirectory(gps, [])]);
  u32(header, appendDirectory(ifd0, pointers), 4);
  return Buffer.concat(parts);
}
