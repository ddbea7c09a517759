import { codesOf, fileWith, findingsOf, profileOf } from '../contract/rule-under-test';

const SMALL = 'dimensions-too-small';
const LARGE = 'dimensions-too-large';

describe('the rule dimensions', () => {
  it.each([
    ['{ rule: dimensions, width: { min: 100 } }', [100, 1], []],
    ['{ rule: dimensions, width: { min: 100 } }', [99, 500], [SMALL]],
    ['{ rule: dimensions, height: { max: 100 } }', [500, 100], []],
    ['{ rule: dimensions, height: { max: 100 } }', [50, 101], [LARGE]],
    ['{ rule: dimensions, longSide: { min: 100 } }', [10, 100], []],
    ['{ rule: dimensions, longSide: { min: 100 } }', [100, 10], []],
    ['{ rule: dimensions, longSide: { min: 100 } }', [99, 99], [SMALL]],
    ['{ rule: dimensions, shortSide: { min: 100 } }', [1000, 99], [SMALL]],
    ['{ rule: dimensions, shortSide: { max: 100 } }', [101, 101], [LARGE]],
    ['{ rule: dimensions, width: { min: 9 }, height: { min: 9 } }', [1, 1], [SMALL, SMALL]],
    ['{ rule: dimensions, width: { min: 5, max: 5 } }', [5, 5], []],
  ])('%s of %j says %j', (rule, [width = 0, height = 0], codes) => {
    expect(codesOf(rule, fileWith({ width, height }))).toEqual(codes);
  });

  it('says that the dimensions are unknown, unless that is allowed', () => {
    expect(codesOf('{ rule: dimensions, width: { min: 1 } }', fileWith())).toEqual(['dimensions-unknown']);
    expect(codesOf('{ rule: dimensions, width: { min: 1 } }', fileWith({ width: 5 }))).toEqual(['dimensions-unknown']);
    expect(codesOf('{ rule: dimensions, width: { min: 1 }, unknown: allow }', fileWith())).toEqual([]);
  });

  it('names the side, its pixels and the bound', () => {
    expect(
      findingsOf('{ rule: dimensions, longSide: { min: 1600 } }', fileWith({ width: 640, height: 480 })),
    ).toMatchObject([{ message: 'The long side is 640 px (640 × 480); at least 1600 px are expected.', value: 640 }]);
  });

  it('needs the dimensions and nothing more', () => {
    expect([...profileOf('{ rule: dimensions, width: { min: 1 } }').needs].sort()).toEqual(['dimensions', 'signature']);
  });

  it.each([
    ['{ rule: dimensions }', 'bounds no side'],
    ['{ rule: dimensions, width: {} }', 'bounds no side'],
    ['{ rule: dimensions, longSide: { min: 5, max: 4 } }', '`longSide.min` (5) is above `longSide.max` (4)'],
    ['{ rule: dimensions, longside: { min: 5 } }', 'Did you mean `longSide`?'],
    ['{ rule: dimensions, width: { min: 0.5 } }', 'a whole number'],
    ['{ rule: dimensions, width: 100 }', 'a map is expected'],
  ])('refuses %s', (rule, said) => {
    expect(() => profileOf(rule)).toThrow(said);
  });
});
