import { box } from './made-photos';

/** Boxes of small MP4 and QuickTime files, for specs of what is read of them. */

const u16 = (value: number): Buffer => {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
};
const u32 = (...values: number[]): Buffer => {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => bytes.writeInt32BE(value | 0, index * 4));
  return bytes;
};
const zeros = (length: number): Buffer => Buffer.alloc(length);

/** Quarter turns as the matrix of a track says them: its first two and the next two numbers. */
const TURNS = {
  0: [1, 0, 0, 1],
  90: [0, 1, -1, 0],
  180: [-1, 0, 0, -1],
  270: [0, -1, 1, 0],
} as const;

export interface MadeVideo {
  brand?: string;
  width?: number;
  height?: number;
  rotation?: keyof typeof TURNS;
  codec?: string;
  /** Seconds since 1904; 0: unknown. */
  created?: number;
  seconds?: number;
  /** Boxes of the movie's user data. */
  userData?: Buffer[];
  /** Apple's metadata. */
  keys?: Record<string, string>;
  xmp?: string;
}

/** A text of user data in QuickTime's international form. */
export function internationalText(type: string, text: string): Buffer {
  const bytes = Buffer.from(text);
  return box(type, u16(bytes.length), u16(0x15c7), bytes);
}

function keysBox(keys: Record<string, string>): Buffer {
  const names = Object.keys(keys).map((key) => box('mdta', Buffer.from(key)));
  const items = Object.values(keys).map((text, index) => {
    const item = box('xxxx', box('data', u32(1, 0), Buffer.from(text)));
    item.writeUInt32BE(index + 1, 4);
    return item;
  });
  const handler = box('hdlr', zeros(8), Buffer.from('mdta'), zeros(12));
  return box('meta', handler, box('keys', u32(0, names.length), ...names), box('ilst', ...items));
}

function trackBox({ width = 1920, height = 1080, rotation = 0, codec = 'avc1' }: MadeVideo): Buffer {
  const [a, b, c, d] = TURNS[rotation];
  const one = 0x10000;
  const matrix = u32(a * one, b * one, 0, c * one, d * one, 0, 0, 0, 0x40000000);
  const header = box('tkhd', u32(7, 0, 0, 1, 0, 0), zeros(16), matrix, u32(width * one, height * one));
  const sample = box(codec, zeros(6), u16(1), zeros(16), u16(width), u16(height), zeros(50));
  const table = box('stbl', box('stsd', u32(0, 1), sample));
  const handler = box('hdlr', zeros(8), Buffer.from('vide'), zeros(12));
  return box('trak', header, box('mdia', handler, box('minf', table)));
}

export function video(made: MadeVideo = {}): Buffer {
  const { brand = 'isom', created = 0, seconds = 10, userData = [], keys, xmp } = made;
  const header = box('mvhd', u32(0, created, created, 600, Math.round(seconds * 600)), zeros(80));
  const inside = [header, trackBox(made)];
  if (userData.length > 0) inside.push(box('udta', ...userData));
  if (keys !== undefined) inside.push(keysBox(keys));
  const parts = [box('ftyp', Buffer.from(`${brand}\0\0\0\0${brand}`)), box('mdat', zeros(64)), box('moov', ...inside)];
  if (xmp !== undefined)
    parts.push(box('uuid', Buffer.from('be7acfcb97a942e89c71999491e3afac', 'hex'), Buffer.from(xmp)));
  return Buffer.concat(parts);
}

/** A packet with these properties as attributes, and these as elements. */
export function xmpPacket(attributes: Record<string, string>, elements = ''): string {
  const namespaces = {
    exif: 'http://ns.adobe.com/exif/1.0/',
    tiff: 'http://ns.adobe.com/tiff/1.0/',
    xmp: 'http://ns.adobe.com/xap/1.0/',
    photoshop: 'http://ns.adobe.com/photoshop/1.0/',
    dc: 'http://purl.org/dc/elements/1.1/',
  };
  const declared = Object.entries(namespaces).map(([prefix, uri]) => `xmlns:${prefix}="${uri}"`);
  const said = Object.entries(attributes).map(([name, value]) => `${name}="${value}"`);
  return `<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" ${[...declared, ...said].join(' ')}>${elements}</rdf:Description>
 </rdf:RDF></x:xmpmeta><?xpacket end="w"?>`;
}
