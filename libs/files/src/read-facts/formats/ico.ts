import { type ByteSource } from '../byte-source';
import { type Contents, addProblem, setDimensions } from '../contents';

/** The first picture of an icon or cursor; 0 stands for 256. */
export function readIco(source: ByteSource): Contents {
  const contents: Contents = { problems: [] };
  const header = source.at(0, 8);
  if (header.length < 8) addProblem(contents, 'truncated', 'The file ends before the size of its image.');
  else if (header.readUInt16LE(4) > 0) setDimensions(contents, header[6] || 256, header[7] || 256);
  return contents;
}
