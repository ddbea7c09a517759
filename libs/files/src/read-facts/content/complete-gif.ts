import { type ByteStream } from './byte-stream';

const EXTENSION = 0x21;
const IMAGE = 0x2c;
const TRAILER = 0x3b;

const tableBytes = (flags: number): number => ((flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1));

/** Block by block to the trailer (GIF89a, appendix A). */
export function gifEnds(stream: ByteStream): string | null {
  const broken = 'The file breaks off: its trailer is missing.';
  const flags = stream.from(10, 1)[0];
  if (flags === undefined) return broken;
  let pictures = 0;
  for (let position = 13 + tableBytes(flags); ;) {
    const head = stream.from(position, 10);
    const kind = head[0];
    if (kind === TRAILER) return pictures > 0 ? null : 'The file has no picture.';
    if (kind === EXTENSION) position += 2;
    else if (kind === IMAGE) {
      pictures += 1;
      position += 10 + tableBytes(head[9] ?? 0) + 1;
    } else return kind === undefined ? broken : 'There is no block where one should begin.';
    for (let length = stream.from(position, 1)[0]; length !== 0; length = stream.from(position, 1)[0]) {
      if (length === undefined) return broken;
      position += 1 + length;
    }
    position += 1;
  }
}
