import { codesOf, fileWith, findingsOf, profileOf } from '../contract/rule-under-test';
import type { FileFacts } from '../facts';

const rule = (schema: string) => `{ rule: facts-schema, schema: ${schema} }`;
const UNFIT = ['facts-unfit'];

describe('the rule facts-schema', () => {
  it.each<[string, Partial<FileFacts>, string[]]>([
    ['{}', {}, []],
    ['{ required: [width] }', { width: 5 }, []],
    ['{ required: [width] }', {}, UNFIT],
    ['{ required: [toString] }', {}, UNFIT],
    ['{ properties: { width: { minimum: 5 } } }', { width: 5 }, []],
    ['{ properties: { width: { minimum: 5 } } }', { width: 4 }, UNFIT],
    [
      '{ properties: { width: { multipleOf: 8 }, height: { multipleOf: 8 } } }',
      { width: 7, height: 9 },
      ['facts-unfit', 'facts-unfit'],
    ],
    ['{ properties: { camera: { required: [serial] } } }', { camera: { make: 'x' } }, UNFIT],
    ['{ properties: { problems: { maxItems: 0 } } }', { problems: [{ code: 'truncated', message: 'x' }] }, UNFIT],
    ['{ if: { properties: { mediaType: { const: image/jpeg } } }, then: { required: [captured] } }', {}, UNFIT],
    [
      '{ unevaluatedProperties: false, properties: { mediaType: true } }',
      {},
      ['facts-unfit', 'facts-unfit', 'facts-unfit'],
    ],
    ['{ $defs: { side: { minimum: 9 } }, properties: { width: { $ref: "#/$defs/side" } } }', { width: 8 }, UNFIT],
    ['{ $schema: "https://json-schema.org/draft/2020-12/schema", $id: "https://x.y/z", required: [width] }', {}, UNFIT],
    ['{ properties: { camera: { properties: { make: { pattern: "^N" } } } } }', { camera: { make: 'Nikon' } }, []],
    ['{ properties: { camera: { properties: { make: { pattern: "^N" } } } } }', { camera: { make: 'Canon' } }, UNFIT],
    ['{ properties: { camera: { properties: { make: { pattern: ano } } } } }', { camera: { make: 'Canon' } }, []],
    ['{ properties: { camera: { patternProperties: { "^s": false } } } }', { camera: { serial: '1' } }, UNFIT],
    ["{ properties: { camera: { properties: { make: { pattern: '\\u00e9' } } } } }", { camera: { make: 'é' } }, []],
  ])('%s of %j says %j', (schema, facts, codes) => {
    expect(codesOf(rule(schema), fileWith(facts))).toEqual(codes);
  });

  it('names each place, what is expected there and what is there', () => {
    const schema =
      '{ required: [location], additionalProperties: false, properties: { mediaType: true, extension: { enum: [png, gif] }, reader: { const: none }, problems: true, camera: { properties: { make: { pattern: "^N" } } } } }';
    expect(findingsOf(rule(schema), fileWith({ width: 3, camera: { make: 'Canon' } }))).toMatchObject([
      { message: "The facts must have required property 'location'." },
      { message: 'The facts must NOT have additional properties: "width".' },
      { message: '`extension` must be one of "png","gif".', value: 'jpg' },
      { message: '`reader` must be "none".', value: 'exifr' },
      { message: '`camera.make` must match pattern "^N".', value: 'Canon' },
    ]);
  });

  it('gives at most 20 findings of a file', () => {
    const problems = Array.from({ length: 500 }, () => ({ code: 'x', message: 'y' }));
    expect(codesOf(rule('{ properties: { problems: { items: false } } }'), fileWith({ problems }))).toHaveLength(20);
  });

  it('is not slowed by text made to make an expression backtrack', () => {
    const profile = profileOf(rule('{ properties: { camera: { properties: { make: { pattern: "^(a+)+$" } } } } }'));
    for (let times = 0; times < 20; times += 1)
      expect(profile.inspect(fileWith({ camera: { make: `${'a'.repeat(5000)}!` } })).verdict).toBe('fail');
  });

  it.each([
    ['{}', []],
    ['{ required: [digest] }', ['digest']],
    ['{ properties: { digest: { pattern: "0$" } } }', ['digest']],
    [
      '{ anyOf: [{ properties: { content: { required: [complete], properties: { decodes: true } } } }] }',
      ['complete', 'decodes'],
    ],
    ['{ required: [title] }', ['description']],
    ['{ title: Facts, description: A rating of the digest., properties: { width: { title: Width } } }', []],
  ])('of %s reads beside the metadata %j', (schema, groups) => {
    const needs = [...profileOf(rule(schema)).needs].sort();
    expect(needs).toEqual(['dimensions', 'metadata', 'signature', ...groups].sort());
  });

  it('holds several schemas of one name', () => {
    const schema = '{ $id: "https://x.y/z", required: [width] }';
    const both = `{ rule: all-of, rules: [${rule(schema)}, ${rule(schema)}] }`;
    expect(codesOf(both, fileWith())).toEqual(['facts-unfit', 'facts-unfit']);
  });

  it.each([
    ['true', 'a map is expected'],
    ['{ properties: { width: { minimun: 5 } } }', 'Did you mean `minimum`?'],
    ['{ properties: { width: { type: nmber } } }', '`rules[0].schema.properties.width.type`: no JSON Schema has this'],
    ['{ properties: { width: { minimum: x } } }', 'it must be number'],
    ['{ properties: { camera: { properties: { make: { pattern: "(?=a)" } } } } }', 'no look-around'],
    ['{ properties: { camera: { patternProperties: { "(a)\\\\1": true } } } }', 'no back-references'],
    ['{ format: date-time }', 'the format "date-time" is not checked here'],
    ['{ $ref: "https://json-schema.org/draft/2020-12/schema" }', 'Refer to a part of the same schema'],
    ['{ $ref: "#/$defs/none" }', 'there is no "#/$defs/none" in the schema'],
    ['{ $ref: "#" }', 'refers to itself'],
    ['{ $defs: { a: { anyOf: [{ $ref: "#/$defs/a" }] } }, $ref: "#/$defs/a" }', 'refers to itself'],
    ['{ $async: true }', '`$async` is of no use here'],
    ['{ $dynamicRef: "#x" }', '`$dynamicRef` is of no use here'],
    ['{ $defs: { a: { $id: x } } }', 'an `$id` of its own'],
    ['{ $schema: "http://json-schema.org/draft-07/schema#" }', 'of another draft'],
  ])('refuses %s', (schema, said) => {
    expect(() => profileOf(rule(schema))).toThrow(said);
  });

  it('refuses a schema whose references multiply beyond measure', () => {
    const defs = Array.from(
      { length: 30 },
      (_, at) => `d${at}: { allOf: [{ $ref: "#/$defs/d${at + 1}" }, { $ref: "#/$defs/d${at + 1}" }] }`,
    );
    expect(() => profileOf(rule(`{ $defs: { ${defs.join(', ')}, d30: {} }, $ref: "#/$defs/d0" }`))).toThrow(
      'more than 20000 parts',
    );
  });
});
