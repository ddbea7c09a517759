import type { z } from 'zod';
import { nearest } from '../nearest';
import { quoted, shown } from '../shown';
import { profileSchema } from './profile-schema';
import type { YamlPath, YamlSource } from './yaml-source';

export interface Explained {
  path: YamlPath;
  /** Set where the problem is a key of the map at `path`, not its value. */
  key?: string;
  message: string;
  fix: string;
}

type JsonSchema = Readonly<Record<string, unknown>>;
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `rules[2].longSide.min`; `the profile` for the whole. */
function field(path: YamlPath): string {
  if (path.length === 0) return 'the profile';
  return `\`${path.map((step, at) => (typeof step === 'number' ? `[${step}]` : at === 0 ? step : `.${step}`)).join('')}\``;
}

/** A value as YAML's reader would name it, short enough for one line. */
function valueText(value: unknown): string {
  if (value === undefined) return 'absent';
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' ? quoted(value) : 'of another kind';
}

function at(value: unknown, path: YamlPath): unknown {
  return path.reduce<unknown>((inner, step) => {
    if (Array.isArray(inner)) return inner[Number(step)] as unknown;
    return isRecord(inner) && Object.hasOwn(inner, String(step)) ? inner[String(step)] : undefined;
  }, value);
}

/** A part of the published schema; where it stands for one that is defined apart, that one. */
function resolved(schema: unknown): JsonSchema {
  if (!isRecord(schema)) return {};
  const reference = schema['$ref'];
  if (typeof reference !== 'string') return schema;
  const name = reference.replace('#/$defs/', '');
  return { ...resolved((profileSchema()['$defs'] as JsonSchema | undefined)?.[name]), ...schema };
}

/** Of several kinds of map the one that the value names, by its `rule` or `type`. */
function kindAt(schema: JsonSchema, value: unknown): JsonSchema {
  const kinds = schema['oneOf'];
  if (!Array.isArray(kinds)) return schema;
  const named = (kind: JsonSchema, key: string): boolean =>
    isRecord(value) &&
    value[key] !== undefined &&
    (kind['properties'] as Record<string, JsonSchema> | undefined)?.[key]?.['const'] === value[key];
  return (kinds as JsonSchema[]).find((kind) => named(kind, 'rule') || named(kind, 'type')) ?? {};
}

/** The part of the published schema that speaks of this path. */
function schemaAt(path: YamlPath, root: unknown): JsonSchema {
  let schema: JsonSchema = profileSchema();
  let value = root;
  for (const step of path) {
    const next = typeof step === 'number' ? schema['items'] : (schema['properties'] as JsonSchema | undefined)?.[step];
    value = at(value, [step]);
    schema = kindAt(resolved(next), value);
  }
  return schema;
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  record: 'a map',
};

/** How to write what is expected, from what the author wrote. */
function mendOf(expected: string, path: YamlPath, value: unknown, source: YamlSource): string {
  const name = [...path].reverse().find((step) => typeof step === 'string') ?? 'it';
  const { description } = schemaAt(path, source.value);
  const hint = typeof description === 'string' ? ` ${description}` : '';
  if (value === undefined) return `Add \`${name}: …\`.${hint}`;
  const scalar = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  if (expected === 'string' && scalar) return `Put it in quotes: "${source.textAt(path) ?? String(value)}".`;
  if (expected === 'array' && scalar) return `Write a list: \`${name}: [${String(value)}]\`.`;
  if ((expected === 'number' || expected === 'int') && typeof value === 'string' && /^[\d.]+$/.test(value))
    return `Write it without quotes: ${value}.`;
  return `Write ${KINDS[expected] ?? expected}.${hint}`;
}

function bound(issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig): string {
  const [word, limit] = issue.code === 'too_small' ? ['at least', issue.minimum] : ['at most', issue.maximum];
  const unit =
    issue.origin === 'string' ? ' characters' : issue.origin === 'array' || issue.origin === 'set' ? ' entries' : '';
  return `${word} ${limit}${limit === 1 ? unit.replace(/ies$/, 'y').replace(/s$/, '') : unit}`;
}

/** One issue of the schema as one or more problems that name the field, its value and the mend. */
export function explainIssue(issue: z.core.$ZodIssue, source: YamlSource): Explained[] {
  const root = source.value;
  const path = issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
  const value = at(root, path);
  const is = `${field(path)} is ${valueText(value)}`;
  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = Object.keys((schemaAt(path, root)['properties'] as object | undefined) ?? {});
      return issue.keys.map((key) => {
        const meant = nearest(key, known);
        const list = known.length === 0 ? 'Remove it.' : `Known here: ${known.join(', ')}.`;
        return {
          path,
          key,
          message: `${field(path)} has no field \`${shown(key)}\``,
          fix: meant === undefined ? list : `Did you mean \`${meant}\`?`,
        };
      });
    }
    case 'invalid_union': {
      if (issue.discriminator === undefined)
        return [{ path, message: `${is}, and ${issue.message}`, fix: 'Write it so.' }];
      if (issue.discriminator !== 'rule') {
        const names = ((issue as { options?: unknown }).options ?? []) as string[];
        return [
          { path, message: `${is}; ${names.join(' or ')} is expected`, fix: `Write one of ${names.join(', ')}.` },
        ];
      }
      const known = ((issue as { options?: unknown }).options ?? []) as string[];
      const list = `Rules: ${known.join(', ')}.`;
      if (typeof value !== 'string')
        return [
          {
            path,
            message: `${is}: the name of a rule is expected`,
            fix: `Start the entry with \`- rule: …\`. ${list}`,
          },
        ];
      const meant = nearest(value, known);
      const fix = meant === undefined ? list : `Did you mean \`${meant}\`? ${list}`;
      return [{ path, message: `${field(path)}: there is no rule ${valueText(value)}`, fix }];
    }
    case 'invalid_type':
      if (value === undefined)
        return [{ path, message: `${field(path)} is missing`, fix: mendOf(issue.expected, path, value, source) }];
      return [
        {
          path,
          message: `${is}; ${KINDS[issue.expected] ?? issue.expected} is expected`,
          fix: mendOf(issue.expected, path, value, source),
        },
      ];
    case 'invalid_value': {
      const known = issue.values.map(String);
      const meant = typeof value === 'string' ? nearest(value, known) : undefined;
      const one = `one of ${known.join(', ')}`;
      return [
        {
          path,
          message: `${is}; ${one} is expected`,
          fix: meant === undefined ? `Write ${one}.` : `Did you mean ${meant}?`,
        },
      ];
    }
    case 'too_small':
    case 'too_big':
      return [
        {
          path,
          message: `${is}; ${bound(issue)} ${issue.origin === 'array' ? 'are' : 'is'} expected`,
          fix: `Give ${bound(issue)}.`,
        },
      ];
    case 'custom': {
      const fix: unknown = issue.params?.['fix'];
      if (typeof fix === 'string') return [{ path, message: `${field(path)}: ${issue.message}`, fix }];
      return [{ path, message: `${is}, which ${issue.message}`, fix: 'Mend the value.' }];
    }
    case 'invalid_key':
      return [
        { path, message: `${field(path)} is a key of the wrong form`, fix: 'Write it as the documentation shows.' },
      ];
    case 'invalid_format':
    case 'not_multiple_of':
    case 'invalid_element':
      return [{ path, message: is, fix: `What is expected here ${issue.message}.` }];
  }
}
