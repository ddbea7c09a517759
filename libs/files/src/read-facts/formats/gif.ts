import { type ByteSource } from '../byte-source';
import { type Contents, addProblem, setDimensions } from '../contents';

const EXTENSION = 0x21;
const APPLICATION = 0xff;
const IMAGE = 0x2c;
const XMP = 'XMP DataXMP';
/** Blocks before the first picture; XMP stands among them, or behind the pictures of an animation, where it is not sought. */
const MAX_BLOCKS = 256;
const MAX_XMP_BYTES = 1024 * 1024;

/** The logical screen of the GIF (GIF89a, section 18), XMP of its application extension (XMP part 3, 1.1.2). */
export function readGif(source: ByteSource, metadata: boolean): Contents {
  const contents: Contents = { problems: [] };
  const header = source.at(6, 5);
  if (header.length < 4) addProblem(contents, 'truncated', 'The file ends before the size of its screen.');
  else {
    setDimensions(contents, header.readUInt16LE(0), header.readUInt16LE(2));
    if (metadata) noteXmp(source, contents, 13 + tableBytes(header[4] ?? 0));
  }
  return contents;
}

/** A colour table of three bytes for each of its colours, where the first bit says that there is one. */
const tableBytes = (flags: number): number => ((flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1));

function noteXmp(source: ByteSource, contents: Contents, start: number): void {
  let position = start;
  for (let blocks = 0; blocks < MAX_BLOCKS; blocks += 1) {
    const head = source.at(position, 14);
    if (head[0] === IMAGE) position += 10 + tableBytes(head[9] ?? 0) + 1;
    else if (head[0] === EXTENSION) {
      if (head[1] === APPLICATION && head.toString('latin1', 3, 14) === XMP) {
        const offset = position + 14;
        // Not in sub-blocks: the text runs on, and a trailer of descending numbers ends it for those who count.
        contents.xmp = () => source.at(offset, Math.min(MAX_XMP_BYTES, source.size - offset));
        return;
      }
      position += 2;
    } else return;
    position = skipSubBlocks(source, position);
    if (position < 0) return;
  }
}

function skipSubBlocks(source: ByteSource, start: number): number {
  let position = start;
  for (let blocks = 0; blocks < MAX_BLOCKS * 64; blocks += 1) {
    const length = source.at(position, 1)[0];
    if (length === undefined) return -1;
    position += 1 + length;
    if (length === 0) return position;
  }
  return -1;
}
