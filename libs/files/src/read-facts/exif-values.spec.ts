import { type Problem } from '@assay/inspection';
import { captureTime } from './capture-time';
import { cleanText } from './clean-text';
import { location } from './location';

describe('capture time', () => {
  const of = (tags: [number, unknown][]) => {
    const problems: Problem[] = [];
    return {
      captured: captureTime({ ifd0: new Map(), exif: new Map(tags), gps: new Map() }, problems),
      codes: problems.map((problem) => problem.code),
    };
  };
  const original = (text: unknown) => of([[0x9003, text]]);

  it.each([
    ['2024:02:29 12:34:56', '2024-02-29T12:34:56', null],
    ['2024-02-29T12:34:56', '2024-02-29T12:34:56', null],
    ['2024/02/29 12:34:56', '2024-02-29T12:34:56', null],
    ['2000:02:29 00:00:00', '2000-02-29T00:00:00', null],
    ['1969:12:31 23:59:59', '1969-12-31T23:59:59', null],
    ['2024:1:2 3:04:05', '2024-01-02T03:04:05', null],
    ['2024:02:29 12:34', '2024-02-29T12:34:00', null],
    ['2024:02:29 12:34:56.25', '2024-02-29T12:34:56.25', null],
    ['2024:02:29 12:34:56+05:30', '2024-02-29T12:34:56', '+05:30'],
    ['2024-02-29T12:34:56Z', '2024-02-29T12:34:56', '+00:00'],
    ['2024:02:29 12:34:56\0\0garbage', '2024-02-29T12:34:56', null],
  ])('of %j is %s, offset %s', (text, local, offset) => {
    expect(original(text)).toEqual({ captured: { local, offset, source: 'EXIF:DateTimeOriginal' }, codes: [] });
  });

  it.each([
    '0000:00:00 00:00:00',
    '2023:02:29 12:00:00',
    '2023:02:30 12:00:00',
    '1900:02:29 12:00:00',
    '2023:04:31 12:00:00',
    '2023:13:01 12:00:00',
    '2023:00:10 12:00:00',
    '2023:01:01 24:00:00',
    '2023:01:01 12:60:00',
    '2023:01:01 12:00:61',
    'yesterday',
    '2023:01:01',
  ])('is not made of %j, which is a problem', (text) => {
    expect(original(text)).toEqual({ captured: undefined, codes: ['impossible-date'] });
  });

  it.each(['    :  :     :  :  ', '', '   ', undefined, 42])('is unknown for %j, which is no problem', (text) => {
    expect(original(text)).toEqual({ captured: undefined, codes: [] });
  });

  it('is the digitized one where the original is impossible, and says both', () => {
    const { captured, codes } = of([
      [0x9003, '0000:00:00 00:00:00'],
      [0x9004, '2010:05:06 07:08:09'],
      [0x9291, '11'],
      [0x9292, '22'],
      [0x9011, '+01:00'],
      [0x9012, '-03:30'],
    ]);
    expect(captured).toEqual({ local: '2010-05-06T07:08:09.22', offset: '-03:30', source: 'EXIF:CreateDate' });
    expect(codes).toEqual(['impossible-date']);
  });

  it.each([
    ['+14:00', '+14:00'],
    ['-0930', '-09:30'],
    ['Z', '+00:00'],
    ['+15:00', null],
    ['+01:60', null],
    ['   :  ', null],
    ['local', null],
  ])('has of the offset %j the offset %s', (text, offset) => {
    const { captured } = of([
      [0x9003, '2024:01:01 00:00:00'],
      [0x9011, text],
    ]);
    expect(captured?.offset).toBe(offset);
  });

  it.each([
    ['7', '.7'],
    ['007', '.007'],
    ['50  ', '.50'],
    ['ab', ''],
    ['1234567890', ''],
  ])('has of the sub-seconds %j "%s"', (text, fraction) => {
    const { captured } = of([
      [0x9003, '2024:01:01 00:00:00'],
      [0x9291, text],
    ]);
    expect(captured?.local).toBe(`2024-01-01T00:00:00${fraction}`);
  });
});

