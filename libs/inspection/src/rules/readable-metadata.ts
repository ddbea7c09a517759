import { z } from 'zod';
import { shown } from '../shown';
import { ruleKind } from './rule-kind';

export const readableMetadata = ruleKind({
  kind: 'readable-metadata',
  summary: 'Nothing was broken, hostile or unreadable where the file was read.',
  codes: {
    'unreadable-metadata': 'A reader met a problem; one finding for each, whose value is the code of the problem.',
  },
  fix: 'Open the file in its own program and export it again; if that fails too, deliver the original once more.',
  parameters: {
    ignore: z
      .array(
        z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, { error: 'is the code of a problem, such as impossible-date' }),
      )
      .max(200)
      .default([])
      .meta({ description: 'Codes of problems that are of no interest, such as impossible-date.' }),
  },
  example: 'rule: readable-metadata\nseverity: should\nignore: [impossible-date]\n',
  needs: () => ['dimensions', 'metadata'],
  compile({ ignore }) {
    const ignored = new Set(ignore);
    return ({ facts }) => {
      if (facts.problems.length === 0) return undefined;
      return facts.problems
        .filter((problem) => !ignored.has(problem.code))
        .map((problem) => ({
          code: 'unreadable-metadata',
          message: shown(problem.message),
          value: shown(problem.code),
        }));
    };
  },
});
