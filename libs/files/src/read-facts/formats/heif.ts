import { type ByteSource } from '../byte-source';
import { type Contents, addExif, addProblem, setDimensions } from '../contents';
import { exifBlock } from '../exif-block';
import { type Box, findTopBox, innerBoxes } from '../iso-boxes';
import { itemOfType, placeOfItem, primaryItem, rotationOfItem, sizeOfItem } from './heif-items';

/** An iPhone's, with a grid of 48 tiles, has 4 KiB. */
const MAX_META_BYTES = 1024 * 1024;
const MAX_EXIF_BYTES = 256 * 1024;
const MAX_XMP_BYTES = 1024 * 1024;

/** HEIC, AVIF and their kin: the size of the primary picture before any rotation, EXIF from its item. */
export function readHeif(source: ByteSource, metadata: boolean): Contents {
  const contents: Contents = { problems: [] };
  const place = findTopBox(source, 'meta');
  const payload =
    place === null || place.length > MAX_META_BYTES ? null : Buffer.from(source.at(place.offset, place.length));
  if (payload === null || payload.length < 4) {
    addProblem(contents, 'broken-structure', 'The box that describes the pictures is missing or cannot be.');
    return contents;
  }
  if (place?.cut === true)
    addProblem(contents, 'truncated', 'The file ends within the box that describes the pictures.');
  // Version and flags stand before the boxes.
  const meta = innerBoxes(payload.subarray(4));
  const primary = primaryItem(meta);
  const size = primary === null ? null : sizeOfItem(meta, primary);
  if (size !== null) setDimensions(contents, size.width, size.height);
  else addProblem(contents, 'broken-structure', 'The boxes do not say the size of the picture.');
  const rotation = primary === null ? null : rotationOfItem(meta, primary);
  if (rotation !== null) contents.rotation = rotation;
  if (!metadata) return contents;
  readExifItem(source, meta, contents);
  const xmp = itemOfType(meta, 'mime');
  if (xmp !== null) contents.xmp = () => bytesOfItem(source, meta, xmp, MAX_XMP_BYTES);
  return contents;
}

function readExifItem(source: ByteSource, meta: Box[], contents: Contents): void {
  const item = itemOfType(meta, 'Exif');
  if (item === null) return;
  const bytes = bytesOfItem(source, meta, item, MAX_EXIF_BYTES);
  // The first four bytes say how many more stand before the TIFF structure (ISO/IEC 23008-12, A.2.1).
  const skip = bytes.length < 4 ? 0 : bytes.readUInt32BE(0);
  addExif(contents, exifBlock(bytes.subarray(Math.min(4 + skip, bytes.length))));
}

function bytesOfItem(source: ByteSource, meta: Box[], item: number, limit: number): Buffer {
  const place = placeOfItem(meta, item);
  const total = place?.extents.reduce((sum, { length }) => sum + length, 0) ?? 0;
  if (place === null || total > limit) return Buffer.alloc(0);
  const idat = place.inIdat ? meta.find((box) => box.type === 'idat')?.payload : undefined;
  if (place.inIdat && idat === undefined) return Buffer.alloc(0);
  return Buffer.concat(
    place.extents.map(({ offset, length }) =>
      idat === undefined ? source.at(offset, length) : idat.subarray(offset, offset + length),
    ),
  );
}
