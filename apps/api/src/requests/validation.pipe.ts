import { type ArgumentMetadata, Injectable, type PipeTransform } from '@nestjs/common';
import { type ZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { fieldProblems } from '../problems/field-problems';
import { Problem } from '../problems/problem';

const isZodDto = (type: unknown): type is ZodDto<z.ZodType> =>
  typeof type === 'function' && 'isZodDto' in type && 'schema' in type && type.schema instanceof z.ZodType;

const knownFields = (schema: z.ZodType): string[] => (schema instanceof z.ZodObject ? Object.keys(schema.shape) : []);

/** Parses `input` by the schema; throws the problem `malformed` with every field that does not fit. */
export function valid<T>(schema: z.ZodType<T>, input: unknown, whole: string): T {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const errors = fieldProblems(parsed.error, input, whole, knownFields(schema));
  const detail = errors.map(({ field, message }) => `${field} ${message}`).join('; ');
  throw new Problem('malformed', detail, { errors });
}

/** Holds every body, query and path parameter that is typed with a zod DTO to its schema. */
@Injectable()
export class ValidationPipe implements PipeTransform {
  transform(value: unknown, { metatype, type }: ArgumentMetadata): unknown {
    return isZodDto(metatype) ? valid(metatype.schema, value, type) : value;
  }
}
