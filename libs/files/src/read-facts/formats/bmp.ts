import { type ByteSource } from '../byte-source';
import { type Contents, addProblem, setDimensions } from '../contents';

/** The OS/2 1.x header has 16-bit sizes; all later ones have signed 32-bit ones, where a negative height means top-down. */
const CORE_HEADER_BYTES = 12;

export function readBmp(source: ByteSource): Contents {
  const contents: Contents = { problems: [] };
  const header = source.at(14, 12);
  if (header.length < 12) addProblem(contents, 'truncated', 'The file ends before the size of its image.');
  else if (header.readUInt32LE(0) === CORE_HEADER_BYTES)
    setDimensions(contents, header.readUInt16LE(4), header.readUInt16LE(6));
  else setDimensions(contents, header.readInt32LE(4), Math.abs(header.readInt32LE(8)));
  return contents;
}
