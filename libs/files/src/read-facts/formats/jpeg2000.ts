import { type ByteSource } from '../byte-source';
import { type Contents, addExif, addProblem, setDimensions } from '../contents';
import { exifBlock } from '../exif-block';
import { type BoxPlace, boxesOf } from '../iso-boxes';

const XMP_UUID = 'be7acfcb97a942e89c71999491e3afac';
/** "JpgTiffExif->JP2". */
const EXIF_UUID = '4a706754696666457869662d3e4a5032';
const MAX_EXIF_BYTES = 256 * 1024;

/** The codestream's SIZ segment (ITU T.800, A.5.1): the reference grid less its offset. */
function readCodestream(source: ByteSource, contents: Contents, offset: number): void {
  const siz = source.at(offset, 24);
  if (siz.length < 24 || siz.readUInt32BE(0) !== 0xff4fff51)
    addProblem(contents, 'truncated', 'The codestream does not begin with the size of its image.');
  else setDimensions(contents, siz.readUInt32BE(8) - siz.readUInt32BE(16), siz.readUInt32BE(12) - siz.readUInt32BE(20));
}

function readHeader(source: ByteSource, contents: Contents, { offset, length }: BoxPlace): void {
  for (const box of boxesOf(source, offset, offset + length)) {
    if (box.type !== 'ihdr') continue;
    const size = source.at(box.offset, 8);
    if (size.length === 8) setDimensions(contents, size.readUInt32BE(4), size.readUInt32BE(0));
    return;
  }
}

function readUuid(source: ByteSource, contents: Contents, { offset, length }: BoxPlace): void {
  const uuid = source.at(offset, 16).toString('hex');
  const content = () => source.at(offset + 16, length - 16);
  if (uuid === XMP_UUID) contents.xmp ??= content;
  else if (uuid === EXIF_UUID) {
    addExif(contents, length > MAX_EXIF_BYTES ? { sound: false } : exifBlock(content()));
  }
}

/** JP2, JPX, JPM and bare codestreams. */
export function readJpeg2000(source: ByteSource, metadata: boolean): Contents {
  const contents: Contents = { problems: [] };
  if (source.head.length >= 4 && source.head.readUInt32BE(0) === 0xff4fff51) {
    readCodestream(source, contents, 0);
    return contents;
  }
  for (const box of boxesOf(source, 0, source.size)) {
    if (box.type === 'jp2h') readHeader(source, contents, box);
    else if (box.type === 'jp2c') {
      if (contents.width === undefined) readCodestream(source, contents, box.offset);
    } else if (metadata && box.type === 'uuid') readUuid(source, contents, box);
    else if (metadata && box.type === 'xml ') contents.xmp ??= () => source.at(box.offset, box.length);
  }
  if (contents.width === undefined)
    addProblem(contents, 'truncated', 'The box that says the size of the image is missing.');
  return contents;
}
