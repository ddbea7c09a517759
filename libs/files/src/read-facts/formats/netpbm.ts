import { type ByteSource } from '../byte-source';
import { type Contents, addProblem, setDimensions } from '../contents';

/** Magic number, then width and height in decimal; white space and comments up to the end of a line between them. */
const HEADER = /^P[1-6](?:\s+|\s*#[^\n]*\n\s*)+(\d{1,9})(?:\s+|\s*#[^\n]*\n\s*)+(\d{1,9})(?=[\s#]|$)/;
/** Comments are short; a header beyond this is none. */
const MAX_HEADER_BYTES = 2048;

/** PBM, PGM and PPM (netpbm's own descriptions of the formats). */
export function readNetpbm(source: ByteSource): Contents {
  const contents: Contents = { problems: [] };
  const header = HEADER.exec(source.at(0, MAX_HEADER_BYTES).toString('latin1'));
  if (header === null) addProblem(contents, 'truncated', 'The file ends before the size of its image.');
  else setDimensions(contents, Number(header[1]), Number(header[2]));
  return contents;
}
