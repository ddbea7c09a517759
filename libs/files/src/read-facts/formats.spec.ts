import { type FileFacts } from '@assay/inspection';
import * as fc from 'fast-check';
import {
  TiffMaker,
  box,
  cameraExif,
  heic,
  jpeg,
  jpegSegment,
  png,
  pngChunk,
  riff,
} from '../../../../test/metadata/made-photos';
import { internationalText, video, xmpPacket } from '../../../../test/metadata/made-videos';
import { bytesOf } from './byte-source';
import { factsOf, mediaTypeOf } from './file-facts';
import { needsExiftool } from './foreign-formats';

const NEEDS = ['dimensions', 'metadata', 'description'] as const;
const read = (bytes: Buffer, mediaType?: string): FileFacts => {
  const source = bytesOf(bytes);
  return factsOf(source, 'file.bin', mediaType ?? mediaTypeOf(source) ?? 'unknown', NEEDS, false).facts;
};

/** 24 July 2019, 08:25:57 UTC, in seconds since 1904. */
const SUMMER = 3_646_801_557;
const u32 = (value: number): Buffer => new TiffMaker(false).u32(value);
const u16 = (value: number): Buffer => new TiffMaker(false).u16(value);

describe('facts of a video', () => {
  it('are its size, turn, codec, length and time in UTC', () => {
    expect(
      read(video({ width: 568, height: 320, rotation: 90, codec: 'hvc1', created: SUMMER, seconds: 4.5 })),
    ).toEqual({
      mediaType: 'video/mp4',
      extension: 'bin',
      width: 568,
      height: 320,
      rotation: 90,
      codec: 'hvc1',
      durationSeconds: 4.5,
      captured: { local: '2019-07-24T08:25:57', offset: '+00:00', source: 'QuickTime:CreateDate' },
      reader: 'none',
      problems: [],
    });
  });

  it.each([0, 90, 180, 270] as const)('have the turn %i', (rotation) => {
    expect(read(video({ rotation })).rotation).toBe(rotation);
  });

  it('have camera and place of Apple’s keys, and of user data', () => {
    const keys = {
      'com.apple.quicktime.make': 'Apple',
      'com.apple.quicktime.model': 'iPhone 6',
      'com.apple.quicktime.location.ISO6709': '+32.0929-034.8620+028.516/',
    };
    const location = { latitude: 32.0929, longitude: -34.862, altitude: 28.516, source: 'QuickTime:GPSCoordinates' };
    expect(read(video({ keys }))).toMatchObject({ camera: { make: 'Apple', model: 'iPhone 6' }, location });
    const userData = [
      internationalText('\u00a9mak', 'Apple'),
      internationalText('\u00a9xyz', '+32.0929-034.8620+028.516/'),
    ];
    expect(read(video({ userData }))).toMatchObject({ camera: { make: 'Apple' }, location });
  });

  it('claim no offset where the maker is known to write local time', () => {
    const userData = [internationalText('\u00a9mak', 'Canon')];
    expect(read(video({ userData, created: SUMMER })).captured).toMatchObject({ offset: null });
  });

  it('count from 1970 where the time would lie before, and take Apple’s own date only where there is no time', () => {
    const keys = { 'com.apple.quicktime.creationdate': '2019-07-24T11:25:40+0300' };
    expect(read(video({ created: 1_563_956_757 })).captured?.local).toBe('2019-07-24T08:25:57');
    expect(read(video({ created: SUMMER, keys })).captured?.source).toBe('QuickTime:CreateDate');
    expect(read(video({ keys })).captured).toEqual({
      local: '2019-07-24T11:25:40',
      offset: '+03:00',
      source: 'QuickTime:CreationDate',
    });
    expect(read(video()).captured).toBeUndefined();
  });

  it('have the time of XMP before that of the movie', () => {
    const xmp = xmpPacket({ 'xmp:CreateDate': '2020-01-05T15:04:00Z' });
    expect(read(video({ created: SUMMER, xmp })).captured?.source).toBe('XMP:CreateDate');
  });

  it('are given to exiftool where user data are a camera maker’s own, and no maker is known', () => {
    const asked = (bytes: Buffer): boolean => {
      const { facts, contents } = factsOf(bytesOf(bytes), 'a.mp4', 'video/mp4', NEEDS, false);
      return contents !== undefined && needsExiftool(facts, contents);
    };
    expect(asked(video({ userData: [box('CNTH', Buffer.alloc(20))] }))).toBe(true);
    expect(asked(video({ userData: [box('CNTH'), internationalText('\u00a9mak', 'Canon')], created: SUMMER }))).toBe(
      false,
    );
    expect(asked(video({ created: SUMMER }))).toBe(false);
    expect(asked(video().subarray(0, 60))).toBe(true);
  });
});

