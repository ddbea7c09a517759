/** Small files made byte by byte, for specs of what is read of files. */

export interface MadeEntry {
  tag: number;
  /** TIFF type: 1 BYTE, 2 ASCII, 3 SHORT, 4 LONG, 5 RATIONAL, 7 UNDEFINED. */
  type: number;
  count: number;
  value: Buffer;
}

export interface MadeDirectories {
  ifd0?: MadeEntry[];
  exif?: MadeEntry[];
  gps?: MadeEntry[];
}

export class TiffMaker {
  constructor(readonly littleEndian = true) {}

  u16(...values: number[]): Buffer {
    const bytes = Buffer.alloc(values.length * 2);
    values.forEach((value, index) =>
      this.littleEndian ? bytes.writeUInt16LE(value, index * 2) : bytes.writeUInt16BE(value, index * 2),
    );
    return bytes;
  }

  u32(...values: number[]): Buffer {
    const bytes = Buffer.alloc(values.length * 4);
    values.forEach((value, index) =>
      this.littleEndian ? bytes.writeUInt32LE(value, index * 4) : bytes.writeUInt32BE(value, index * 4),
    );
    return bytes;
  }

  text(tag: number, text: string): MadeEntry {
    const value = Buffer.from(`${text}\0`);
    return { tag, type: 2, count: value.length, value };
  }

  short(tag: number, ...values: number[]): MadeEntry {
    return { tag, type: 3, count: values.length, value: this.u16(...values) };
  }

  long(tag: number, ...values: number[]): MadeEntry {
    return { tag, type: 4, count: values.length, value: this.u32(...values) };
  }

  bytes(tag: number, ...values: number[]): MadeEntry {
    return { tag, type: 1, count: values.length, value: Buffer.from(values) };
  }

  rational(tag: number, ...pairs: [number, number][]): MadeEntry {
    return { tag, type: 5, count: pairs.length, value: this.u32(...pairs.flat()) };
  }

  /** One directory at `offset` with its values behind it. */
  directory(offset: number, entries: MadeEntry[], next = 0): Buffer {
    const table: Buffer[] = [this.u16(entries.length)];
    const values: Buffer[] = [];
    let valueAt = offset + 2 + entries.length * 12 + 4;
    for (const { tag, type, count, value } of entries) {
      table.push(this.u16(tag, type), this.u32(count));
      if (value.length <= 4) table.push(Buffer.concat([value, Buffer.alloc(4 - value.length)]));
      else {
        table.push(this.u32(valueAt));
        values.push(value);
        valueAt += value.length;
      }
    }
    return Buffer.concat([...table, this.u32(next), ...values]);
  }

  /** A TIFF structure with its EXIF and GPS directories; `before` bytes of nothing precede the first directory. */
  block({ ifd0 = [], exif, gps }: MadeDirectories, before = 0): Buffer {
    const parts: Buffer[] = [Buffer.alloc(8 + before)];
    let length = 8 + before;
    const add = (entries: MadeEntry[]): number => {
      const at = length;
      const directory = this.directory(at, entries);
      parts.push(directory);
      length += directory.length;
      return at;
    };
    const pointers: MadeEntry[] = [];
    if (exif !== undefined) pointers.push(this.long(0x8769, add(exif)));
    if (gps !== undefined) pointers.push(this.long(0x8825, add(gps)));
    const first = add([...ifd0, ...pointers]);
    const made = Buffer.concat(parts);
    Buffer.concat([Buffer.from(this.littleEndian ? 'II' : 'MM'), this.u16(42), this.u32(first)]).copy(made);
    return made;
  }
}

export function jpegSegment(marker: number, payload: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(payload.length + 2, 2);
  return Buffer.concat([head, payload]);
}

export function jpegFrame(width: number, height: number, marker = 0xc0): Buffer {
  const payload = Buffer.from([8, 0, 0, 0, 0, 1, 1, 0x11, 0]);
  payload.writeUInt16BE(height, 1);
  payload.writeUInt16BE(width, 3);
  return jpegSegment(marker, payload);
}

export interface MadeJpeg {
  width?: number;
  height?: number;
  /** A TIFF structure. */
  exif?: Buffer;
  /** Before the frame header, after EXIF. */
  segments?: Buffer[];
}

