import { type ByteSource } from '../byte-source';
import { numbersOf, openTiff, readDirectory, wantedTags } from '../tiff-directory';
import { type ByteStream } from './byte-stream';

const STRIP_OFFSETS = 0x0111;
const STRIP_LENGTHS = 0x0117;
const TILE_OFFSETS = 0x0144;
const TILE_LENGTHS = 0x0145;
const SUB_DIRECTORIES = 0x014a;
const wanted = wantedTags([STRIP_OFFSETS, STRIP_LENGTHS, TILE_OFFSETS, TILE_LENGTHS, SUB_DIRECTORIES]);
const anyPlace = wantedTags(
  [],
  Array.from({ length: 0x10000 }, (_, tag) => tag),
);
const MAX_DIRECTORIES = 1024;

/** Every value, strip and tile of every directory within the file (TIFF 6.0, section 8); directories may stand in any order. */
export function tiffEnds(stream: ByteStream): string | null {
  const bytes: Pick<ByteSource, 'at' | 'size'> = {
    size: stream.size,
    at: (offset, length) =>
      offset >= stream.size ? Buffer.alloc(0) : Buffer.from(stream.from(offset, length).subarray(0, length)),
  };
  const tiff = openTiff(bytes, [42]);
  if (tiff === null) return 'The file breaks off within its header.';
  const open = [tiff.firstDirectory];
  const seen = new Set<number>(open);
  let pictures = 0;
  let unread = false;
  for (let offset = open.shift(); offset !== undefined && seen.size <= MAX_DIRECTORIES; offset = open.shift()) {
    const directory = readDirectory(tiff, offset, wanted);
    if (directory === null) return 'A directory lies outside the file, or is broken.';
    const places = readDirectory(tiff, offset, anyPlace)?.places ?? new Map<number, never>();
    if ([...places.values()].some((place) => place.offset + place.length > stream.size))
      return 'A value of a directory lies outside the file.';
    // The file holds them, so they are lists of more parts than are looked at.
    unread ||= !directory.sound;
    const numbers = (tag: number) => numbersOf(directory.entries.get(tag), tiff.littleEndian);
    for (const [offsets, lengths] of [
      [numbers(STRIP_OFFSETS), numbers(STRIP_LENGTHS)],
      [numbers(TILE_OFFSETS), numbers(TILE_LENGTHS)],
    ] as const) {
      pictures += offsets.length;
      if (offsets.some((start, index) => start + (lengths[index] ?? 1) > stream.size))
        return 'A part of the picture lies outside the file.';
    }
    for (const next of [directory.next, ...numbers(SUB_DIRECTORIES)])
      if (next !== 0 && !seen.has(next)) {
        seen.add(next);
        open.push(next);
      }
  }
  return pictures > 0 || unread ? null : 'The file has no picture.';
}
