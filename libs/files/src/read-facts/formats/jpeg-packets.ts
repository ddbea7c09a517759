import { type ByteSource, bytesOf } from '../byte-source';
import { type Contents } from '../contents';
import { IPTC_RESOURCE, findResources } from '../image-resources';

const XMP = Buffer.from('http://ns.adobe.com/xap/1.0/\0');
const EXTENDED_XMP = Buffer.from('http://ns.adobe.com/xmp/extension/\0');
const PHOTOSHOP = Buffer.from('Photoshop 3.0\0');
const APP0 = 0xe0;
const APP1 = 0xe1;
const APP3 = 0xe3;
const APP12 = 0xec;
const APP13 = 0xed;
/** "HEAP", "JPGM", "Meta", "Duck". */
const HEAP = 0x48454150;
const JPGM = 0x4a50474d;
const META = 0x4d657461;
const DUCK = 0x4475636b;
const GUID_BYTES = 32;
const MAX_SEGMENTS = 64;
const MAX_BYTES = 1024 * 1024;

interface Segment {
  offset: number;
  length: number;
}

/** Where a JPEG's XMP and IPTC lie, and whether it has a structure of old cameras; nothing of it is read before it is asked for. */
export class JpegPackets {
  private xmp: Segment | null = null;
  private readonly extended: Segment[] = [];
  private readonly photoshop: Segment[] = [];
  private foreign = false;

  constructor(private readonly source: ByteSource) {}

  /** A segment's content. */
  note(marker: number, offset: number, length: number): void {
    if (marker === APP1) this.noteXmp(offset, length);
    else if (marker === APP13) {
      if (this.begins(PHOTOSHOP, offset, length) && this.photoshop.length < MAX_SEGMENTS)
        this.photoshop.push({ offset: offset + PHOTOSHOP.length, length: length - PHOTOSHOP.length });
    } else if (marker === APP12 || marker === APP3 || marker === APP0) this.foreign ||= this.isForeign(marker, offset);
  }

  addTo(contents: Contents): void {
    const { xmp } = this;
    if (xmp !== null) contents.xmp = () => this.readXmp(xmp);
    if (this.photoshop.length > 0) contents.iptc = () => this.readIptc();
    if (this.foreign) contents.foreign = true;
  }

  private begins(signature: Buffer, offset: number, length: number): boolean {
    return length > signature.length && this.source.at(offset, signature.length).equals(signature);
  }

  private noteXmp(offset: number, length: number): void {
    if (this.begins(XMP, offset, length)) this.xmp ??= { offset: offset + XMP.length, length: length - XMP.length };
    else if (this.begins(EXTENDED_XMP, offset, length) && this.extended.length < MAX_SEGMENTS)
      this.extended.push({ offset: offset + EXTENDED_XMP.length, length: length - EXTENDED_XMP.length });
  }

  /** Pictures of the years before EXIF was common: Agfa's and Olympus's texts, Kodak's directory, Canon's CIFF. */
  private isForeign(marker: number, offset: number): boolean {
    const start = this.source.at(offset, 14);
    if (start.length < 14) return false;
    if (marker === APP0) return start.readUInt32BE(6) === HEAP && start.readUInt32BE(10) === JPGM;
    return marker === APP3 ? start.readUInt32BE(0) === META : start.readUInt32BE(0) !== DUCK;
  }

  /**
   * The packet, and behind it the extension that belongs to it where there is one (XMP part 3, 1.1.3.1), so that both are
   * one run of bytes; a reader of XML meets two roots.
   */
  private readXmp({ offset, length }: Segment): Buffer {
    const main = this.source.at(offset, length);
    const parts = this.extended
      .map((segment) => ({ segment, head: this.source.at(segment.offset, GUID_BYTES + 8) }))
      .filter(({ head }) => head.length === GUID_BYTES + 8 && main.includes(head.subarray(0, GUID_BYTES)))
      .map(({ segment, head }) => ({
        at: head.readUInt32BE(GUID_BYTES + 4),
        offset: segment.offset + GUID_BYTES + 8,
        length: segment.length - GUID_BYTES - 8,
      }))
      .sort((one, other) => one.at - other.at);
    const extension: Buffer[] = [];
    let next = 0;
    for (const part of parts) {
      if (part.at !== next || next + part.length > MAX_BYTES) break;
      extension.push(this.source.at(part.offset, part.length));
      next += part.length;
    }
    return extension.length === 0 ? main : Buffer.concat([main, ...extension]);
  }

  private readIptc(): Buffer {
    const bytes = Buffer.concat(this.photoshop.map(({ offset, length }) => this.source.at(offset, length)));
    const resource = findResources(bytesOf(bytes), 0, bytes.length, [IPTC_RESOURCE]).get(IPTC_RESOURCE);
    return resource === undefined
      ? Buffer.alloc(0)
      : bytes.subarray(resource.offset, resource.offset + resource.length);
  }
}
