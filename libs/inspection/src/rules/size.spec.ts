import { bytesOf, shownSize } from './byte-size';
import { codesOf, fileWith, findingsOf, profileOf } from '../contract/rule-under-test';

describe('the rule size', () => {
  it.each([
    ['{ rule: size, min: 10 kB }', 10_000, []],
    ['{ rule: size, min: 10 kB }', 9_999, ['too-small']],
    ['{ rule: size, min: 1 }', 0, ['empty']],
    ['{ rule: size, min: 0 }', 0, []],
    ['{ rule: size, max: 2MiB }', 2_097_152, []],
    ['{ rule: size, max: 2MiB }', 2_097_153, ['too-large']],
    ['{ rule: size, max: 2 MB }', 2_000_001, ['too-large']],
    ['{ rule: size, min: 5, max: 5 }', 5, []],
    ['{ rule: size, max: 1 kB }', 0, []],
  ])('%s says of %i bytes %j', (rule, size, codes) => {
    expect(codesOf(rule, fileWith({}, { size }))).toEqual(codes);
  });

  it('names the size and the bound', () => {
    expect(findingsOf('{ rule: size, min: 1 MB }', fileWith({}, { size: 2_500 }))).toMatchObject([
      { severity: 'must', message: 'The file has 2.5 kB; at least 1 MB are expected.', value: 2_500 },
    ]);
  });

  it.each([
    ['{ rule: size }', 'neither `min` nor `max`'],
    ['{ rule: size, min: 2 kB, max: 1999 }', 'no file can pass'],
    ['{ rule: size, min: -1 }', '`rules[0].min` is -1'],
    ['{ rule: size, min: 5 parsecs }', '10 kB'],
    ['{ rule: size, min: 1.5 }', '`rules[0].min` is 1.5'],
  ])('refuses %s', (rule, said) => {
    expect(() => profileOf(rule)).toThrow(said);
  });
});

describe('sizes as text', () => {
  it.each([
    ['1 B', 1],
    ['1kB', 1000],
    ['1 KB', 1000],
    ['1.5 MiB', 1_572_864],
    ['2 GiB', 2 ** 31],
    ['0.5 tb', 5e11],
    [7, 7],
  ])('%s is %i bytes', (text, bytes) => {
    expect(bytesOf(text)).toBe(bytes);
  });

  it.each([
    [999, '999 B'],
    [1000, '1 kB'],
    [1_234_567, '1.23 MB'],
    [5e15, '5000 TB'],
  ])('%i is shown as %s', (bytes, text) => {
    expect(shownSize(bytes)).toBe(text);
  });
});
