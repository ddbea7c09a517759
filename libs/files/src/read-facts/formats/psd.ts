import { type ByteSource } from '../byte-source';
import { type Contents, addExif, addProblem, setDimensions } from '../contents';
import { exifBlock } from '../exif-block';
import { EXIF_RESOURCE, IPTC_RESOURCE, XMP_RESOURCE, findResources } from '../image-resources';

const HEADER_BYTES = 26;
const MAX_EXIF_BYTES = 256 * 1024;

/** PSD and PSB: the size from the header, EXIF, XMP and IPTC from the image resources (Adobe's file format specification). */
export function readPsd(source: ByteSource, metadata: boolean): Contents {
  const contents: Contents = { problems: [] };
  const header = source.at(0, HEADER_BYTES + 4);
  if (header.length < HEADER_BYTES + 4) {
    addProblem(contents, 'truncated', 'The file ends within its header.');
    return contents;
  }
  setDimensions(contents, header.readUInt32BE(18), header.readUInt32BE(14));
  if (metadata) readResources(source, contents, HEADER_BYTES + 4 + header.readUInt32BE(HEADER_BYTES));
  return contents;
}

function readResources(source: ByteSource, contents: Contents, lengthAt: number): void {
  const lengthBytes = source.at(lengthAt, 4);
  if (lengthBytes.length < 4) {
    addProblem(contents, 'truncated', 'The file ends before its image resources.');
    return;
  }
  const end = Math.min(lengthAt + 4 + lengthBytes.readUInt32BE(0), source.size);
  const found = findResources(source, lengthAt + 4, end, [EXIF_RESOURCE, XMP_RESOURCE, IPTC_RESOURCE]);
  const exif = found.get(EXIF_RESOURCE);
  const xmp = found.get(XMP_RESOURCE);
  const iptc = found.get(IPTC_RESOURCE);
  if (exif !== undefined) {
    addExif(contents, exif.length > MAX_EXIF_BYTES ? { sound: false } : exifBlock(source.at(exif.offset, exif.length)));
  }
  if (xmp !== undefined) contents.xmp = () => source.at(xmp.offset, xmp.length);
  if (iptc !== undefined) contents.iptc = () => source.at(iptc.offset, iptc.length);
}