describe('facts of other formats', () => {
  const iptc = (entries: Record<number, string>): Buffer =>
    Buffer.concat(
      Object.entries(entries).map(([number, text]) =>
        Buffer.concat([Buffer.from([0x1c, 2, Number(number)]), u16(text.length), Buffer.from(text, 'latin1')]),
      ),
    );
  const resource = (number: number, content: Buffer): Buffer =>
    Buffer.concat([
      Buffer.from('8BIM'),
      u16(number),
      u16(0),
      u32(content.length),
      content,
      Buffer.alloc(content.length & 1),
    ]);

  it('are the size, EXIF, XMP and IPTC of Photoshop', () => {
    const resources = Buffer.concat([
      resource(0x03ed, Buffer.alloc(3)),
      resource(0x0404, iptc({ 80: 'Ann', 55: '20090909', 60: '170000+0100' })),
      resource(0x0424, Buffer.from(xmpPacket({ 'xmp:Rating': '3' }))),
    ]);
    const header = Buffer.concat([
      Buffer.from('8BPS'),
      u16(1),
      Buffer.alloc(6),
      u16(3),
      u32(12),
      u32(10),
      u16(8),
      u16(3),
    ]);
    expect(read(Buffer.concat([header, u32(0), u32(resources.length), resources]))).toMatchObject({
      mediaType: 'image/vnd.adobe.photoshop',
      width: 10,
      height: 12,
      rating: 3,
      creator: 'Ann',
      captured: { local: '2009-09-09T17:00:00', offset: '+01:00', source: 'IPTC:DateCreated' },
    });
  });

  it('are the size of JPEG 2000, in boxes and bare', () => {
    const siz = Buffer.concat([u32(0xff4fff51), u32(0x00290000), u32(110), u32(220), u32(10), u32(20)]);
    expect(read(siz)).toMatchObject({ mediaType: 'image/j2c', width: 100, height: 200 });
    const boxed = Buffer.concat([
      box('jP  ', u32(0x0d0a870a)),
      box('ftyp', Buffer.from('jp2 \0\0\0\0jp2 ')),
      box('jp2h', box('ihdr', u32(33), u32(44), Buffer.alloc(6))),
    ]);
    expect(read(boxed)).toMatchObject({ mediaType: 'image/jp2', width: 44, height: 33 });
  });

  it('are the sizes of icons, PCX and Netpbm', () => {
    const icon = Buffer.alloc(40);
    icon.writeUInt32BE(0x0100);
    icon.writeUInt16LE(1, 4);
    icon[6] = 48;
    icon.writeUInt32LE(22, 18);
    expect(read(icon)).toMatchObject({ mediaType: 'image/x-icon', width: 48, height: 256 });
    const pcx = Buffer.alloc(128);
    pcx.set([10, 5, 1, 8]);
    pcx.writeUInt16LE(319, 8);
    pcx.writeUInt16LE(199, 10);
    expect(read(pcx)).toMatchObject({ mediaType: 'image/x-pcx', width: 320, height: 200 });
    expect(read(Buffer.from('P5\n# made by hand\n32 16\n255\n'))).toMatchObject({ width: 32, height: 16 });
  });

  it('are the picture within the borders of a Panasonic raw', () => {
    const maker = new TiffMaker();
    const borders = [maker.short(4, 8), maker.short(5, 16), maker.short(6, 2008), maker.short(7, 3016)];
    const bytes = maker.block({ ifd0: [...borders, maker.text(0x010f, 'Panasonic'), maker.short(0x0112, 1)] });
    bytes[2] = 0x55;
    expect(read(bytes)).toMatchObject({
      mediaType: 'image/x-panasonic-rw2',
      width: 3000,
      height: 2000,
      camera: { make: 'Panasonic' },
    });
  });

  it('have XMP and IPTC of a JPEG where EXIF says no time, and not where it does', () => {
    const xmp = jpegSegment(
      0xe1,
      Buffer.from(`http://ns.adobe.com/xap/1.0/\0${xmpPacket({ 'xmp:CreateDate': '2015-06-29T18:15:36+01:00' })}`),
    );
    const photoshop = Buffer.concat([
      Buffer.from('Photoshop 3.0\0'),
      resource(0x0404, iptc({ 5: 'A title', 55: '20180112', 60: '211913' })),
    ]);
    const segments = [xmp, jpegSegment(0xed, photoshop)];
    expect(read(jpeg({ segments }))).toMatchObject({ title: 'A title', captured: { source: 'IPTC:DateCreated' } });
    expect(read(jpeg({ segments: [xmp] })).captured).toEqual({
      local: '2015-06-29T18:15:36',
      offset: '+01:00',
      source: 'XMP:CreateDate',
    });
    expect(read(jpeg({ exif: cameraExif(), segments })).captured?.source).toBe('EXIF:DateTimeOriginal');
  });

  it('have XMP of PNG, WebP and a sidecar', () => {
    const packet = xmpPacket({ 'tiff:Make': 'Canon', 'xmp:CreateDate': '2015-06-29T18:15:36' });
    const expected = { camera: { make: 'Canon' }, captured: { local: '2015-06-29T18:15:36', offset: null } };
    expect(read(png(3, 4, [pngChunk('iTXt', Buffer.from(`XML:com.adobe.xmp\0\0\0\0\0${packet}`))]))).toMatchObject(
      expected,
    );
    const canvas = Buffer.from([0x04, 0, 0, 0, 9, 0, 0, 9, 0, 0]);
    expect(
      read(
        riff('WEBP', [
          ['VP8X', canvas],
          ['XMP ', Buffer.from(packet)],
        ]),
      ),
    ).toMatchObject(expected);
    expect(read(Buffer.from(packet), 'application/rdf+xml')).toMatchObject(expected);
  });

  it('say the turn of a HEIC', () => {
    // The maker's `irot` is one quarter anti-clockwise.
    expect(read(heic(4032, 3024, cameraExif()))).toMatchObject({ width: 4032, height: 3024, rotation: 270 });
  });
});

