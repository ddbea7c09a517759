import { type PipeTransform } from '@nestjs/common';
import { z } from 'zod';
import { fieldProblems } from '../problems/field-problems';
import { Problem } from '../problems/problem';

const knownFields = (schema: z.ZodType): string[] => (schema instanceof z.ZodObject ? Object.keys(schema.shape) : []);

/** Parses `input` by the schema; throws the problem `malformed` with every field that does not fit. `whole` names the input. */
export function valid<T>(schema: z.ZodType<T>, input: unknown, whole: string): T {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const errors = fieldProblems(parsed.error, input, whole, knownFields(schema));
  const detail = errors.map(({ field, message }) => `${field} ${message}`).join('; ');
  throw new Problem('malformed', detail, { errors });
}

/** Holds what a handler is given (`body`, `query`, `path`) to a schema. */
export class Valid<T> implements PipeTransform<unknown, T> {
  constructor(
    private readonly schema: z.ZodType<T>,
    private readonly whole: string,
  ) {}

  transform(value: unknown): T {
    return valid(this.schema, value, this.whole);
  }
}
