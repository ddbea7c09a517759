import { codesOf, fileWith, findingsOf, profileOf } from '../contract/rule-under-test';

const problems = [
  { code: 'truncated', message: 'The file ends before its metadata does.' },
  { code: 'impossible-date', message: 'DateTimeOriginal is 2024:02:30.' },
];

describe('the rule readable-metadata', () => {
  it('says nothing of a file that was read without a problem', () => {
    expect(codesOf('{ rule: readable-metadata }', fileWith())).toEqual([]);
  });

  it('makes one finding of each problem', () => {
    expect(findingsOf('{ rule: readable-metadata }', fileWith({ problems }))).toMatchObject([
      {
        code: 'unreadable-metadata',
        severity: 'must',
        message: 'The file ends before its metadata does.',
        value: 'truncated',
      },
      { code: 'unreadable-metadata', message: 'DateTimeOriginal is 2024:02:30.', value: 'impossible-date' },
    ]);
  });

  it('ignores what it is told to ignore', () => {
    const rule = '{ rule: readable-metadata, ignore: [impossible-date] }';
    expect(findingsOf(rule, fileWith({ problems }))).toMatchObject([{ value: 'truncated' }]);
    expect(codesOf(rule, fileWith({ problems: problems.slice(1) }))).toEqual([]);
  });

  it('cannot make a finding that a database or JSON refuses', () => {
    const [finding] = findingsOf(
      '{ rule: readable-metadata }',
      fileWith({ problems: [{ code: 'x', message: 'a\0\ud800' }] }),
    );
    expect(finding?.message).toBe('a\ufffd\ufffd');
  });

  it('needs all that readers read', () => {
    expect([...profileOf('{ rule: readable-metadata }').needs].sort()).toEqual(['dimensions', 'metadata', 'signature']);
  });
});