describe('any bytes', () => {
  const seeds = [
    video({ keys: { 'com.apple.quicktime.make': 'Apple' }, userData: [internationalText('\u00a9xyz', '+1.0+2.0/')] }),
    heic(40, 30, cameraExif()),
    jpeg({
      exif: cameraExif(),
      segments: [jpegSegment(0xe1, Buffer.from(`http://ns.adobe.com/xap/1.0/\0${xmpPacket({})}`))],
    }),
    cameraExif(new TiffMaker(false)),
    Buffer.concat([box('jP  ', u32(0x0d0a870a)), box('ftyp', Buffer.from('jp2 ')), box('jp2h', box('ihdr', u32(33)))]),
  ];

  it('in a known format are read without a throw, whatever is changed in them', () => {
    const change = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(fc.constantFrom(...seeds), fc.array(change, { maxLength: 12 }), fc.nat(), (seed, changes, cut) => {
        const bytes = Buffer.from(seed.subarray(0, cut % 3 === 0 ? cut % (seed.length + 1) : seed.length));
        for (const [at, value] of changes) if (bytes.length > 0) bytes[at % bytes.length] = value;
        const { latitude = 0, longitude = 0 } = read(bytes).location ?? {};
        return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180;
      }),
      { numRuns: 2000 },
    );
  });
});
