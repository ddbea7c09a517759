import { codesOf, fileWith, findingsOf, profileOf } from '../contract/rule-under-test';

const RULES =
  '[{ rule: size, min: 1 MB, fix: Send it whole. }, { rule: media-type, allow: [image/png], code: no-png }]';

describe('the rule all-of', () => {
  it.each([
    ['image/png', 2e6, []],
    ['image/png', 2, ['too-small']],
    ['image/jpeg', 2e6, ['no-png']],
    ['image/jpeg', 2, ['too-small', 'no-png']],
  ])('of two rules says of %s with %i bytes %j', (mediaType, size, codes) => {
    expect(codesOf(`{ rule: all-of, rules: ${RULES} }`, fileWith({ mediaType }, { size }))).toEqual(codes);
  });

  it('gives the findings of its rules with their own words and its own severity', () => {
    expect(findingsOf(`{ rule: all-of, severity: should, rules: ${RULES} }`, fileWith({}, { size: 2 }))).toMatchObject([
      { code: 'too-small', severity: 'should', fix: 'Send it whole.', value: 2 },
      {
        code: 'no-png',
        severity: 'should',
        fix: 'Deliver the file in one of the allowed formats; renaming it does not change what it is.',
      },
    ]);
  });

  it('replaces the words of its rules where it has words of its own', () => {
    const rule = `{ rule: all-of, code: odd, fix: Ask us., rules: ${RULES} }`;
    for (const finding of findingsOf(rule, fileWith({}, { size: 2 })))
      expect(finding).toMatchObject({ code: 'odd', fix: 'Ask us.' });
  });

  it.each([['{ rule: all-of, rules: [] }', 'at least 1 entry']])('refuses %s', (rule, said) => {
    expect(() => profileOf(rule)).toThrow(said);
  });
});
