import { z } from 'zod';
import { problemType } from '../problems/problem';
import { type ProblemCode, PROBLEMS } from '../problems/problem-codes';

const codes = Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]];

export const problem = z
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
  .meta({ description: 'RFC 9457. `code` is stable; `errors` names fields, where fields are wrong.' });
