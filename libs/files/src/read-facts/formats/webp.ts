import { type ByteSource } from '../byte-source';
import { type Contents, addExif, addProblem, setDimensions } from '../contents';
import { exifBlock } from '../exif-block';

const VP8X = 0x56503858;
const VP8L = 0x5650384c;
const VP8 = 0x56503820;
const EXIF = 0x45584946;
const XMP = 0x584d5020;
const MAX_CHUNKS = 512;
const MAX_EXIF_BYTES = 256 * 1024;
const EXIF_SIGNATURE = 0x45786966;

/** The canvas from VP8X, else the size of the one image (RFC 9649, sections 2.5 … 2.7); EXIF from its chunk. */
export function readWebp(source: ByteSource, metadata: boolean): Contents {
  const contents: Contents = { problems: [] };
  const first = source.at(12, 18);
  if (first.length < 18) {
    addProblem(contents, 'truncated', 'The file ends before the size of its image.');
    return contents;
  }
  const type = first.readUInt32BE(0);
  if (type === VP8X) {
    setDimensions(contents, first.readUIntLE(12, 3) + 1, first.readUIntLE(15, 3) + 1);
    // Whatever its flags say: some writers add a chunk and leave them as they were.
    if (metadata) readChunks(source, contents);
  } else if (type === VP8L && first[8] === 0x2f) {
    const bits = first.readUInt32LE(9);
    setDimensions(contents, (bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1);
  } else if (type === VP8 && first.readUIntBE(11, 3) === 0x9d012a) {
    setDimensions(contents, first.readUInt16LE(14) & 0x3fff, first.readUInt16LE(16) & 0x3fff);
  } else addProblem(contents, 'broken-structure', 'The first chunk is not one that a WebP begins with.');
  return contents;
}

function readChunks(source: ByteSource, contents: Contents): void {
  let position = 12;
  for (let chunks = 0; chunks < MAX_CHUNKS; chunks += 1) {
    const header = source.at(position, 8);
    if (header.length < 8) return;
    const length = header.readUInt32LE(4);
    const type = header.readUInt32BE(0);
    const offset = position + 8;
    if (type === EXIF && contents.exif === undefined)
      readExif(contents, length > MAX_EXIF_BYTES ? Buffer.alloc(0) : source.at(offset, length));
    else if (type === XMP) contents.xmp ??= () => source.at(offset, length);
    position += 8 + length + (length & 1);
  }
}

function readExif(contents: Contents, bytes: Buffer): void {
  // Some writers copy the JPEG segment with its signature.
  const signed = bytes.length > 6 && bytes.readUInt32BE(0) === EXIF_SIGNATURE;
  addExif(contents, exifBlock(signed ? bytes.subarray(6) : bytes));
}
