import { codesOf, fileWith, findingsOf, profileOf } from '../contract/rule-under-test';
import type { Camera } from '../facts';

const by = (camera: Camera) => fileWith({ camera });
const R5: Camera = { make: 'Canon', model: 'Canon EOS R5' };
const Z9: Camera = { make: 'NIKON CORPORATION', model: 'NIKON Z 9' };
const NOT = ['camera-not-allowed'];

describe('the rule camera', () => {
  it.each<[string, Camera, string[]]>([
    ['{ rule: camera, allow: [{ make: Canon }] }', R5, []],
    ['{ rule: camera, allow: [{ make: CANON }] }', R5, []],
    ['{ rule: camera, allow: [{ make: Can }] }', R5, NOT],
    ['{ rule: camera, allow: [{ make: Can* }] }', R5, []],
    ['{ rule: camera, allow: [{ model: "*eos r?" }] }', R5, []],
    ['{ rule: camera, allow: [{ make: Canon, model: "*EOS M*" }] }', R5, NOT],
    ['{ rule: camera, allow: [{ make: Canon, model: "*EOS M*" }, { make: NIKON* }] }', Z9, []],
    ['{ rule: camera, allow: [{ make: "{Canon,Nikon}*" }] }', Z9, []],
    ['{ rule: camera, allow: [{ make: Canon }] }', { model: 'Canon EOS R5' }, NOT],
    ['{ rule: camera, allow: [{ model: "*R5" }] }', { model: 'Canon EOS R5' }, []],
    ['{ rule: camera, deny: [{ make: NIKON* }] }', Z9, ['camera-denied']],
    ['{ rule: camera, deny: [{ make: NIKON* }] }', R5, []],
    ['{ rule: camera, allow: [{ make: "*" }], deny: [{ model: "*R5" }] }', R5, ['camera-denied']],
    ['{ rule: camera, allow: [{ model: "A*Z" }] }', { model: 'A/b\n/Z' }, []],
    ['{ rule: camera, allow: [{ model: "[!a]" }] }', { model: '/' }, []],
  ])('%s of %j says %j', (rule, camera, codes) => {
    expect(codesOf(rule, by(camera))).toEqual(codes);
  });

  it('says that the camera is unknown, unless that is allowed', () => {
    for (const file of [fileWith(), by({}), by({ make: '', model: '' }), by({ lens: 'RF50mm F1.2' })]) {
      expect(codesOf('{ rule: camera, allow: [{ make: "*" }] }', file)).toEqual(['camera-unknown']);
      expect(codesOf('{ rule: camera, allow: [{ make: "*" }], unknown: allow }', file)).toEqual([]);
    }
  });

  it('names the camera and what is allowed', () => {
    expect(findingsOf('{ rule: camera, allow: [{ make: Canon, model: "*R5*" }] }', by(Z9))).toMatchObject([
      {
        message: 'Taken by "NIKON CORPORATION NIKON Z 9", not by one of: Canon *R5*.',
        value: 'NIKON CORPORATION NIKON Z 9',
      },
    ]);
  });

  it('answers the same for each of thousands of cameras, again and again', () => {
    const profile = profileOf('{ rule: camera, allow: [{ model: "*7" }] }');
    for (let times = 0; times < 2; times += 1)
      for (let at = 0; at < 2000; at += 1)
        expect(profile.inspect(by({ model: `M${at}` })).verdict).toBe(at % 10 === 7 ? 'pass' : 'fail');
  });

  it('is not slowed by text made to make it backtrack', () => {
    const profile = profileOf(`{ rule: camera, allow: [{ model: '${'*a'.repeat(40)}b' }] }`);
    for (let times = 0; times < 20; times += 1)
      expect(profile.inspect(by({ model: `${times}${'a'.repeat(5000)}` })).verdict).toBe('fail');
  });

  it.each([
    ['{ rule: camera }', 'neither `allow` nor `deny`'],
    ['{ rule: camera, allow: [{}] }', 'neither `make` nor `model`'],
    ["{ rule: camera, allow: [{ make: '[a-' }] }", 'a `[` that is never closed'],
    ['{ rule: camera, allow: [{ maker: Canon }] }', 'Did you mean `make`?'],
    ['{ rule: camera, allow: [Canon] }', 'a map is expected'],
  ])('refuses %s', (rule, said) => {
    expect(() => profileOf(rule)).toThrow(said);
  });
});
