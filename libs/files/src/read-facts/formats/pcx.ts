import { type ByteSource } from '../byte-source';
import { type Contents, addProblem, setDimensions } from '../contents';

/** The window of the picture: its first and last column and row, inclusive (ZSoft's PCX manual). */
export function readPcx(source: ByteSource): Contents {
  const contents: Contents = { problems: [] };
  const window = source.at(4, 8);
  if (window.length < 8) {
    addProblem(contents, 'truncated', 'The file ends before the size of its image.');
    return contents;
  }
  const [left, top, right, bottom] = [0, 2, 4, 6].map((at) => window.readUInt16LE(at)) as [
    number,
    number,
    number,
    number,
  ];
  setDimensions(contents, right - left + 1, bottom - top + 1);
  return contents;
}
