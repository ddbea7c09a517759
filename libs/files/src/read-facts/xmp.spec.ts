import { type Problem } from '@assay/inspection';
import { xmpPacket } from '../../../../test/metadata/made-videos';
import { readXmp } from './xmp';
import { xmpDescription, xmpLocation, xmpTime } from './xmp-facts';

const read = (text: string) => readXmp(Buffer.from(text));

describe('an XMP packet', () => {
  it('says properties as attributes, as elements, and as the first item of a list', () => {
    const xmp = read(
      xmpPacket(
        { 'xmp:Rating': '4', 'tiff:Make': 'Canon' },
        `<tiff:Model>EOS R5</tiff:Model>
         <dc:title><rdf:Alt><rdf:li xml:lang="x-default">A &amp; B</rdf:li><rdf:li xml:lang="de">C</rdf:li></rdf:Alt></dc:title>
         <dc:creator><rdf:Seq> <rdf:li> Ann </rdf:li><rdf:li>Bob</rdf:li></rdf:Seq></dc:creator>
         <dc:rights><![CDATA[© Ann]]></dc:rights>`,
      ),
    );
    expect(xmpDescription(xmp)).toEqual({ rating: 4, title: 'A & B', creator: 'Ann', copyright: '© Ann' });
    expect(xmp.get('tiff:Model')).toBe('EOS R5');
  });

  it('does not take properties of a structure inside for those of the picture', () => {
    const inner = `<photoshop:History><rdf:Seq><rdf:li rdf:parseType="Resource"><xmp:CreateDate>1999-01-01T00:00:00</xmp:CreateDate>
      </rdf:li></rdf:Seq></photoshop:History>`;
    expect(read(xmpPacket({}, inner)).has('xmp:CreateDate')).toBe(false);
  });

  it('knows a property by its namespace, whatever the prefix', () => {
    const text = xmpPacket({}).replace('xmlns:exif=', 'xmlns:zz=').replace('rdf:about=""', 'zz:GPSLatitude="1,2N"');
    expect(read(text).get('exif:GPSLatitude')).toBe('1,2N');
  });

  it.each(['utf16le', 'utf16be'])('may be written in %s', (encoding) => {
    const bytes = Buffer.from(`\ufeff${xmpPacket({ 'tiff:Make': 'Canon' })}`, 'utf16le');
    expect(readXmp(encoding === 'utf16le' ? bytes : bytes.swap16()).get('tiff:Make')).toBe('Canon');
  });

  it('is read up to where it breaks off', () => {
    const whole = xmpPacket({ 'tiff:Make': 'Canon' }, '<tiff:Model>EOS R5</tiff:Model>');
    expect(read(whole.slice(0, whole.indexOf('</tiff:Model>'))).get('tiff:Make')).toBe('Canon');
    for (let length = 0; length < whole.length; length += 7) expect(() => read(whole.slice(0, length))).not.toThrow();
  });

  it('expands no entity but those of XML', () => {
    const bomb = `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>`;
    const make = read(bomb + xmpPacket({}, '<tiff:Make>&b;&c;</tiff:Make>')).get('tiff:Make') ?? '';
    expect(make).not.toContain('aaaa');
    expect(make).not.toContain('root:');
  });

  it('is left where it is nested without end, full of errors, or no XML', () => {
    const nested = xmpPacket({ 'tiff:Make': 'Canon' }, '<a>'.repeat(200_000));
    expect(read(nested).get('tiff:Make')).toBe('Canon');
    expect(read('<'.repeat(500_000)).size).toBe(0);
    expect(readXmp(Buffer.alloc(100_000, 0xff)).size).toBe(0);
    expect(readXmp(Buffer.alloc(0)).size).toBe(0);
  });
});

describe('facts of XMP', () => {
  const time = (value: string) => {
    const problems: Problem[] = [];
    const captured = xmpTime(new Map([['xmp:CreateDate', value]]), ['xmp:CreateDate'], problems);
    return [captured?.local, captured?.offset, problems.map(({ code }) => code)];
  };

  it.each([
    ['2014-04-27T12:42:47', '2014-04-27T12:42:47', null],
    ['2014-04-27T12:42:47.25+02:00', '2014-04-27T12:42:47.25', '+02:00'],
    ['2020-01-05T15:04Z', '2020-01-05T15:04:00', '+00:00'],
  ])('have the time %s', (value, local, offset) => {
    expect(time(value)).toEqual([local, offset, []]);
  });

  it('have no capture time of a day alone, and a problem for what is no date', () => {
    expect(time('2014-04-27')).toEqual([undefined, undefined, []]);
    expect(time('2014-02-30T10:00:00')).toEqual([undefined, undefined, ['impossible-date']]);
  });

  it.each([
    ['48,9.0032N', '11,34.5694E', 48.150053, 11.576157],
    ['33,51,35.4S', '151,12,40W', -33.859833, -151.211111],
    ['-33.5', '151.25', -33.5, 151.25],
    ['52.02N', '12.02E', 52.02, 12.02],
  ])('have the place %s %s', (latitude, longitude, north, east) => {
    const place = xmpLocation(
      new Map([
        ['exif:GPSLatitude', latitude],
        ['exif:GPSLongitude', longitude],
      ]),
    );
    expect(place?.latitude).toBeCloseTo(north, 5);
    expect(place?.longitude).toBeCloseTo(east, 5);
  });

  it.each([
    ['91,0N', '0,0E'],
    ['48,9', '11,34'],
    ['48,9E', '11,34N'],
    ['north', 'east'],
  ])('have no place of %s %s', (latitude, longitude) => {
    expect(
      xmpLocation(
        new Map([
          ['exif:GPSLatitude', latitude],
          ['exif:GPSLongitude', longitude],
        ]),
      ),
    ).toBeUndefined();
  });
});
