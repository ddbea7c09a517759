import { type ByteSource } from '../byte-source';
import { type Contents, addProblem, setDimensions } from '../contents';

/** The logical screen of the GIF (GIF89a, section 18). */
export function readGif(source: ByteSource): Contents {
  const contents: Contents = { problems: [] };
  const header = source.at(6, 4);
  if (header.length < 4) addProblem(contents, 'truncated', 'The file ends before the size of its screen.');
  else setDimensions(contents, header.readUInt16LE(0), header.readUInt16LE(2));
  return contents;
}
