import { codesOf, fileWith, findingsOf, profileOf } from '../contract/rule-under-test';

const FEW = 'megapixels-too-few';
const MANY = 'megapixels-too-many';

describe('the rule megapixels', () => {
  it.each([
    ['{ rule: megapixels, min: 12 }', [4000, 3000], []],
    ['{ rule: megapixels, min: 12 }', [3000, 4000], []],
    ['{ rule: megapixels, min: 12 }', [3999, 3000], [FEW]],
    ['{ rule: megapixels, max: 12 }', [4000, 3000], []],
    ['{ rule: megapixels, max: 12 }', [4001, 3000], [MANY]],
    ['{ rule: megapixels, min: 0.3, max: 0.3 }', [600, 500], []],
    ['{ rule: megapixels, min: 0.3 }', [599, 500], [FEW]],
    ['{ rule: megapixels, min: 1.1 }', [1100, 1000], []],
    ['{ rule: megapixels, min: 0 }', [0, 0], []],
  ])('%s of %j says %j', (rule, [width = 0, height = 0], codes) => {
    expect(codesOf(rule, fileWith({ width, height }))).toEqual(codes);
  });

  it('says that the dimensions are unknown, unless that is allowed', () => {
    expect(codesOf('{ rule: megapixels, min: 1 }', fileWith({ width: 5 }))).toEqual(['megapixels-unknown']);
    expect(codesOf('{ rule: megapixels, min: 1, unknown: allow }', fileWith())).toEqual([]);
  });

  it('names the pixels and the bound', () => {
    expect(findingsOf('{ rule: megapixels, min: 12.5 }', fileWith({ width: 6016, height: 2008 }))).toMatchObject([
      { message: 'The picture has 12.1 megapixels (6016 × 2008); at least 12.5 are expected.', value: 12.080128 },
    ]);
  });

  it('needs the dimensions and nothing more', () => {
    expect([...profileOf('{ rule: megapixels, min: 1 }').needs]).toEqual(['signature', 'dimensions']);
  });

  it.each([
    ['{ rule: megapixels }', 'neither `min` nor `max`'],
    ['{ rule: megapixels, min: 2, max: 1.5 }', 'no file can pass'],
    ['{ rule: megapixels, min: -1 }', 'at least 0'],
    ['{ rule: megapixels, min: 12 MP }', 'a number is expected'],
  ])('refuses %s', (rule, said) => {
    expect(() => profileOf(rule)).toThrow(said);
  });
});
