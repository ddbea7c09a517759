import type { z } from 'zod';
import type { FieldProblem } from './problem';

const LONGEST_VALUE = 200;

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}

/** The value as it may be told back: plain and short, or not at all. */
function told(value: unknown): Pick<FieldProblem, 'value'> {
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return { value };
  if (typeof value !== 'string') return {};
  const text = value.toWellFormed();
  return { value: text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE).toWellFormed()}…` : text };
}

/**
 * One entry for each thing that does not fit. `whole` names the thing itself where it does not fit as a whole (`body`, `query`);
 * `known` are the fields that there are.
 */
export function fieldProblems(
  error: z.ZodError,
  input: unknown,
  whole: string,
  known: readonly string[],
): FieldProblem[] {
  return error.issues.flatMap((issue): FieldProblem[] => {
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => ({
        field: [...issue.path.map(String), key].join('.').toWellFormed(),
        ...told(valueAt(input, [...issue.path, key])),
        message: 'is not known here',
        fix: known.length === 0 ? 'Remove it.' : `Remove it, or use one of: ${known.join(', ')}.`,
      }));
    const given = valueAt(input, issue.path);
    const fix: unknown = issue.code === 'custom' ? issue.params?.['fix'] : undefined;
    const absent = given === undefined && issue.path.length > 0;
    return [
      {
        field: issue.path.length === 0 ? whole : issue.path.map(String).join('.'),
        ...told(given),
        message: absent ? 'is needed' : issue.message,
        ...(typeof fix === 'string' ? { fix } : absent ? { fix: issue.message } : {}),
      },
    ];
  });
}
