import { type FileFacts } from '@assay/inspection';
import * as fc from 'fast-check';
import {
  TiffMaker,
  cameraExif,
  heic,
  jpeg,
  jpegFrame,
  jpegSegment,
  png,
  pngChunk,
  riff,
} from '../../../../test/metadata/made-photos';
import { bytesOf } from './byte-source';
import { extensionOf, factsOf, mediaTypeOf } from './file-facts';

const read = (bytes: Buffer, name = 'photo.jpg', bare = false): FileFacts => {
  const source = bytesOf(bytes);
  return factsOf(source, name, mediaTypeOf(source) ?? 'unknown', ['dimensions', 'metadata'], bare).facts;
};
const codes = (facts: FileFacts): string[] => facts.problems.map((problem) => problem.code);

describe('facts of a JPEG', () => {
  const camera = {
    camera: { make: 'Canon', model: 'Canon EOS R5', lens: 'RF24-105mm F4 L IS USM', serial: '012345' },
    captured: { local: '2024-02-29T12:34:56.007', offset: '+09:00', source: 'EXIF:DateTimeOriginal' },
    location: { latitude: -33.8598333333, longitude: 151.2111111111, altitude: -12.5, source: 'EXIF:GPS' },
  };

  it.each([true, false])('are read of EXIF in either byte order (little-endian: %s)', (littleEndian) => {
    const { location, ...facts } = read(
      jpeg({ width: 8192, height: 5464, exif: cameraExif(new TiffMaker(littleEndian)) }),
    );
    expect(facts).toEqual({
      mediaType: 'image/jpeg',
      extension: 'jpg',
      width: 8192,
      height: 5464,
      orientation: 6,
      camera: camera.camera,
      captured: camera.captured,
      reader: 'exifr',
      problems: [],
    });
    expect(location?.latitude).toBeCloseTo(camera.location.latitude, 9);
    expect(location?.longitude).toBeCloseTo(camera.location.longitude, 9);
    expect(location).toMatchObject({ altitude: -12.5, source: 'EXIF:GPS' });
  });

  it('have the size of the frame header, behind segments larger than the head', () => {
    const filler = jpegSegment(0xe2, Buffer.alloc(65_000, 0xff));
    expect(read(jpeg({ segments: [filler, filler, filler] }))).toMatchObject({ width: 640, height: 480, problems: [] });
  });

  it.each([0xc0, 0xc1, 0xc2, 0xc3, 0xc5, 0xc9, 0xcf])('know the frame header %i', (marker) => {
    const bytes = Buffer.concat([Buffer.from([0xff, 0xd8]), jpegFrame(33, 44, marker)]);
    expect(read(bytes)).toMatchObject({ width: 33, height: 44 });
  });

  it.each([0xc4, 0xc8, 0xcc])('do not take the marker %i for a frame header', (marker) => {
    const facts = read(Buffer.concat([Buffer.from([0xff, 0xd8]), jpegFrame(33, 44, marker)]));
    expect(facts.width).toBeUndefined();
    expect(codes(facts)).toEqual(['truncated']);
  });

  it('survive fill bytes and a few stray bytes between segments', () => {
    const stray = Buffer.from([0x00, 0x11, 0xff, 0xff, 0xff]);
    expect(read(jpeg({ exif: cameraExif(), segments: [stray] }))).toMatchObject({
      width: 640,
      camera: { make: 'Canon' },
    });
  });

  it('say nothing false of a file that is cut anywhere', () => {
    const whole = jpeg({ exif: cameraExif() });
    const facts = read(whole);
    for (let length = 0; length < whole.length; length += 1) {
      const cut = read(whole.subarray(0, length));
      for (const key of ['width', 'height', 'orientation', 'captured', 'location'] as const)
        if (cut[key] !== undefined && key !== 'captured') expect(cut[key]).toEqual(facts[key]);
      if (cut.captured !== undefined) expect(facts.captured?.local).toContain(cut.captured.local);
    }
  });

  it('keep what is sound where one entry is broken', () => {
    const maker = new TiffMaker();
    const broken = { ...maker.text(0x010f, 'Canon'), type: 99 };
    const far = { ...maker.text(0x0131, 'Firmware 1.0'), count: 0xfffffff0 };
    const exif = maker.block({ ifd0: [maker.text(0x0110, 'EOS R5'), broken, far, maker.short(0x0112, 3)] });
    const facts = read(jpeg({ exif }));
    expect(facts).toMatchObject({ camera: { model: 'EOS R5' }, orientation: 3, reader: 'exifr' });
    expect(facts.camera).toEqual({ model: 'EOS R5' });
    expect(codes(facts)).toEqual(['unreadable-metadata']);
  });

  it('take no text from an entry of no length, which exifr reads to the end of the block', () => {
    const maker = new TiffMaker();
    const empty = { ...maker.text(0x010f, ''), count: 0 };
    expect(read(jpeg({ exif: maker.block({ ifd0: [maker.short(0x0112, 1), empty] }) })).camera).toBeUndefined();
  });

  it('let no third-party code at a file that is read bare', () => {
    const facts = read(jpeg({ exif: cameraExif() }), 'photo.jpg', true);
    expect(facts).toEqual({
      mediaType: 'image/jpeg',
      extension: 'jpg',
      width: 640,
      height: 480,
      reader: 'none',
      problems: [],
    });
  });
});

