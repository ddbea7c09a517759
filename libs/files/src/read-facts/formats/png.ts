import { type ByteSource } from '../byte-source';
import { type Contents, addProblem, setDimensions } from '../contents';
import { exifBlock } from '../exif-block';

const IHDR = 0x49484452;
const IEND = 0x49454e44;
const EXIF = 0x65584966;
/** Chunk headers looked at for eXIf, which stands before the pixels or behind them. */
const MAX_CHUNKS = 512;
const MAX_EXIF_BYTES = 256 * 1024;

/** The size from IHDR, EXIF from the chunk eXIf (PNG 3rd edition, 11.2.2 and 11.3.3.5); no compressed chunk is inflated. */
export function readPng(source: ByteSource, metadata: boolean): Contents {
  const contents: Contents = { problems: [] };
  const header = source.at(8, 16);
  if (header.length < 16 || header.readUInt32BE(4) !== IHDR) {
    addProblem(contents, 'truncated', 'The PNG header chunk is missing or cut short.');
    return contents;
  }
  setDimensions(contents, header.readUInt32BE(8), header.readUInt32BE(12));
  if (metadata) readExifChunk(source, contents);
  return contents;
}

function readExifChunk(source: ByteSource, contents: Contents): void {
  let position = 8;
  for (let chunks = 0; chunks < MAX_CHUNKS; chunks += 1) {
    const header = source.at(position, 8);
    if (header.length < 8) {
      if (!source.exhausted) addProblem(contents, 'truncated', 'The file ends before its last chunk (IEND).');
      return;
    }
    const length = header.readUInt32BE(0);
    const type = header.readUInt32BE(4);
    if (type === IEND) return;
    if (type === EXIF) {
      const { block, sound } = length > MAX_EXIF_BYTES ? { sound: false } : exifBlock(source.at(position + 8, length));
      if (block !== undefined) contents.exif = block;
      if (!sound) addProblem(contents, 'unreadable-metadata', 'The EXIF directories are broken, wholly or in part.');
      return;
    }
    position += 12 + length;
  }
}
