import { applyDecorators } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import { PROBLEM_MEDIA_TYPE, problemType } from '../problems/problem';
import { type ProblemCode, PROBLEMS } from '../problems/problem-codes';
import { schemaOf } from './components';

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
const ALWAYS: readonly ProblemCode[] = [
  'malformed',
  'unauthorized',
  'request-timeout',
  'too-many-requests',
  'headers-too-large',
  'internal',
];

/** Documents the problems of a call, with an example for each code. */
export function ApiProblems(...own: ProblemCode[]): MethodDecorator & ClassDecorator {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of new Set([...ALWAYS, ...own])) {
    const { status } = PROBLEMS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return applyDecorators(
    ...[...byStatus].map(([status, told]) =>
      ApiResponse({
        status,
        description: told.map((code) => PROBLEMS[code].title).join(' · '),
        content: {
          [PROBLEM_MEDIA_TYPE]: {
            schema: schemaOf('Problem'),
            examples: Object.fromEntries(told.map((code) => [code, exampleOf(code)])),
          },
        },
      }),
    ),
  );
}
