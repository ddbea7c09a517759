import { type ByteStream } from './byte-stream';

/** The size in the RIFF header, and each of its chunks, within the file. */
export function riffEnds(stream: ByteStream): string | null {
  const header = stream.from(0, 12);
  if (header.length < 12) return 'The file breaks off within its header.';
  const end = 8 + header.readUInt32LE(4);
  // The padding byte behind an odd last chunk is left out by many.
  if (end > stream.size + 1) return `The header says ${end} bytes, and ${stream.size} are there.`;
  for (let position = 12; position + 8 <= end;) {
    const head = stream.from(position, 8);
    if (head.length < 8) return 'The file breaks off within a chunk header.';
    const length = head.readUInt32LE(4);
    if (position + 8 + length > end) return `The chunk ${head.toString('latin1', 0, 4)} is longer than the file.`;
    position += 8 + length + (length & 1);
  }
  return null;
}

/** Every box of ISO-BMFF within the file, up to its end, and the one that describes the rest among them. */
export function bmffEnds(stream: ByteStream): string | null {
  let described = false;
  for (let position = 0; position < stream.size;) {
    const head = stream.from(position, 16);
    if (head.length < 8) return 'The file breaks off within a box header.';
    const type = head.toString('latin1', 4, 8);
    let length = head.readUInt32BE(0);
    if (length === 1 && head.length >= 16) length = Number(head.readBigUInt64BE(8));
    if (length === 0) length = stream.size - position;
    if (length < 8) return 'A box is shorter than its own header.';
    if (position + length > stream.size) return `The file breaks off within its box ${JSON.stringify(type)}.`;
    if (type === 'moov' || type === 'meta' || type === 'jp2h') described = true;
    position += length;
  }
  return described ? null : 'The box that describes the content is missing.';
}
