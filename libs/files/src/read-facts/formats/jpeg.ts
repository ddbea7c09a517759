import { type ByteSource, byteAt } from '../byte-source';
import { type Contents, addExif, addProblem, setDimensions } from '../contents';
import { exifBlock } from '../exif-block';
import { JpegPackets } from './jpeg-packets';

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const APP0 = 0xe0;
const APP1 = 0xe1;
const APP15 = 0xef;
/** Real files have a dozen; one with ICC profiles and XMP in parts some hundred. */
const MAX_SEGMENTS = 1000;
/** Encoders that count wrong leave a few bytes between segments. */
const MAX_GAP = 4096;

/** SOF0 … SOF15, the frame headers that carry the size; C4, C8 and CC in their midst are other things. */
const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;

/** Length, precision, height, width, components, three bytes a component: what does not fit is no frame header. */
function isFrameHeader(header: Buffer, length: number): boolean {
  if (header.length < 8) return false;
  const precision = header[2] ?? 0;
  const components = header[7] ?? 0;
  return precision >= 2 && precision <= 16 && components >= 1 && components <= 4 && length === 8 + 3 * components;
}

const hasLength = (marker: number): boolean => !(marker === 0x01 || (marker >= 0xd0 && marker <= SOI));

/** Length of the segment whose length field lies here; 0 where the file ends before. */
function lengthAt(source: ByteSource, at: number): number {
  const high = byteAt(source, at);
  const low = byteAt(source, at + 1);
  return high === undefined || low === undefined ? 0 : (high << 8) | low;
}

const isExif = (payload: Buffer): boolean =>
  payload.length >= 6 && payload.readUInt32BE(0) === 0x45786966 && payload[4] === 0;

/** Where the next marker byte (after its 0xff) lies, or -1 where none is near. */
function nextMarker(source: ByteSource, from: number): number {
  if (byteAt(source, from) === 0xff) {
    const marker = byteAt(source, from + 1) ?? 0;
    if (marker !== 0xff && marker !== 0) return from + 1;
  }
  const bytes = source.at(from, MAX_GAP);
  for (let at = 0; at + 1 < bytes.length; at += 1)
    if (bytes[at] === 0xff && bytes[at + 1] !== 0xff && bytes[at + 1] !== 0) return from + at + 1;
  return -1;
}

/**
 * Walks the segments from marker to marker up to the first scan, skipping what it does not want without reading it.
 * The size is the frame header's (ITU T.81 B.2.2), never EXIF's, which editors leave stale.
 */
export function readJpeg(source: ByteSource, metadata: boolean): Contents {
  const contents: Contents = { problems: [] };
  let framed = false;
  let exifSeen = !metadata;
  const packets = metadata ? new JpegPackets(source) : null;
  let position = 2;
  for (let segments = 0; segments < MAX_SEGMENTS && !(framed && exifSeen); segments += 1) {
    const markerAt = nextMarker(source, position);
    const marker = markerAt < 0 ? EOI : (byteAt(source, markerAt) ?? EOI);
    if (marker === EOI || marker === SOS) break;
    if (!hasLength(marker)) {
      position = markerAt + 1;
      continue;
    }
    const length = lengthAt(source, markerAt + 1);
    if (length < 2) {
      position = markerAt + 1;
      continue;
    }
    if (isFrame(marker) && !framed) framed = readFrame(contents, source.at(markerAt + 1, 8), length);
    else if (marker === APP1 && !exifSeen && isExif(source.at(markerAt + 3, 6)))
      // A broken block may be followed by another writer's sound one.
      exifSeen = readExif(contents, source.at(markerAt + 9, length - 8));
    else if (packets !== null && marker >= APP0 && marker <= APP15) packets.note(marker, markerAt + 3, length - 2);
    position = markerAt + 1 + length;
  }
  packets?.addTo(contents);
  if (!framed)
    addProblem(contents, 'truncated', 'The file ends, or breaks off, before the frame header that says its size.');
  return contents;
}

/** True where it is a frame header. */
function readFrame(contents: Contents, header: Buffer, length: number): boolean {
  if (!isFrameHeader(header, length)) return false;
  setDimensions(contents, header.readUInt16BE(5), header.readUInt16BE(3));
  return true;
}

/** True where nothing in it was broken. */
function readExif(contents: Contents, bytes: Buffer): boolean {
  const found = exifBlock(bytes);
  addExif(contents, found);
  return found.sound;
}
