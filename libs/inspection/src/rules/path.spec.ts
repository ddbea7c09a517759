import { codesOf, fileWith, findingsOf, profileOf } from '../contract/rule-under-test';

const at = (path: string) => fileWith({}, { path });

describe('the rule path', () => {
  it.each([
    ['{ rule: path, depth: { max: 1 } }', 'a.jpg', []],
    ['{ rule: path, depth: { max: 1 } }', 'x/a.jpg', []],
    ['{ rule: path, depth: { max: 1 } }', 'x/y/a.jpg', ['path-too-deep']],
    ['{ rule: path, depth: { max: 0 } }', 'x/a.jpg', ['path-too-deep']],
    ['{ rule: path, depth: { min: 1 } }', 'a.jpg', ['path-too-flat']],
    ['{ rule: path, depth: { min: 1, max: 1 } }', 'x/a.jpg', []],
    ['{ rule: path, maxBytes: 5 }', 'a/b.c', []],
    ['{ rule: path, maxBytes: 5 }', 'a/bb.c', ['path-too-long']],
    ['{ rule: path, maxBytes: 5 }', 'ä/b.c', ['path-too-long']],
    ['{ rule: path, maxBytes: 6 }', 'ä/b.c', []],
    ['{ rule: path, maxBytes: 4 }', '😀', []],
    ['{ rule: path, maxBytes: 3 }', '😀', ['path-too-long']],
    ['{ rule: path, maxBytes: 1 }', '\udcff', []],
    ['{ rule: path, maxSegmentBytes: 3 }', 'abc/abc/abc', []],
    ['{ rule: path, maxSegmentBytes: 3 }', 'abc/abcd/abc', ['path-segment-too-long']],
    ['{ rule: path, maxSegmentBytes: 3 }', 'abc/abé', ['path-segment-too-long']],
    [
      '{ rule: path, depth: { max: 1 }, maxBytes: 5, maxSegmentBytes: 3 }',
      'a/b/abcd',
      ['path-too-deep', 'path-too-long', 'path-segment-too-long'],
    ],
  ])('%s of %j says %j', (rule, path, codes) => {
    expect(codesOf(rule, at(path))).toEqual(codes);
  });

  it('names what it counted', () => {
    expect(
      findingsOf('{ rule: path, depth: { max: 0 }, maxBytes: 4, maxSegmentBytes: 3 }', at('x/café')),
    ).toMatchObject([
      { message: 'The file lies in 1 folder; at most 0 are allowed.', value: 1 },
      { message: 'The path has 7 bytes; at most 4 are allowed.', value: 7 },
      { message: 'A name in the path has 5 bytes; at most 3 are allowed.', value: 'café' },
    ]);
  });

  it('reads nothing of the file', () => {
    expect([...profileOf('{ rule: path, maxBytes: 9 }').needs]).toEqual(['signature']);
  });

  it.each([
    ['{ rule: path }', 'bounds nothing'],
    ['{ rule: path, depth: {} }', 'bounds nothing'],
    ['{ rule: path, depth: { min: 2, max: 1 } }', 'no file can pass'],
    ['{ rule: path, maxBytes: 0 }', 'at least 1'],
    ['{ rule: path, depth: 3 }', 'a map is expected'],
  ])('refuses %s', (rule, said) => {
    expect(() => profileOf(rule)).toThrow(said);
  });
});
