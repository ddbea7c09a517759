import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { PROBLEM_MEDIA_TYPE, problemType } from '../problems/problem';
import { type ProblemCode, PROBLEMS } from '../problems/problem-codes';

const codes = Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]];

const problem = z
  .object({
    type: z.string().meta({ examples: [problemType('no-such-scan')] }),
    title: z.string(),
    status: z.int(),
    detail: z.string().meta({ description: 'For a person.' }),
    instance: z.string().meta({ description: 'The path that was asked for.' }),
    code: z
      .enum(codes)
      .meta({ description: codes.map((code) => `- \`${code}\`: ${PROBLEMS[code].meaning}`).join('\n') }),
    errors: z
      .array(
        z.object({
          field: z.string(),
          value: z.union([z.string(), z.number(), z.boolean(), z.null()]).optional(),
          message: z.string(),
          fix: z.string().optional(),
        }),
      )
      .optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457. `code` is stable; `errors` names fields, where fields are wrong.' });

export class ProblemDto extends createZodDto(problem) {}

const exampleOf = (code: ProblemCode) => ({
  summary: PROBLEMS[code].title,
  description: PROBLEMS[code].meaning,
  value: {
    type: problemType(code),
    title: PROBLEMS[code].title,
    status: PROBLEMS[code].status,
    detail: PROBLEMS[code].meaning,
    instance: '/v1/…',
    code,
  },
});

/** What every call may answer. */
const ALWAYS: readonly ProblemCode[] = ['malformed', 'unauthorized', 'too-many-requests', 'internal'];

/** Documents the problems of a call, with an example for each code. */
export function ApiProblems(...own: ProblemCode[]): ReturnType<typeof applyDecorators> {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of new Set([...ALWAYS, ...own])) {
    const { status } = PROBLEMS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return applyDecorators(
    ApiExtraModels(ProblemDto),
    ...[...byStatus].map(([status, told]) =>
      ApiResponse({
        status,
        description: told.map((code) => PROBLEMS[code].title).join(' · '),
        content: {
          [PROBLEM_MEDIA_TYPE]: {
            schema: { $ref: getSchemaPath(ProblemDto) },
            examples: Object.fromEntries(told.map((code) => [code, exampleOf(code)])),
          },
        },
      }),
    ),
  );
}