describe('location', () => {
  const of = (ref: [unknown, unknown], degrees: [unknown, unknown], more: [number, unknown][] = []) => {
    const problems: Problem[] = [];
    const tags: [number, unknown][] = [[1, ref[0]], [2, degrees[0]], [3, ref[1]], [4, degrees[1]], ...more];
    return { place: location(new Map(tags), problems), codes: problems.map((problem) => problem.code) };
  };

  it.each([
    [['N', 'E'], 10.5, 20.25],
    [['S', 'W'], -10.5, -20.25],
    [['south', ' w'], -10.5, -20.25],
  ] as const)('is signed by %j', (ref, latitude, longitude) => {
    expect(
      of(
        [...ref],
        [
          [10, 30, 0],
          [20, 15],
        ],
      ),
    ).toEqual({
      place: { latitude, longitude, source: 'EXIF:GPS' },
      codes: [],
    });
  });

  it('is absent where a part of it is 0/0 or x/0', () => {
    for (const bad of [
      [NaN, NaN, NaN],
      [10, NaN, 0],
      [10, 0, NaN],
      [Infinity, 0, 0],
      [10, Infinity, 0],
      [],
      'x',
      undefined,
    ])
      expect(of(['N', 'E'], [bad, [1, 2, 3]])).toEqual({ place: undefined, codes: [] });
  });

  it('is a problem where there is no such place, or no hemisphere', () => {
    expect(
      of(
        ['N', 'E'],
        [
          [91, 0, 0],
          [1, 0, 0],
        ],
      ).codes,
    ).toEqual(['impossible-location']);
    expect(
      of(
        ['N', 'E'],
        [
          [1, 0, 0],
          [180, 0, 1],
        ],
      ).codes,
    ).toEqual(['impossible-location']);
    expect(
      of(
        [undefined, 'E'],
        [
          [1, 0, 0],
          [1, 0, 0],
        ],
      ),
    ).toEqual({ place: undefined, codes: ['incomplete-location'] });
  });

  it('reaches the poles and the date line, and has no negative zero', () => {
    expect(of(['S', 'W'], [[90], [180]]).place).toMatchObject({ latitude: -90, longitude: -180 });
    expect(Object.is(of(['S', 'W'], [[0], [0]]).place?.latitude, 0)).toBe(true);
  });

  it.each([
    [Uint8Array.of(0), 12.5, 12.5],
    [Uint8Array.of(1), 12.5, -12.5],
    [1, 12.5, -12.5],
    [undefined, 12.5, 12.5],
    [Uint8Array.of(0), NaN, undefined],
    [Uint8Array.of(0), Infinity, undefined],
  ])('has with the reference %j and the altitude %d the altitude %d', (ref, stored, altitude) => {
    const { place } = of(
      ['N', 'E'],
      [[1], [2]],
      [
        [5, ref],
        [6, stored],
      ],
    );
    expect(place?.altitude).toBe(altitude);
  });
});

describe('text of metadata', () => {
  it.each([
    ['  NIKON CORPORATION  ', 'NIKON CORPORATION'],
    ['Canon\0\0junk', 'Canon'],
    ['a\u0007b\nc\u001b[31m', 'abc[31m'],
    ['photo\u202egpj.exe', 'photogpj.exe'],
    ['\ud83d\ude00', '\ud83d\ude00'],
    ['\ud83d', undefined],
    ['caf\ufffd', undefined],
    ['\0abc', undefined],
    ['   ', undefined],
    [17, undefined],
    [Buffer.from('bytes\0\0'), 'bytes'],
  ])('%j is %j', (value, text) => expect(cleanText(value)).toBe(text));

  it('is at most 200 characters, none of them cut in two', () => {
    const text = cleanText('😀'.repeat(300)) ?? '';
    expect([...text]).toHaveLength(200);
    expect(text.isWellFormed()).toBe(true);
  });
});
