import { codesOf, fileWith, findingsOf, profileOf } from '../contract/rule-under-test';

const A = 'a'.repeat(64);
const B = 'b'.repeat(64);
const fileOf = (digest: string) => fileWith({ digest: `sha256:${digest}` });

describe('the rule digest', () => {
  it.each([
    ['{ rule: digest }', A, []],
    [`{ rule: digest, allow: [${A}] }`, A, []],
    [`{ rule: digest, allow: ['sha256:${A}'] }`, A, []],
    [`{ rule: digest, allow: [${A.toUpperCase()}] }`, A, []],
    [`{ rule: digest, allow: [${A}] }`, B, ['digest-not-listed']],
    [`{ rule: digest, deny: [${A}] }`, A, ['digest-denied']],
    [`{ rule: digest, deny: [${A}] }`, B, []],
    [`{ rule: digest, allow: [${A}], deny: [${A}] }`, A, ['digest-denied']],
  ])('%s of %s says %j', (rule, digest, codes) => {
    expect(codesOf(rule, fileOf(digest))).toEqual(codes);
  });

  it('says that the digest is unknown, unless that is allowed', () => {
    expect(codesOf('{ rule: digest }', fileWith())).toEqual(['digest-unknown']);
    expect(codesOf('{ rule: digest, unknown: allow }', fileWith())).toEqual([]);
  });

  it('names the digest', () => {
    expect(findingsOf(`{ rule: digest, allow: [${A}] }`, fileOf(B))).toMatchObject([{ value: `sha256:${B}` }]);
  });

  it('needs every byte of the file', () => {
    expect([...profileOf('{ rule: digest }').needs]).toEqual(['signature', 'digest']);
  });

  it.each([
    ['{ rule: digest, allow: [abc] }', 'is a SHA-256 of 64 hex digits'],
    [`{ rule: digest, allow: ['md5:${A}'] }`, 'is a SHA-256 of 64 hex digits'],
    ['{ rule: digest, allow: [] }', 'at least 1 entry'],
  ])('refuses %s', (rule, said) => {
    expect(() => profileOf(rule)).toThrow(said);
  });
});