describe('facts of other pictures', () => {
  it('come from a PNG with its EXIF chunk before or behind the pixels', () => {
    const pixels = pngChunk('IDAT', Buffer.alloc(40_000));
    const exif = pngChunk('eXIf', cameraExif());
    for (const chunks of [
      [exif, pixels],
      [pixels, exif],
    ])
      expect(read(png(300, 200, chunks), 'a.PNG')).toMatchObject({
        mediaType: 'image/png',
        extension: 'png',
        width: 300,
        height: 200,
        orientation: 6,
        problems: [],
      });
  });

  it('say that a PNG is cut', () => {
    expect(codes(read(png(3, 2, [pngChunk('IDAT', Buffer.alloc(400))]).subarray(0, 200)))).toEqual(['truncated']);
  });

  it('come from the container of a WebP', () => {
    const extended = Buffer.alloc(10);
    extended[0] = 0x08;
    extended.writeUIntLE(639, 4, 3);
    extended.writeUIntLE(479, 7, 3);
    const file = riff('WEBP', [
      ['VP8X', extended],
      ['EXIF', Buffer.concat([Buffer.from('Exif\0\0'), cameraExif()])],
    ]);
    expect(read(file)).toMatchObject({ mediaType: 'image/webp', width: 640, height: 480, camera: { make: 'Canon' } });
  });

  it('come from the primary picture of a HEIC, before its rotation, and from its EXIF item', () => {
    expect(read(heic(4032, 3024, cameraExif()), 'a.heic')).toMatchObject({
      mediaType: 'image/heic',
      width: 4032,
      height: 3024,
      orientation: 6,
      camera: { make: 'Canon' },
      problems: [],
    });
  });

  it.each([0, 1, 2, 7])('are not looked for without end in a HEIC with a box of length %d', (length) => {
    const whole = heic(4032, 3024, cameraExif());
    for (const type of ['ftyp', 'meta', 'iinf', 'iprp', 'ipco', 'ispe']) {
      const broken = Buffer.from(whole);
      broken.writeUInt32BE(length, broken.indexOf(type) - 4);
      const facts = read(broken);
      expect([4032, undefined]).toContain(facts.width);
    }
  });

  it('come from GIF and BMP headers', () => {
    const gif = Buffer.from('GIF89a\x20\x03\x58\x02\x00\x00\x00', 'latin1');
    expect(read(gif)).toMatchObject({ mediaType: 'image/gif', width: 800, height: 600 });
    const bmp = Buffer.alloc(54);
    bmp.write('BM');
    bmp.writeUInt32LE(40, 14);
    bmp.writeInt32LE(70, 18);
    bmp.writeInt32LE(-50, 22);
    expect(read(bmp)).toMatchObject({ mediaType: 'image/bmp', width: 70, height: 50 });
  });
});

