import { type ByteStream } from './byte-stream';

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const TEM = 0x01;

const isRestart = (marker: number): boolean => marker >= 0xd0 && marker <= 0xd7;

/** The next marker at or after `position`: in a scan, stuffed zeros and restart markers are data. */
function nextMarker(stream: ByteStream, position: number): { marker: number; behind: number } | null {
  for (let at = position; at < stream.size;) {
    const bytes = stream.from(at, 2);
    const found = bytes.indexOf(0xff);
    if (found < 0) {
      at += bytes.length;
      continue;
    }
    const marker = bytes[found + 1];
    if (marker === undefined) {
      if (at + found + 1 >= stream.size) return null;
      at += found;
      continue;
    }
    if (marker === 0xff) at += found + 1;
    else if (marker === 0 || isRestart(marker)) at += found + 2;
    else return { marker, behind: at + found + 2 };
  }
  return null;
}

/** From marker to marker, through every scan, to the end-of-image marker (ITU T.81, B.1.1); what follows it does not matter. */
export function jpegEnds(stream: ByteStream): string | null {
  let scans = 0;
  for (let next = nextMarker(stream, 2); next !== null;) {
    const { marker, behind } = next;
    if (marker === EOI) return scans > 0 ? null : 'The file ends before its first scan.';
    if (marker === SOS) scans += 1;
    let position = behind;
    if (marker !== SOI && marker !== TEM) {
      const length = stream.from(behind, 2);
      if (length.length < 2) break;
      position += Math.max(2, length.readUInt16BE(0));
    }
    next = nextMarker(stream, position);
  }
  return scans > 0
    ? 'The file breaks off within its picture: the end marker is missing.'
    : 'The file ends before its first scan.';
}