export function jpeg({ width = 640, height = 480, exif, segments = [] }: MadeJpeg = {}): Buffer {
  const parts: Buffer[] = [Buffer.from([0xff, 0xd8])];
  if (exif !== undefined) parts.push(jpegSegment(0xe1, Buffer.concat([Buffer.from('Exif\0\0'), exif])));
  parts.push(...segments, jpegFrame(width, height), jpegSegment(0xda, Buffer.from([1, 1, 0, 0, 63, 0])));
  return Buffer.concat([...parts, Buffer.from([0x12, 0x34, 0xff, 0xd9])]);
}

export function pngChunk(type: string, payload: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(payload.length);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, payload, Buffer.alloc(4)]);
}

export function png(width: number, height: number, chunks: Buffer[] = []): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width);
  header.writeUInt32BE(height, 4);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    pngChunk('IHDR', header),
    ...chunks,
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

export function riff(form: string, chunks: [type: string, payload: Buffer][]): Buffer {
  const body = chunks.map(([type, payload]) => {
    const head = Buffer.alloc(8);
    head.write(type, 'latin1');
    head.writeUInt32LE(payload.length, 4);
    return Buffer.concat([head, payload, Buffer.alloc(payload.length & 1)]);
  });
  const head = Buffer.alloc(12);
  head.write('RIFF', 'latin1');
  head.writeUInt32LE(4 + body.reduce((sum, part) => sum + part.length, 0), 4);
  head.write(form, 8, 'latin1');
  return Buffer.concat([head, ...body]);
}

/** EXIF as a camera writes it. */
export function cameraExif(maker = new TiffMaker()): Buffer {
  return maker.block({
    ifd0: [maker.text(0x010f, 'Canon'), maker.text(0x0110, 'Canon EOS R5'), maker.short(0x0112, 6)],
    exif: [
      maker.text(0x9003, '2024:02:29 12:34:56'),
      maker.text(0x9011, '+09:00'),
      maker.text(0x9291, '007'),
      maker.text(0xa431, '012345'),
      maker.text(0xa434, 'RF24-105mm F4 L IS USM'),
    ],
    gps: [
      maker.text(1, 'S'),
      maker.rational(2, [33, 1], [51, 1], [3540, 100]),
      maker.text(3, 'E'),
      maker.rational(4, [151, 1], [12, 1], [40, 1]),
      maker.bytes(5, 1),
      maker.rational(6, [125, 10]),
    ],
  });
}

export function box(type: string, ...payload: Buffer[]): Buffer {
  const content = Buffer.concat(payload);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(content.length + 8);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, content]);
}

/** A HEIC of one picture (item 1) and EXIF (item 2) at the end of the file, without pixels. */
export function heic(width: number, height: number, exif: Buffer): Buffer {
  const bytes = (text: string) => Buffer.from(text, 'latin1');
  const number = (value: number) => new TiffMaker(false).u32(value);
  const item = (id: number, type: string) => box('infe', bytes(`\x02\0\0\0\0${String.fromCharCode(id)}\0\0${type}\0`));
  const payload = Buffer.concat([number(6), bytes('Exif\0\0'), exif]);
  const top = box('ftyp', bytes('heic\0\0\0\0mif1heic'));
  const made = (exifOffset: number) =>
    box(
      'meta',
      number(0),
      box('pitm', bytes('\0\0\0\0\0\x01')),
      box('iinf', bytes('\0\0\0\0\0\x02'), item(1, 'hvc1'), item(2, 'Exif')),
      box(
        'iloc',
        bytes('\0\0\0\0\x44\0\0\x02'),
        bytes('\0\x01\0\0\0\x01'),
        number(0),
        number(0),
        bytes('\0\x02\0\0\0\x01'),
        number(exifOffset),
        number(payload.length),
      ),
      box(
        'iprp',
        box('ipco', box('irot', bytes('\x01')), box('ispe', number(0), number(width), number(height))),
        box('ipma', number(0), number(1), bytes('\0\x01\x02\x81\x02')),
      ),
    );
  const before = top.length + made(0).length;
  return Buffer.concat([top, made(before + 8), box('mdat', payload)]);
}
