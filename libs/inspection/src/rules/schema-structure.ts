import type { Nonsense } from './rule-kind';

/*
 * A schema is the profile's author's, and facts are a stranger's. Facts are three levels deep, so that no schema of them
 * need refer to itself; without that, checking a file always ends, and its cost is bounded when the profile is loaded.
 */

const MOST_PARTS = 20_000;
const DRAFT = /^https:\/\/json-schema\.org\/draft\/2020-12\/schema#?$/;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

type Step = string | number;

interface Refusal {
  path: Step[];
  message: string;
  fix: string;
}

/** The part of a schema that a pointer such as `#/$defs/make` names; undefined where there is none. */
function target(root: unknown, pointer: string): unknown {
  let text: string;
  try {
    text = decodeURIComponent(pointer.slice(1));
  } catch {
    return undefined;
  }
  if (text !== '' && !text.startsWith('/')) return undefined;
  return text
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>((inner, step) => {
      if (Array.isArray(inner)) return inner[Number(step)] as unknown;
      return isRecord(inner) && Object.hasOwn(inner, step) ? inner[step] : undefined;
    }, root);
}

/** Walks a schema with all references unfolded, and counts. */
class Unfolding {
  readonly refusals: Refusal[] = [];
  private readonly parts = new Map<object, number | 'open'>();

  constructor(private readonly root: Record<string, unknown>) {}

  /** How many parts this one has, unfolded; a part is counted each time that it is referred to. */
  count(part: unknown, path: Step[]): number {
    if (typeof part !== 'object' || part === null) return 1;
    const known = this.parts.get(part);
    if (known === 'open') {
      this.refuse(path, 'the schema refers to itself', 'Write it without recursion; facts are three levels deep.');
      return 1;
    }
    if (known !== undefined) return known;
    this.parts.set(part, 'open');
    let total = 1;
    if (Array.isArray(part)) part.forEach((inner, at) => (total += this.count(inner, [...path, at])));
    else
      for (const [key, inner] of Object.entries(part)) {
        this.check(part as Record<string, unknown>, key, inner, [...path, key]);
        total += this.count(inner, [...path, key]);
        if (key === '$ref' && typeof inner === 'string' && inner.startsWith('#'))
          total += this.count(target(this.root, inner), [...path, key]);
      }
    this.parts.set(part, total);
    return total;
  }

  private check(part: Record<string, unknown>, key: string, value: unknown, path: Step[]): void {
    const top = part === this.root;
    if (key === '$ref' && typeof value === 'string' && target(this.root, value) === undefined)
      this.refuse(
        path,
        `there is no ${JSON.stringify(value)} in the schema`,
        'Refer to a part of the same schema by its pointer, such as #/$defs/make.',
      );
    else if (['$dynamicRef', '$recursiveRef', '$anchor', '$dynamicAnchor', '$async'].includes(key) && !isRecord(value))
      this.refuse(path, `\`${key}\` is of no use here`, 'Use `$ref` with a pointer, such as #/$defs/make.');
    else if (key === '$id' && typeof value === 'string' && !top)
      this.refuse(path, 'a part of the schema has an `$id` of its own', 'Remove it.');
    else if (key === '$schema' && typeof value === 'string' && !(top && DRAFT.test(value)))
      this.refuse(
        path,
        'the schema is of another draft',
        'Write it for 2020-12: https://json-schema.org/draft/2020-12/schema, or leave `$schema` out.',
      );
  }

  private refuse(path: Step[], message: string, fix: string): void {
    this.refusals.push({ path, message, fix });
  }
}

/** Why a schema could take for ever, or cannot stand alone; paths start at the schema. Never throws for JSON. */
export function structureProblems(schema: Record<string, unknown>): Nonsense[] {
  const unfolding = new Unfolding(schema);
  const parts = unfolding.count(schema, []);
  if (unfolding.refusals.length === 0 && parts > MOST_PARTS)
    return [
      {
        path: [],
        message: `the schema has more than ${MOST_PARTS} parts where its references are unfolded`,
        fix: 'Write it shorter.',
      },
    ];
  return unfolding.refusals;
}

/**
 * True where the schema names a property, as a key of `properties` and the like or in a list such as `required`. An
 * annotation of the same name (`title: Cameras`) is none.
 */
export function namesProperty(part: unknown, name: string): boolean {
  if (Array.isArray(part)) return part.some((inner) => inner === name || namesProperty(inner, name));
  return (
    isRecord(part) &&
    Object.entries(part).some(
      ([key, inner]) => (key === name && typeof inner !== 'string') || namesProperty(inner, name),
    )
  );
}
