import { codesOf, fileWith, findingsOf, profileOf } from '../contract/rule-under-test';

const JPEG = '{ rule: media-type, allow: [image/jpeg] }';
const PNG = '{ rule: media-type, allow: [image/png] }';
const LARGE = '{ rule: size, min: 1 MB }';
const file = (mediaType: string, size: number) => fileWith({ mediaType }, { size });
const NONE = ['no-alternative'];

describe('the rule any-of', () => {
  it.each([
    [`{ rule: any-of, rules: [${JPEG}, ${PNG}] }`, file('image/jpeg', 5), []],
    [`{ rule: any-of, rules: [${JPEG}, ${PNG}] }`, file('image/png', 5), []],
    [`{ rule: any-of, rules: [${JPEG}, ${PNG}] }`, file('image/gif', 5), NONE],
    [`{ rule: any-of, rules: [${JPEG}, ${LARGE}] }`, file('image/gif', 5e6), []],
    [`{ rule: any-of, rules: [${PNG}, { rule: all-of, rules: [${JPEG}, ${LARGE}] }] }`, file('image/jpeg', 5e6), []],
    [`{ rule: any-of, rules: [${PNG}, { rule: all-of, rules: [${JPEG}, ${LARGE}] }] }`, file('image/jpeg', 5), NONE],
    [`{ rule: any-of, rules: [${PNG}, { rule: any-of, rules: [${JPEG}, ${LARGE}] }] }`, file('image/gif', 5), NONE],
    [`{ rule: any-of, rules: [${PNG}, { rule: not, that: ${LARGE}, message: L }] }`, file('image/gif', 5), []],
  ])('%s of %j says %j', (rule, of, codes) => {
    expect(codesOf(rule, of)).toEqual(codes);
  });

  it('says of each alternative why it failed, and how to mend it', () => {
    const rule = `{ rule: any-of, rules: [{ rule: media-type, allow: [image/png], fix: Send PNG. }, { rule: size, min: 1 MB, code: web-size }] }`;
    expect(findingsOf(rule, file('image/jpeg', 5000))).toEqual([
      {
        code: 'no-alternative',
        severity: 'must',
        message:
          'None of 2 alternatives holds. 1. media-type: The content is image/jpeg; allowed: image/png. 2. size: The file has 5 kB; at least 1 MB are expected.',
        fix: 'One of these: 1. Send PNG. 2. Check that the file was exported and transferred whole, and deliver it again in an allowed size.',
        value: 'media-type-not-allowed, web-size',
      },
    ]);
  });

  it('has one severity, code and fix for the whole', () => {
    const rule = `{ rule: any-of, severity: should, code: odd, fix: Ask us., rules: [${PNG}, ${LARGE}] }`;
    expect(findingsOf(rule, file('image/jpeg', 5))).toMatchObject([
      { severity: 'should', code: 'odd', fix: 'Ask us.' },
    ]);
  });

  it('keeps its finding small, whatever the alternatives say', () => {
    const many = Array.from({ length: 20 }, () => '{ rule: name-pattern, allow: ["x"] }').join();
    const [finding] = findingsOf(
      `{ rule: any-of, rules: [${many}] }`,
      fileWith({}, { path: '\ud83d\ude00'.repeat(200) }),
    );
    expect(finding?.message.length).toBeLessThanOrEqual(2001);
    expect(finding?.message.isWellFormed()).toBe(true);
  });

  it('needs what any of its rules needs, however deep', () => {
    const rule = `{ rule: any-of, rules: [{ rule: digest }, { rule: all-of, rules: [{ rule: not, message: x, that: { rule: required-facts, facts: [captured] } }] }] }`;
    expect([...profileOf(rule).needs].sort()).toEqual(['digest', 'metadata', 'signature']);
  });

  it.each([
    ['{ rule: any-of }', '`rules[0].rules` is missing'],
    [`{ rule: any-of, rules: [${JPEG}] }`, 'at least 2 entries'],
    [`{ rule: any-of, rules: [${JPEG}, { rule: sise }] }`, 'Did you mean `size`?'],
    [`{ rule: any-of, rules: [${JPEG}, { rule: size, mni: 1 }] }`, '`rules[0].rules[1]` has no field `mni`'],
    [`{ rule: any-of, rules: [${JPEG}, { rule: size, mni: 1 }] }`, 'Did you mean `min`?'],
    [`{ rule: any-of, rules: [${JPEG}, { rule: size }] }`, '`rules[0].rules[1]`: the rule `size` has neither'],
    [`{ rule: any-of, rules: [${JPEG}, { rule: size, min: 1, severity: must }] }`, 'has no field `severity`'],
    [
      `{ rule: any-of, rules: [${JPEG}, { rule: not, message: x, that: { rule: size, min: a } }] }`,
      'rules[1].that.min',
    ],
    [`${'{ rule: all-of, rules: ['.repeat(60)}${JPEG}${'] }'.repeat(60)}`, 'nested too deeply'],
    ['&a { rule: all-of, rules: [*a] }', 'nested too deeply'],
  ])('refuses %s', (rule, said) => {
    expect(() => profileOf(rule)).toThrow(said);
  });
});
