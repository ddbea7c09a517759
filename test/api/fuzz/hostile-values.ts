import * as fc from 'fast-check';
import type { Schema } from './described-api';

/** Values that have broken somebody's parser, path, log, query or page. */
const FAMOUS = [
  ...[
    '',
    ' ',
    '\0',
    'a\0b',
    '.',
    '..',
    '../..',
    '../../etc/passwd',
    '/',
    '//',
    '/etc/passwd',
    'C:\\',
    '\\\\host\\share',
    '~',
  ],
  ...[
    'null',
    'undefined',
    'NaN',
    'true',
    '0',
    '-1',
    '1e999',
    '9007199254740993',
    '0x10',
    '1; DROP TABLE scans',
    "' OR ''='",
  ],
  ...[
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    '${7*7}',
    '{{7*7}}',
    '%s%n',
    '%00',
    '%2e%2e%2f',
    '%',
    '=cmd|x',
  ],
  ...[
    '<script>alert(1)</script>',
    '"><img src=x>',
    '\r\nSet-Cookie: a=b',
    '\u202e',
    '\ufeff',
    '\ud800',
    'é',
    'e\u0301',
    '😀',
  ],
  ...['a'.repeat(300), '/'.repeat(5_000), 'é'.repeat(4_097), '1'.repeat(400)],
];

export const hostileText: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...FAMOUS) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme-composite', maxLength: 60 }) },
);

/** Of any type that JSON has. */
export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 3, arbitrary: hostileText },
  {
    weight: 2,
    arbitrary: fc.constantFrom<unknown>(null, true, false, 0, -1, 1.5, 1e308, Number.MAX_SAFE_INTEGER, [], {}, [[]]),
  },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
);

const text = ({ minLength = 0, maxLength = 40 }: Schema): fc.Arbitrary<string> =>
  fc.string({ unit: 'grapheme', minLength, maxLength: Math.min(maxLength, minLength + 40) });

/** Values that the schema allows; `known`, those that mean something here, come first. */
export function valueOf(schema: Schema, known: readonly unknown[]): fc.Arbitrary<unknown> {
  const own = ofSchema(schema);
  return known.length === 0
    ? own
    : fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...known) }, { weight: 1, arbitrary: own });
}

function ofSchema(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map(ofSchema));
  const type: string = [schema.type ?? 'string'].flat()[0] ?? 'string';
  switch (type) {
    case 'boolean':
      return fc.boolean();
    case 'integer':
    case 'number':
      return fc.integer({ min: schema.minimum ?? -1_000, max: Math.min(schema.maximum ?? 1_000, 2 ** 31 - 1) });
    case 'array':
      return fc.array(ofSchema(schema.items ?? {}), { maxLength: 3 });
    case 'object':
      return objectOf(schema, {});
    default:
      return text(schema);
  }
}

/** Objects that the schema allows; `known` values by the name of their field. */
export function objectOf(schema: Schema, known: Readonly<Record<string, readonly unknown[]>>): fc.Arbitrary<object> {
  const fields = Object.entries(schema.properties ?? {}).map(([name, property]) => [
    name,
    valueOf(property, known[name] ?? []),
  ]);
  return fc.record(Object.fromEntries(fields) as Record<string, fc.Arbitrary<unknown>>, {
    requiredKeys: schema.required ?? [],
  });
}
