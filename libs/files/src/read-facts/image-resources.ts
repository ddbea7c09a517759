import { type ByteSource } from './byte-source';

/** Photoshop's image resources, as PSD files, JPEG's APP13 and TIFF's tag 34377 hold them. */
export interface ImageResource {
  offset: number;
  length: number;
}

export const IPTC_RESOURCE = 0x0404;
export const EXIF_RESOURCE = 0x0422;
export const XMP_RESOURCE = 0x0424;

const SIGNATURES = new Set(['8BIM', 'PHUT', 'DCSR', 'AgHg', 'MeSa']);
const MAX_RESOURCES = 512;

/** Where the wanted resources between two offsets lie, the first of each number; up to the first that does not fit. */
export function findResources(
  source: Pick<ByteSource, 'at'>,
  start: number,
  end: number,
  wanted: readonly number[],
): Map<number, ImageResource> {
  const found = new Map<number, ImageResource>();
  let position = start;
  for (let count = 0; count < MAX_RESOURCES && position + 12 <= end && found.size < wanted.length; count += 1) {
    const head = source.at(position, 7);
    if (head.length < 7 || !SIGNATURES.has(head.toString('latin1', 0, 4))) break;
    const number = head.readUInt16BE(4);
    // A Pascal string, padded to an even length with its count.
    const name = (head[6] ?? 0) + 1;
    const lengthAt = position + 6 + name + (name & 1);
    const lengthBytes = source.at(lengthAt, 4);
    if (lengthBytes.length < 4) break;
    const length = lengthBytes.readUInt32BE(0);
    if (lengthAt + 4 + length > end) break;
    if (wanted.includes(number) && !found.has(number)) found.set(number, { offset: lengthAt + 4, length });
    position = lengthAt + 4 + length + (length & 1);
  }
  return found;
}
