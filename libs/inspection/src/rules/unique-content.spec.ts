import { codesOf, fileWith, findingsOf, profileOf } from '../contract/rule-under-test';
import type { InspectedFile } from '../facts';

const file = (copyOf?: InspectedFile['copyOf'], size = 9) =>
  fileWith({}, { size, ...(copyOf === undefined ? {} : { copyOf }) });
const inScan = { path: 'a/first.jpg', scan: null };
const before = { path: 'b/older.jpg', scan: 'scan-1' };

const BOTH = '{ rule: unique-content }';
const SCAN = '{ rule: unique-content, among: [scan] }';
const ACCEPTED = '{ rule: unique-content, among: [accepted] }';
const COPY = ['duplicate-content'];
const UNTOLD = ['duplicates-unknown'];

describe('the rule unique-content', () => {
  it.each<[string, InspectedFile['copyOf'], string[]]>([
    [BOTH, { scan: null, accepted: null }, []],
    [BOTH, { scan: inScan, accepted: null }, COPY],
    [BOTH, { scan: null, accepted: before }, COPY],
    [BOTH, { scan: inScan }, COPY],
    [BOTH, { accepted: before }, COPY],
    [BOTH, { scan: null }, UNTOLD],
    [BOTH, { accepted: null }, UNTOLD],
    [BOTH, undefined, UNTOLD],
    [SCAN, { scan: null }, []],
    [SCAN, { scan: inScan }, COPY],
    [SCAN, { scan: null, accepted: before }, []],
    [SCAN, { accepted: before }, UNTOLD],
    [ACCEPTED, { accepted: before }, COPY],
    [ACCEPTED, { scan: inScan, accepted: null }, []],
    ['{ rule: unique-content, unknown: allow }', undefined, []],
    ['{ rule: unique-content, unknown: allow }', { scan: inScan }, COPY],
  ])('%s of a file whose first copies are %j says %j', (rule, copyOf, codes) => {
    expect(codesOf(rule, file(copyOf))).toEqual(codes);
  });

  it('says nothing of empty files, which are all the same', () => {
    expect(codesOf(BOTH, file(undefined, 0))).toEqual([]);
    expect(codesOf(BOTH, file({ scan: inScan, accepted: null }, 0))).toEqual([]);
  });

  it('names the oldest copy, and the scan that accepted it', () => {
    expect(findingsOf(BOTH, file({ scan: inScan, accepted: before }))).toMatchObject([
      { message: 'The same bytes as "b/older.jpg", which the scan scan-1 accepted.', value: 'b/older.jpg' },
    ]);
    expect(findingsOf(BOTH, file({ scan: inScan, accepted: null }))).toMatchObject([
      { message: 'The same bytes as "a/first.jpg".', value: 'a/first.jpg' },
    ]);
  });

  it('tells the profile where files are to be compared, from inside other rules too', () => {
    const compares = (rule: string) => [...profileOf(rule).compares].sort();
    expect(compares(BOTH)).toEqual(['accepted', 'scan']);
    expect(compares(SCAN)).toEqual(['scan']);
    expect(compares('{ rule: size, min: 1 }')).toEqual([]);
    expect(compares(`{ rule: any-of, rules: [${SCAN}, { rule: all-of, rules: [${ACCEPTED}] }] }`)).toEqual([
      'accepted',
      'scan',
    ]);
    expect([...profileOf(BOTH).needs]).toEqual(['signature']);
  });

  it.each([
    ['{ rule: unique-content, among: [] }', 'at least 1 entry'],
    ['{ rule: unique-content, among: [archive] }', 'one of scan, accepted'],
  ])('refuses %s', (rule, said) => {
    expect(() => profileOf(rule)).toThrow(said);
  });
});
