import { inflateSync } from 'node:zlib';
import { type ByteSource } from '../byte-source';
import { parseDate } from '../capture-time';
import { type Contents, addExif, addProblem, setDimensions } from '../contents';
import { exifBlock } from '../exif-block';

const IHDR = 0x49484452;
const IEND = 0x49454e44;
const EXIF = 0x65584966;
const TEXT = 0x69545874;
const RAW_PROFILE_TEXT = 0x7a545874;
const PLAIN_TEXT = 0x74455874;
/** Chunk headers looked at for eXIf, which stands before the pixels or behind them. */
const MAX_CHUNKS = 512;
const MAX_EXIF_BYTES = 256 * 1024;
const MAX_TEXT_BYTES = 1024 * 1024;
const MAX_KEYWORD = 80;
const XMP_KEYWORD = 'XML:com.adobe.xmp';

/** The size from IHDR, EXIF from eXIf, XMP from its iTXt (PNG 3rd edition, 11.2.2, 11.3.3.4 and 11.3.3.5). */
export function readPng(source: ByteSource, metadata: boolean): Contents {
  const contents: Contents = { problems: [] };
  const header = source.at(8, 16);
  if (header.length < 16 || header.readUInt32BE(4) !== IHDR) {
    addProblem(contents, 'truncated', 'The PNG header chunk is missing or cut short.');
    return contents;
  }
  setDimensions(contents, header.readUInt32BE(8), header.readUInt32BE(12));
  if (metadata) readChunks(source, contents);
  return contents;
}

function readChunks(source: ByteSource, contents: Contents): void {
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
    if (type === EXIF) readExifChunk(source, contents, position + 8, length);
    else if (type === TEXT) noteText(source, contents, position + 8, length);
    else if (type === RAW_PROFILE_TEXT || type === PLAIN_TEXT) noteOtherText(source, contents, position + 8, length);
    position += 12 + length;
  }
}

function readExifChunk(source: ByteSource, contents: Contents, offset: number, length: number): void {
  addExif(contents, length > MAX_EXIF_BYTES ? { sound: false } : exifBlock(source.at(offset, length)));
}

/** Keyword, compression flag and method, language, translated keyword, text: the first four end with a zero or are bytes. */
function noteText(source: ByteSource, contents: Contents, offset: number, length: number): void {
  const start = source.at(offset, MAX_KEYWORD);
  if (length > MAX_TEXT_BYTES || start.toString('latin1', 0, start.indexOf(0)) !== XMP_KEYWORD) return;
  const compressed = start[XMP_KEYWORD.length + 1] === 1;
  contents.xmp ??= () => {
    const chunk = source.at(offset, length);
    const languageEnd = chunk.indexOf(0, XMP_KEYWORD.length + 3);
    const keywordEnd = languageEnd < 0 ? -1 : chunk.indexOf(0, languageEnd + 1);
    const text = keywordEnd < 0 ? Buffer.alloc(0) : chunk.subarray(keywordEnd + 1);
    return compressed ? inflated(text) : text;
  };
}

function inflated(bytes: Buffer): Buffer {
  try {
    return inflateSync(bytes, { maxOutputLength: MAX_TEXT_BYTES });
  } catch {
    // Broken, or a bomb: in both cases there is no packet to be read.
    return Buffer.alloc(0);
  }
}

/** ImageMagick keeps other formats' metadata as hexadecimal text in chunks of such names, and its own date as plain text. */
function noteOtherText(source: ByteSource, contents: Contents, offset: number, length: number): void {
  const start = source.at(offset, Math.min(length, MAX_KEYWORD));
  const end = start.indexOf(0);
  const keyword = start.toString('latin1', 0, end < 0 ? 0 : end);
  if (/^Raw profile type (exif|APP1|xmp|iptc|8bim)$/.test(keyword)) contents.foreign = true;
  if (keyword !== 'create-date') return;
  const parsed = parseDate(start.toString('latin1', end + 1));
  if (parsed !== null) contents.own = { captured: { ...parsed, source: 'PNG:CreateDate' } };
}
