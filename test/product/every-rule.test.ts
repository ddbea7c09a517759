import sharp from 'sharp';
import { Installation, digest } from '../installation';
import { expectAccounted } from './accounted';

/** Rules that the shipped profiles leave alone, and those made of others, in one profile. */
const PROFILE = `
name: every
version: "1"
settleSeconds: 0
rules:
  - { rule: megapixels, min: 0.05, max: 150 }
  - { rule: aspect-ratio, allow: ['3:2', '4:3'], tolerance: 0.02 }
  - { rule: location, box: { north: 50, south: 45, west: 5, east: 15 } }
  - rule: location
    code: outside-area
    unknown: allow
    area: { type: Polygon, coordinates: [[[5, 45], [10, 45], [10, 50], [5, 50], [5, 45]]] }
  - { rule: camera, allow: [{ make: Maker, model: 'Model*' }] }
  - { rule: path, depth: { max: 1 }, maxBytes: 40 }
  - { rule: digest, deny: [DENIED] }
  - rule: facts-schema
    schema: { properties: { width: { multipleOf: 8 } } }
  - rule: any-of
    code: neither
    rules: [{ rule: size, max: 100 B }, { rule: dimensions, longSide: { max: 700 } }]
  - rule: not
    code: is-png
    message: It is a PNG.
    that: { rule: media-type, allow: [image/png] }
  - { rule: unique-content, among: [scan] }
`;

interface Picture {
  width?: number;
  height?: number;
  make?: string;
  /** Degrees north and east; null: none. */
  at?: [latitude: number, longitude: number] | null;
  format?: 'jpeg' | 'png';
}

let made = 0;

/** A picture that passes, but for what is said. Each has other pixels. */
async function picture({ width = 320, height = 240, make = 'Maker', at = [47, 8], format = 'jpeg' }: Picture = {}) {
  made += 1;
  const place = at && {
    GPSLatitudeRef: 'N',
    GPSLatitude: `${at[0]}/1 0/1 0/1`,
    GPSLongitudeRef: 'E',
    GPSLongitude: `${at[1]}/1 0/1 0/1`,
  };
  return sharp({ create: { width, height, channels: 3, background: { r: made * 5, g: 100, b: 50 } } })
    .withExif({ IFD0: { Make: make, Model: 'Model 7' }, ...(place ? { IFD3: place } : {}) })
    .toFormat(format)
    .toBuffer();
}

describe('a profile with the less usual rules', () => {
  let installation: Installation;
  afterEach(() => installation.close());

  it('finds what each of them asks for, and nothing else', async () => {
    const denied = await picture();
    installation = await Installation.make({
      profiles: { 'every.yaml': PROFILE.replace('DENIED', digest(denied)) },
    });
    await installation.start({ subscribers: 1 });
    const good = await picture();
    const files: [path: string, bytes: Buffer, codes: string[]][] = [
      ['good.jpg', good, []],
      ['few.jpg', await picture({ width: 160, height: 120 }), ['megapixels-too-few']],
      ['wide.jpg', await picture({ width: 640 }), ['aspect-ratio-not-allowed']],
      ['nowhere.jpg', await picture({ at: null }), ['location-unknown']],
      ['outside.jpg', await picture({ at: [20, 8] }), ['location-outside', 'outside-area']],
      ['in-box-alone.jpg', await picture({ at: [47, 12] }), ['outside-area']],
      ['camera.jpg', await picture({ make: 'Other' }), ['camera-not-allowed']],
      ['one/two/deep.jpg', await picture(), ['path-too-deep']],
      [`one/${'x'.repeat(40)}.jpg`, await picture(), ['path-too-long']],
      ['denied.jpg', denied, ['digest-denied']],
      ['odd.jpg', await picture({ width: 300, height: 225 }), ['facts-unfit']],
      ['large.jpg', await picture({ width: 800, height: 600 }), ['neither']],
      ['drawn.png', await picture({ format: 'png' }), ['is-png']],
    ];
    for (const [path, bytes] of files) installation.write(`in/${path}`, bytes);
    installation.write('in/one/twin.jpg', good);
    const before = installation.tree('in');
    const { id } = await installation.scan({ directory: 'in', profile: 'every' });
    const { scan, rows } = await expectAccounted(installation, id, before);
    expect(scan.counts).toMatchObject({ found: 14, accepted: 1, quarantined: 13 });
    const codesOf = (path: string) => rows.get(path)?.findings.map(({ code }) => code);
    expect(files.map(([path]) => [path, codesOf(path)]).slice(1)).toEqual(
      files.map(([path, , codes]) => [path, codes]).slice(1),
    );
    const twins = [codesOf('good.jpg'), codesOf('one/twin.jpg')];
    expect(twins.sort((one, other) => (one?.length ?? 0) - (other?.length ?? 0))).toEqual([[], ['duplicate-content']]);
    for (const [path, bytes] of files)
      expect([path, rows.get(path)?.['facts']]).toMatchObject([path, { digest: `sha256:${digest(bytes)}` }]);
  });
});
