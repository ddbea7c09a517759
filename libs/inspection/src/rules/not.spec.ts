import { codesOf, fileWith, findingsOf, profileOf } from '../contract/rule-under-test';

const SCANNER =
  '{ rule: not, that: { rule: camera, allow: [{ make: "*scanner*" }] }, message: " Scans are not taken. " }';

describe('the rule not', () => {
  it.each([
    [SCANNER, 'ACME Scanner', ['unwanted']],
    [SCANNER, 'Canon', []],
    [SCANNER, undefined, []],
    [SCANNER.replace(' },', ', unknown: allow },'), undefined, ['unwanted']],
    [`{ rule: not, that: ${SCANNER}, message: Only scans. }`, 'ACME Scanner', []],
    [`{ rule: not, that: ${SCANNER}, message: Only scans. }`, 'Canon', ['unwanted']],
  ])('%s of the camera %s says %j', (rule, make, codes) => {
    expect(codesOf(rule, fileWith(make === undefined ? {} : { camera: { make } }))).toEqual(codes);
  });

  it('says what its author wrote', () => {
    expect(findingsOf(SCANNER, fileWith({ camera: { make: 'Scanner' } }))).toEqual([
      {
        code: 'unwanted',
        severity: 'must',
        message: 'Scans are not taken.',
        fix: 'Leave the file out, or change what the message says.',
      },
    ]);
  });

  it('needs what the other rule needs', () => {
    expect([...profileOf(SCANNER).needs]).toEqual(['signature', 'metadata']);
  });

  it.each([
    ['{ rule: not, that: { rule: size, min: 1 } }', '`rules[0].message` is missing'],
    ['{ rule: not, that: { rule: size, min: 1 }, message: " " }', 'at least 1 character'],
    ['{ rule: not, message: x }', '`rules[0].that`'],
    ['{ rule: not, that: size, message: x }', 'a map is expected'],
  ])('refuses %s', (rule, said) => {
    expect(() => profileOf(rule)).toThrow(said);
  });
});
