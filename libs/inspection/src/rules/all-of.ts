import { z } from 'zod';
import { observationsOf } from './any-of';
import type { InnerRule, RuleKind } from './rule-kind';
import { ruleKind } from './rule-kind';

/** Several rules as one: for an alternative of `any-of`, or to give a severity to all of them. */
export function allOf(innerRule: z.ZodType<InnerRule>): RuleKind {
  return ruleKind({
    kind: 'all-of',
    summary: 'The file is as every one of several rules wants it; the findings are those of the rules.',
    codes: {},
    fix: 'Mend what the findings say.',
    parameters: {
      rules: z.array(innerRule).min(1).max(50).meta({
        description: 'Rules of any kind, without severity: that of `all-of` counts for all.',
      }),
    },
    example:
      'rule: all-of\nseverity: should\nrules:\n  - { rule: megapixels, min: 12 }\n  - { rule: aspect-ratio, allow: ["3:2"] }\n',
    needs: () => [],
    inner: ({ rules }) => rules,
    compile({ rules }, compileCheck) {
      const checks = rules.map(compileCheck);
      return (file) => {
        const found = checks.flatMap((check) => observationsOf(check(file)));
        return found.length === 0 ? undefined : found;
      };
    },
  });
}