describe('facts of a TIFF', () => {
  const maker = new TiffMaker(false);
  const size = (width: number, height: number) => [maker.long(0x0100, width), maker.short(0x0101, height)];

  it('are found wherever its directories lie', () => {
    const file = maker.block(
      {
        ifd0: [...size(5000, 4000), maker.text(0x010f, 'Phase One')],
        exif: [maker.text(0x9004, '2001:02:03 04:05:06')],
      },
      3_000_000,
    );
    expect(read(file, 'scan.TIF')).toMatchObject({
      mediaType: 'image/tiff',
      width: 5000,
      height: 4000,
      camera: { make: 'Phase One' },
      captured: { local: '2001-02-03T04:05:06', offset: null, source: 'EXIF:CreateDate' },
      problems: [],
    });
  });

  it('are those of the full-resolution image, not of its thumbnail', () => {
    const inner = maker.directory(1000, [maker.long(0x00fe, 0), ...size(6000, 4000), maker.short(0x0106, 32803)]);
    const outer = maker.directory(8, [
      maker.long(0x00fe, 1),
      ...size(160, 120),
      maker.text(0x010f, 'NIKON CORPORATION'),
      maker.long(0x014a, 1000),
    ]);
    const file = Buffer.concat([Buffer.from('MM\0*'), maker.u32(8), outer, Buffer.alloc(992 - outer.length), inner]);
    expect(read(file)).toMatchObject({ mediaType: 'image/x-nikon-nef', width: 6000, height: 4000 });
  });

  it('end where its directories go round in a circle', () => {
    const file = Buffer.concat([Buffer.from('MM\0*'), maker.u32(8), maker.directory(8, size(10, 20), 8)]);
    expect(read(file)).toMatchObject({ width: 10, height: 20 });
  });
});

describe('any bytes', () => {
  const seeds = [
    jpeg({ exif: cameraExif() }),
    heic(40, 30, cameraExif()),
    png(3, 2, [pngChunk('eXIf', cameraExif())]),
    cameraExif(),
  ];
  const isPlausible = ({ width = 1, height = 1, orientation = 1, captured, location }: FileFacts): boolean =>
    Number.isInteger(width) &&
    width > 0 &&
    Number.isInteger(height) &&
    height > 0 &&
    orientation >= 1 &&
    orientation <= 8 &&
    (captured === undefined || !Number.isNaN(Date.parse(captured.local))) &&
    (location === undefined || (Math.abs(location.latitude) <= 90 && Math.abs(location.longitude) <= 180));

  it('are read without an error, and give only facts that can be', () => {
    const starts = ['', 'II*\0', 'MM\0*', 'II+\0\b\0\0\0', '\xff\xd8\xff\xe1', 'RIFF1234WEBPVP8X', 'GIF89a', 'BM'];
    fc.assert(
      fc.property(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 400 }), (start, rest) => {
        const facts = read(Buffer.concat([Buffer.from(start, 'latin1'), rest]));
        expect(isPlausible(facts)).toBe(true);
      }),
      { numRuns: 4000 },
    );
  });

  it('of a real file with some of them changed, too', () => {
    const changes = fc.array(fc.tuple(fc.nat(2000), fc.nat(255)), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(fc.constantFrom(...seeds), changes, (seed, changed) => {
        const bytes = Buffer.from(seed);
        for (const [at, value] of changed) bytes[at % bytes.length] = value;
        expect(isPlausible(read(bytes))).toBe(true);
      }),
      { numRuns: 8000 },
    );
  });
});

describe('the extension of a name', () => {
  it.each([
    ['a.JPG', 'jpg'],
    ['a.tar.gz', 'gz'],
    ['.profile', ''],
    ['a.', ''],
    ['plain', ''],
    ['.hidden.png', 'png'],
    ['Ä.ÉXT', 'éxt'],
  ])('of %s is "%s"', (name, extension) => expect(extensionOf(name)).toBe(extension));
});
