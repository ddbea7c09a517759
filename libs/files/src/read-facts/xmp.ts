import { SaxesParser, type SaxesTagNS } from 'saxes';

/** Properties of an XMP packet by prefix and name, such as `exif:DateTimeOriginal`; of a list the first item. */
export type XmpProperties = Map<string, string>;

const RDF = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#';
const PREFIXES: Readonly<Record<string, string>> = {
  'http://ns.adobe.com/exif/1.0/': 'exif',
  'http://ns.adobe.com/exif/1.0/aux/': 'aux',
  'http://cipa.jp/exif/1.0/': 'exifEX',
  'http://ns.adobe.com/tiff/1.0/': 'tiff',
  'http://ns.adobe.com/xap/1.0/': 'xmp',
  'http://ns.adobe.com/photoshop/1.0/': 'photoshop',
  'http://purl.org/dc/elements/1.1/': 'dc',
};

/** A packet of a JPEG fits into 64 KiB; one with a long editing history is longer, and its properties stand first. */
const MAX_BYTES = 1024 * 1024;
const CHUNK_CHARACTERS = 16 * 1024;
/** A list in a property of a structure of a list is 12 deep. */
const MAX_DEPTH = 48;
const MAX_VALUE_CHARACTERS = 2000;
/** Some writers forget a namespace or escape wrongly, and the rest is sound; what is full of errors is not XML. */
const MAX_ERRORS = 50;

class Enough extends Error {}

/** Text of the packet in whichever of its encodings it is, without the padding behind it. */
function textOf(packet: Buffer): string {
  const bytes = packet.subarray(0, MAX_BYTES);
  const [first, second] = [bytes[0], bytes[1]];
  if ((first === 0xfe && second === 0xff) || (first === 0 && second === 0x3c))
    return Buffer.from(bytes.subarray(0, bytes.length & ~1))
      .swap16()
      .toString('utf16le');
  if ((first === 0xff && second === 0xfe) || (first === 0x3c && second === 0)) return bytes.toString('utf16le');
  return bytes.toString('utf8');
}

/** Follows a packet from `rdf:RDF` over its descriptions to their properties, and remembers the properties that are known. */
class PacketReader {
  readonly properties: XmpProperties = new Map();
  private depth = 0;
  /** Depth of `rdf:RDF`; 0 outside it. */
  private rdfDepth = 0;
  /** The property whose value is being read. */
  private property: string | null = null;
  private propertyDepth = 0;
  private value = '';
  private errors = 0;

  open(tag: SaxesTagNS): void {
    this.depth += 1;
    if (this.depth > MAX_DEPTH) throw new Enough('nested too deeply');
    if (this.rdfDepth === 0) {
      if (tag.local === 'RDF' && tag.uri === RDF) this.rdfDepth = this.depth;
      return;
    }
    const within = this.depth - this.rdfDepth;
    if (within === 1) this.takeAttributes(tag);
    else if (within === 2) {
      const prefix = PREFIXES[tag.uri];
      this.property = prefix === undefined ? null : `${prefix}:${tag.local}`;
      this.propertyDepth = this.depth;
      this.value = '';
    } else if (this.property !== null && !this.isItem(tag)) this.property = null;
  }

  /** Only lists, and the value of a qualified property, carry on with the property; in anything else there are others. */
  private isItem(tag: SaxesTagNS): boolean {
    const below = this.depth - this.propertyDepth;
    if (tag.uri !== RDF) return false;
    if (below === 1) return ['Seq', 'Bag', 'Alt', 'Description', 'value'].includes(tag.local);
    return below === 2 && (tag.local === 'li' || tag.local === 'value');
  }

  text(text: string): void {
    if (this.property !== null && this.value.length < MAX_VALUE_CHARACTERS) this.value += text;
  }

  close(): void {
    if (this.property !== null) {
      const item = this.depth > this.propertyDepth && this.value.trim() !== '';
      if (item || this.depth === this.propertyDepth) {
        this.remember(this.property, this.value);
        this.property = null;
      }
    }
    if (this.depth === this.rdfDepth) this.rdfDepth = 0;
    this.depth -= 1;
  }

  error(): void {
    this.errors += 1;
    if (this.errors > MAX_ERRORS) throw new Enough('not XML');
  }

  private takeAttributes(tag: SaxesTagNS): void {
    for (const { uri, local, value } of Object.values(tag.attributes)) {
      const prefix = PREFIXES[uri];
      if (prefix !== undefined) this.remember(`${prefix}:${local}`, value);
    }
  }

  private remember(name: string, value: string): void {
    const text = value.trim().slice(0, MAX_VALUE_CHARACTERS);
    if (text !== '' && !this.properties.has(name)) this.properties.set(name, text);
  }
}

/**
 * The known properties of an XMP packet, as far as it can be read: bounded in bytes, nesting, errors and lengths. There
 * are no entities but those of XML itself, and nothing outside the packet is ever fetched. Never throws for any bytes.
 */
export function readXmp(packet: Buffer): XmpProperties {
  const reader = new PacketReader();
  const parser = new SaxesParser({ xmlns: true, position: false });
  parser.on('opentag', (tag) => reader.open(tag));
  parser.on('closetag', () => reader.close());
  parser.on('text', (text) => reader.text(text));
  parser.on('cdata', (text) => reader.text(text));
  parser.on('error', () => reader.error());
  const text = textOf(packet);
  const start = Math.max(0, text.indexOf('<'));
  const end = text.lastIndexOf('>') + 1;
  try {
    for (let at = start; at < end; at += CHUNK_CHARACTERS)
      parser.write(text.slice(at, Math.min(at + CHUNK_CHARACTERS, end)));
  } catch {
    // A bound was met, or the parser met what it cannot be in; what was read before is as sound as it was.
  }
  return reader.properties;
}
