import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv2020 from 'ajv/dist/2020';
import { parse } from 'yaml';
import { fileWith } from '../contract/rule-under-test';
import { RULE_KINDS } from '../rules/registry';
import { compileProfile } from './compile-profile';
import { parseProfile } from './parse-profile';
import { problemLine } from './problem';
import { profileSchema } from './profile-schema';

const folder = join(__dirname, '../../../../profiles');
const shipped = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
const validate = new Ajv2020({ strict: false }).compile(profileSchema());

describe('the published JSON Schema', () => {
  it('is the one in the folder of profiles; where this fails, run `npm run docs:profiles`', () => {
    const published = JSON.parse(readFileSync(join(folder, 'profile.schema.json'), 'utf8')) as unknown;
    expect(published).toEqual(profileSchema());
  });

  it.each(RULE_KINDS.map(({ kind, example }) => [kind, example]))('takes the example of %s', (_, example) => {
    const valid = validate({ name: 'x', version: '1', rules: [parse(example)] });
    expect(validate.errors ?? []).toEqual([]);
    expect(valid).toBe(true);
  });

  it.each([
    [{ name: 'x', version: 1, rules: [] }],
    [{ name: 'X', version: '1', rules: [] }],
    [{ name: 'x', version: '1', rules: [{ rule: 'sise' }] }],
    [{ name: 'x', version: '1', rules: [{ rule: 'size', mni: 1 }] }],
    [{ name: 'x', version: '1', rules: [{ rule: 'size', min: '1 parsec' }] }],
    [{ name: 'x', version: '1', rules: [], accept: { onConflict: 'rename' } }],
    [{ name: 'x', version: '1', rules: [], extra: 1 }],
  ])('refuses %j', (profile) => {
    expect(validate(profile)).toBe(false);
  });
});

describe('the shipped profiles', () => {
  const profileOf = (name: string) => {
    const result = parseProfile({ file: name, text: readFileSync(join(folder, name), 'utf8') });
    if (!result.ok) throw new Error(result.problems.map(problemLine).join('\n'));
    return compileProfile(result.definition);
  };

  it.each(shipped)('%s fits the schema', (name) => {
    expect(validate(parse(readFileSync(join(folder, name), 'utf8')))).toBe(true);
  });

  it('photos takes a good photo, and keeps its path', () => {
    const profile = profileOf('photos.yaml');
    const photo = fileWith({
      width: 6000,
      height: 4000,
      captured: { local: '2024-02-29T12:34:56', offset: null, source: 'EXIF:DateTimeOriginal' },
    });
    expect(profile.inspect(photo)).toEqual({ findings: [], verdict: 'pass' });
    expect(profile.dispose(photo, profile.inspect(photo))).toMatchObject({ action: 'accept', to: photo.path });
  });

  it.each([
    [
      'a text file',
      fileWith({ mediaType: 'text/plain', extension: 'txt' }),
      ['media-type-not-allowed', 'fact-missing'],
    ],
    [
      'a PNG called .jpg',
      fileWith({ mediaType: 'image/png', width: 999, height: 999 }),
      ['extension-disagrees', 'fact-missing'],
    ],
    ['a thumbnail', fileWith({ width: 60, height: 40 }), ['dimensions-too-small', 'fact-missing']],
    [
      'an empty file',
      fileWith({ mediaType: 'inode/x-empty' }, { size: 0 }),
      ['media-type-not-allowed', 'empty', 'fact-missing'],
    ],
  ])('photos refuses %s', (_, file, codes) => {
    const inspection = profileOf('photos.yaml').inspect(file);
    expect(inspection.verdict).toBe('fail');
    expect(inspection.findings.map(({ code }) => code)).toEqual(codes);
  });

  const image = { width: 640, height: 480 };
  const unique = { copyOf: { scan: null, accepted: null } };

  it('training-images takes an image of a usual shape, and keeps its path', () => {
    const profile = profileOf('training-images.yaml');
    const cat = fileWith(image, { path: 'cats/1.jpg', ...unique });
    expect(profile.inspect(cat)).toEqual({ findings: [], verdict: 'pass' });
    expect(profile.dispose(cat, profile.inspect(cat))).toMatchObject({ action: 'accept', to: 'cats/1.jpg' });
    expect([...profile.compares].sort()).toEqual(['accepted', 'scan']);
    expect([...profile.needs]).not.toContain('digest');
  });

  it.each([
    ['a GIF', fileWith({ ...image, mediaType: 'image/gif', extension: 'gif' }), ['media-type-not-allowed']],
    ['an icon', fileWith({ width: 64, height: 64 }), ['dimensions-too-small']],
    ['one of unknown size', fileWith({}), ['dimensions-unknown', 'megapixels-unknown', 'unusual-shape']],
    ['a banner', fileWith({ width: 900, height: 300 }), ['unusual-shape']],
    ['a large wide one', fileWith({ width: 2000, height: 1000 }), []],
    [
      'a picture with its place',
      fileWith({ ...image, location: { latitude: 1, longitude: 2, source: 'EXIF:GPS' } }),
      ['has-location'],
    ],
    ['a serial number', fileWith({ ...image, camera: { serial: '1' } }), ['has-serial-number']],
    ['a broken one', fileWith({ ...image, problems: [{ code: 'truncated', message: 'x' }] }), ['unreadable-metadata']],
    [
      'a copy',
      fileWith(image, { copyOf: { scan: { path: 'a.jpg', scan: null }, accepted: null } }),
      ['duplicate-content'],
    ],
  ])('training-images says of %s %j', (_, file, codes) => {
    const { findings, verdict } = profileOf('training-images.yaml').inspect(file);
    expect(findings.map(({ code }) => code)).toEqual(codes);
    expect(verdict).toBe(findings.some(({ severity }) => severity === 'must') ? 'fail' : 'pass');
  });

  it('any-file fails no file', () => {
    const profile = profileOf('any-file.yaml');
    for (const file of [fileWith({ mediaType: 'image/png' }), fileWith({ mediaType: 'inode/x-empty' }, { size: 0 })])
      expect(profile.inspect(file)).toMatchObject({ verdict: 'pass', findings: [{ severity: 'should' }] });
  });

  it.each(shipped)('the rules and templates that %s shows in comments work when they are taken in', (name) => {
    const text = readFileSync(join(folder, name), 'utf8');
    for (const [, template = ''] of text.matchAll(/^\s*# to: "(.*)"$/gm))
      expect(
        parseProfile({
          file: 'x.yaml',
          text: `name: x\nversion: "1"\nrules: []\naccept: { to: ${JSON.stringify(template)} }\n`,
        }),
      ).toMatchObject({ ok: true });
    const rules = [...text.matchAll(/^ {2}# (- rule: | {2}\w+: )(.*)$/gm)]
      .map(([line]) => line.replace('# ', ''))
      .join('\n');
    if (rules !== '')
      expect(parseProfile({ file: 'x.yaml', text: `name: x\nversion: "1"\nrules:\n${rules}\n` })).toMatchObject({
        ok: true,
      });
  });
});
