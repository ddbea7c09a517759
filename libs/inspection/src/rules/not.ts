import { z } from 'zod';
import { observationsOf } from './any-of';
import type { InnerRule, RuleKind } from './rule-kind';
import { ruleKind } from './rule-kind';

/** The opposite of a rule. Only the author of the profile can say what is wrong where that rule holds, hence `message`. */
export function not(innerRule: z.ZodType<InnerRule>): RuleKind {
  return ruleKind({
    kind: 'not',
    summary: 'The file is not as another rule wants it.',
    codes: { unwanted: 'The rule in `that` has no finding for the file.' },
    fix: 'Leave the file out, or change what the message says.',
    parameters: {
      that: innerRule.meta({
        description: 'A rule of any kind, without severity. A file for which it has no finding gets one.',
      }),
      message: z.string().trim().min(1).max(500).meta({
        description: 'What is wrong with such a file, as a sentence for the one who delivered it.',
      }),
    },
    example:
      'rule: not\nthat: { rule: camera, allow: [{ make: "*scanner*" }] }\nmessage: Scans are not taken, only photos.\n',
    needs: () => [],
    inner: ({ that }) => [that],
    compile({ that, message }, compileCheck) {
      const check = compileCheck(that);
      const observation = { code: 'unwanted', message };
      return (file) => (observationsOf(check(file)).length === 0 ? observation : undefined);
    },
  });
}
