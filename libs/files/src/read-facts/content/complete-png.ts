import { crc32 } from 'node:zlib';
import { type ByteStream } from './byte-stream';

const IEND = 0x49454e44;
const IDAT = 0x49444154;
const MAX_CHUNK_BYTES = 0x7fffffff;

/** Chunk by chunk to IEND, with the check of each (PNG 3rd edition, 5.3). */
export function pngEnds(stream: ByteStream): string | null {
  let pixels = false;
  for (let position = 8; ;) {
    const head = stream.from(position, 8);
    if (head.length < 8) return 'The file breaks off: the end chunk IEND is missing.';
    const length = head.readUInt32BE(0);
    const type = head.readUInt32BE(4);
    const name = head.toString('latin1', 4, 8);
    if (length > MAX_CHUNK_BYTES || !/^[A-Za-z]{4}$/.test(name)) return 'There is no chunk where one should begin.';
    const end = position + 8 + length;
    if (end + 4 > stream.size) return `The file breaks off within its chunk ${name}.`;
    let check = crc32(head.subarray(4, 8));
    for (let at = position + 8; at < end;) {
      const bytes = stream.from(at, 1).subarray(0, end - at);
      check = crc32(bytes, check);
      at += bytes.length;
      if (bytes.length === 0) return `The file breaks off within its chunk ${name}.`;
    }
    if (stream.from(end, 4).readUInt32BE(0) !== check) return `The checksum of a chunk ${name} does not agree.`;
    if (type === IDAT) pixels = true;
    if (type === IEND) return pixels ? null : 'The file has no pixels.';
    position = end + 4;
  }
}
