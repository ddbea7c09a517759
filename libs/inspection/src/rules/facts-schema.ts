import type * as Ajv from 'ajv/dist/2020';
import type { ErrorObject, Options, ValidateFunction } from 'ajv/dist/2020';
import { z } from 'zod';
import type { FactGroup } from '../facts';
import { nearest } from '../nearest';
import { quoted, shown } from '../shown';
import { expressionFinder, PatternError } from './name-matcher';
import type { Nonsense, Observation } from './rule-kind';
import { ruleKind } from './rule-kind';
import { namesProperty, structureProblems } from './schema-structure';

type Schema = Record<string, unknown>;

/** Loaded with the first schema: few profiles have one. */
// eslint-disable-next-line @typescript-eslint/no-require-imports -- as said
const compiler = (): typeof Ajv.Ajv2020 => (require('ajv/dist/2020') as typeof Ajv).Ajv2020;

/** More errors of one file say nothing new. */
const MOST_FINDINGS = 20;

/** Groups that take more than the beginning of a file: read only where the schema names one of their facts. */
const COSTLY: readonly { group: FactGroup; properties: readonly string[] }[] = [
  { group: 'description', properties: ['rating', 'title', 'creator', 'copyright'] },
  { group: 'complete', properties: ['complete'] },
  { group: 'decodes', properties: ['decodes'] },
  { group: 'digest', properties: ['digest'] },
];

/** The engine of `pattern` and `patternProperties`: facts are a stranger's, so it is the one that takes linear time. */
const linear = Object.assign(
  (pattern: string) => {
    const test = expressionFinder(pattern);
    // The compiler tells patterns apart by their text.
    return { test, toString: () => `linear:${pattern}` };
  },
  { code: 'linear' },
);

const OPTIONS: Options = {
  allErrors: true,
  verbose: true,
  ownProperties: true,
  // Misspelt keywords are told; that a keyword stands without its type is usual.
  strict: true,
  strictTypes: false,
  strictTuples: false,
  strictRequired: false,
  logger: false,
  code: { regExp: linear },
};

let draft: Ajv.Ajv2020 | undefined;

/** Errors of a schema by the schema of schemas, which takes a while to make ready. */
function formErrors(schema: Schema): ErrorObject[] {
  draft ??= new (compiler())(OPTIONS);
  return draft.validateSchema(schema) === true ? [] : (draft.errors ?? []);
}

/** The schema must have been found usable. A compiler of its own each time, since one keeps all that it ever compiled. */
function validator(schema: Schema): ValidateFunction {
  // Neither means anything to a schema that stands alone, and the compiler would look the draft up.
  const own = Object.fromEntries(Object.entries(schema).filter(([key]) => key !== '$id' && key !== '$schema'));
  return new (compiler())({ ...OPTIONS, meta: false, validateSchema: false }).compile(own);
}

const steps = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));

const textOf = (value: unknown): string => shown(JSON.stringify(value));

/** An error in words that follow the name of what it is about. */
function words({ keyword, message = 'does not fit', params }: ErrorObject): string {
  const { allowedValue, allowedValues, additionalProperty, unevaluatedProperty } = params as Record<string, unknown>;
  if (keyword === 'false schema') return 'must not be there';
  if (keyword === 'const') return `must be ${textOf(allowedValue)}`;
  if (keyword === 'enum') return `must be one of ${textOf(allowedValues).replace(/^\[|\]$/g, '')}`;
  const name = additionalProperty ?? unevaluatedProperty;
  return typeof name === 'string' ? `${message}: ${quoted(name)}` : message;
}

/** Why the schema cannot be compiled, as the compiler says it. */
function compileProblem(error: unknown): Nonsense {
  if (error instanceof PatternError)
    return {
      path: ['schema'],
      message: `a \`pattern\` ${error.message}`,
      fix: 'Use the syntax of RE2: no look-around ((?=…), (?!…)) and no back-references (\\1).',
    };
  if (!(error instanceof Error)) throw error;
  const format = /^unknown format "(.*?)"/.exec(error.message)?.[1];
  if (format !== undefined)
    return {
      path: ['schema'],
      message: `the format ${quoted(format)} is not checked here`,
      fix: 'Use `pattern`; for dates and places there are the rules `captured-between` and `location`.',
    };
  const keyword = /unknown keyword: "(.*?)"/.exec(error.message)?.[1];
  const meant = keyword === undefined ? undefined : nearest(keyword, Object.keys(draft?.RULES.keywords ?? {}));
  return {
    path: ['schema'],
    message: `the schema cannot be used: ${error.message.replace(/^strict mode: /, '')}`,
    fix: meant === undefined ? 'Mend the schema; it is one of draft 2020-12.' : `Did you mean \`${meant}\`?`,
  };
}

function schemaProblems(schema: Schema): Nonsense[] {
  const structure = structureProblems(schema).map((problem) => ({ ...problem, path: ['schema', ...problem.path] }));
  if (structure.length > 0) return structure;
  const form = new Map(
    formErrors(schema)
      .map((error) => [error.instancePath, error] as const)
      .reverse(),
  );
  if (form.size > 0)
    return [...form.values()].reverse().map((error) => ({
      path: ['schema', ...steps(error.instancePath)],
      message: `no JSON Schema has this: it ${words(error)}`,
      fix: 'Mend the schema; it is one of draft 2020-12.',
    }));
  try {
    validator(schema);
    return [];
  } catch (error) {
    return [compileProblem(error)];
  }
}

function observation(error: ErrorObject): Observation {
  const name = steps(error.instancePath).join('.');
  const value: unknown = error.data;
  return {
    code: 'facts-unfit',
    message: `${name === '' ? 'The facts' : `\`${shown(name)}\``} ${shown(words(error))}.`,
    ...(typeof value === 'string' && { value: shown(value) }),
    ...((typeof value === 'number' || typeof value === 'boolean' || value === null) && { value }),
  };
}

export const factsSchema = ruleKind({
  kind: 'facts-schema',
  summary: 'The facts of the file, as the API gives them, fit a JSON Schema of your own.',
  codes: { 'facts-unfit': 'The facts do not fit the schema; one finding for each thing that does not, at most 20.' },
  fix: 'Mend what the message names, or deliver the original, whose metadata are whole.',
  parameters: {
    schema: z.record(z.string(), z.unknown()).meta({
      description:
        'A JSON Schema (draft 2020-12) of the facts: mediaType, extension, width, height, orientation, rotation, camera, captured, location, durationSeconds, codec, rating, title, creator, copyright, content, digest, reader, problems.',
    }),
  },
  example: `rule: facts-schema
schema:
  required: [camera]
  properties:
    orientation: { enum: [1, 6, 8] }
    camera: { required: [serial], properties: { serial: { pattern: '^[0-9]{8,}$' } } }
`,
  needs: ({ schema }) => [
    'dimensions',
    'metadata',
    ...COSTLY.filter(({ properties }) => properties.some((name) => namesProperty(schema, name))).map(
      ({ group }) => group,
    ),
  ],
  sense: ({ schema }) => schemaProblems(schema),
  compile({ schema }) {
    const validate = validator(schema);
    return ({ facts }) => {
      if (validate(facts)) return undefined;
      return (validate.errors ?? [])
        .filter(({ keyword }) => keyword !== 'if') // says only that what follows does not hold
        .slice(0, MOST_FINDINGS)
        .map(observation);
    };
  },
});
