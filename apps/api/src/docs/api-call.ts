import { applyDecorators, HttpCode } from '@nestjs/common';
import { ApiBody, ApiParam, ApiQuery, ApiResponse } from '@nestjs/swagger';
import { z } from 'zod';
import { type AnswerName, type BodyName, schemaOf } from './components';

type Examples = Record<string, { summary: string; value: unknown }>;

/** The call's success: its status, and the named schema of its body. */
export const Answers = (status: number, name: AnswerName, description: string): MethodDecorator =>
  applyDecorators(
    HttpCode(status),
    ApiResponse({ status, description, content: { 'application/json': { schema: schemaOf(name) } } }),
  );

export const TakesBody = (name: BodyName, examples: Examples): MethodDecorator =>
  ApiBody({ schema: schemaOf(name), examples });

interface Parameter {
  name: string;
  required: boolean;
  description: string;
  schema: Record<string, unknown>;
}

/** The fields of a schema as parameters. */
function parametersOf(schema: z.ZodObject): Parameter[] {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input' });
  return Object.entries(properties).map(([name, property]) => {
    const { description = '', ...rest } = property as { description?: string } & Record<string, unknown>;
    return { name, required: required.includes(name), description, schema: rest };
  });
}

/** Documents the query parameters by the schema that checks them. */
export const TakesQuery = (schema: z.ZodObject): MethodDecorator =>
  applyDecorators(...parametersOf(schema).map((parameter) => ApiQuery(parameter)));

/** Documents the path's parameters by the schema that checks them. */
export const TakesPath = (schema: z.ZodObject): MethodDecorator & ClassDecorator =>
  applyDecorators(...parametersOf(schema).map((parameter) => ApiParam(parameter)));
