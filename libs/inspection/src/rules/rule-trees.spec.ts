import * as fc from 'fast-check';
import { parse } from 'yaml';
import { hostileText } from '../contract/clean-destination';
import type { FileFacts, FirstCopy, InspectedFile } from '../facts';
import { compileProfile } from '../profile/compile-profile';
import type { ProfileDefinition } from '../profile/profile-schema';
import { RULE_KINDS } from './registry';
import type { InnerRule } from './rule-kind';

/** One rule of each kind that combines no others, and some more of those that have several ways. */
const leaves: InnerRule[] = [
  ...RULE_KINDS.filter((kind) => kind.inner === undefined).map(({ example }) => {
    const rule = parse(example) as InnerRule;
    delete rule['severity'];
    return rule;
  }),
  { rule: 'megapixels', max: 1, unknown: 'allow' },
  { rule: 'aspect-ratio', allow: ['3:2'], eitherWay: false, tolerance: 0 },
  { rule: 'location' },
  {
    rule: 'location',
    area: {
      type: 'Polygon',
      coordinates: [
        [
          [-180, -90],
          [0, -90],
          [180, 90],
          [0, 90],
          [-180, -90],
        ],
      ],
    },
  },
  { rule: 'camera', deny: [{ make: '*a*' }], allow: [{ model: '?*' }], unknown: 'allow' },
  { rule: 'path', depth: { max: 1 }, maxBytes: 20, maxSegmentBytes: 9 },
  { rule: 'digest', allow: ['0'.repeat(64)], unknown: 'allow' },
  { rule: 'unique-content', among: ['scan'], code: 'twice', fix: 'Send it once.' },
  { rule: 'facts-schema', schema: { properties: { camera: { propertyNames: { pattern: 'e$' }, maxProperties: 2 } } } },
  { rule: 'facts-schema', schema: { unevaluatedProperties: { type: ['string', 'array'] } } },
];

const { tree } = fc.letrec<{ tree: InnerRule; inner: InnerRule }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(...leaves).map((leaf) => structuredClone(leaf)),
    tie('inner'),
  ),
  inner: fc.oneof(
    fc.array(tie('tree'), { minLength: 2, maxLength: 4 }).map((rules): InnerRule => ({ rule: 'any-of', rules })),
    fc.array(tie('tree'), { minLength: 1, maxLength: 4 }).map((rules): InnerRule => ({ rule: 'all-of', rules })),
    tie('tree').map((that): InnerRule => ({ rule: 'not', that, message: 'It does.' })),
  ),
}));

const number = fc.oneof(
  fc.constantFrom(0, -0, -1, 1, NaN, Infinity, -Infinity, 1e308, 2 ** 53, 180, -180, 90),
  fc.double(),
);
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 3 });

/** Drops what is undefined, as readers do. */
function given<T extends object>(value: { [Key in keyof T]: T[Key] | undefined }): T {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as T;
}

/** What no reader should ever say, and what only a hostile file could make it say. */
const facts: fc.Arbitrary<FileFacts> = fc
  .record({
    mediaType: fc.oneof(hostileText, fc.constantFrom('image/jpeg', 'inode/x-empty', 'constructor', '__proto__')),
    extension: hostileText,
    width: maybe(number),
    height: maybe(number),
    orientation: maybe(number),
    camera: maybe(
      fc
        .record({ make: maybe(hostileText), model: maybe(hostileText), serial: maybe(hostileText) })
        .map((camera) => given<NonNullable<FileFacts['camera']>>(camera)),
    ),
    captured: maybe(fc.record({ local: hostileText, offset: fc.option(hostileText), source: hostileText })),
    location: maybe(fc.record({ latitude: number, longitude: number, source: hostileText })),
    digest: maybe(fc.oneof(hostileText, fc.constant(`sha256:${'0'.repeat(64)}`))),
    reader: fc.constantFrom('exifr' as const, 'none' as const),
    problems: fc.array(fc.record({ code: hostileText, message: hostileText }), { maxLength: 5 }),
  })
  .map((record) => given<FileFacts>(record));

const copy: fc.Arbitrary<FirstCopy | null | undefined> = maybe(
  fc.option(fc.record({ path: hostileText, scan: fc.option(hostileText) })),
);

const file: fc.Arbitrary<InspectedFile> = fc
  .record({
    path: fc.oneof(hostileText, fc.constantFrom('', '/', 'a/b', '__proto__')),
    size: fc.oneof(fc.nat(), number),
    modifiedAt: fc.constant('2024-03-01T00:00:00.000Z'),
    facts,
    copyOf: maybe(
      fc.record({ scan: copy, accepted: copy }).map((places) => given<NonNullable<InspectedFile['copyOf']>>(places)),
    ),
  })
  .map((record) => given<InspectedFile>(record));

const profileOf = (rule: InnerRule) =>
  compileProfile({
    name: 'x',
    version: '1',
    transfer: 'move' as const,
    removeEmptyFolders: false,
    settleSeconds: 2,
    rules: [{ severity: 'must', ...rule }],
    accept: { to: '{{ path }}', onConflict: 'number' },
    reject: { disposition: 'quarantine', to: '{{ finding }}/{{ path }}', onConflict: 'number' },
  } satisfies ProfileDefinition);

/** Compiled once each: a rule inside others means what it means alone. */
const alone = new Map(leaves.map((leaf) => [JSON.stringify(leaf), profileOf(leaf)]));

/** What a tree says, told by the verdicts of its leaves alone. */
function passes(rule: InnerRule, of: InspectedFile): boolean {
  const rules = rule['rules'] as InnerRule[];
  if (rule.rule === 'any-of') return rules.some((inner) => passes(inner, of));
  if (rule.rule === 'all-of') return rules.every((inner) => passes(inner, of));
  if (rule.rule === 'not') return !passes(rule['that'] as InnerRule, of);
  return alone.get(JSON.stringify(rule))?.inspect(of).verdict === 'pass';
}

describe('any tree of rules', () => {
  it('compiles, judges any file without throwing, and says what its rules say', () => {
    fc.assert(
      fc.property(tree, fc.array(file, { minLength: 1, maxLength: 6 }), (rule, files) => {
        const profile = profileOf(rule);
        for (const each of files) {
          const inspection = profile.inspect(each);
          expect(inspection.verdict).toBe(passes(rule, each) ? 'pass' : 'fail');
          expect(inspection.findings.length === 0).toBe(inspection.verdict === 'pass');
          expect(profile.inspect(each)).toEqual(inspection);
          profile.dispose(each, inspection);
          for (const { code, message, fix, value } of inspection.findings) {
            expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
            expect(fix.length).toBeGreaterThan(0);
            for (const text of [message, fix, ...(typeof value === 'string' ? [value] : [])]) {
              expect(text.isWellFormed()).toBe(true);
              expect(text.length).toBeLessThan(5000);
            }
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  it('names every group of facts that one of its rules reads', () => {
    fc.assert(
      fc.property(tree, (rule) => {
        const profile = profileOf(rule);
        const text = JSON.stringify(rule);
        for (const [leaf, { needs, compares }] of alone) {
          if (!text.includes(leaf)) continue;
          for (const group of needs) expect(profile.needs).toContain(group);
          for (const place of compares) expect(profile.compares).toContain(place);
        }
      }),
      { numRuns: 50 },
    );
  });
});
