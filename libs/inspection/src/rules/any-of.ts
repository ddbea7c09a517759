import { z } from 'zod';
import type { Check, InnerRule, Observation, RuleKind } from './rule-kind';
import { ruleKind } from './rule-kind';

/** A finding stays small, however many alternatives there are and whatever they say. */
const LONGEST = 2000;

function limited(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST).toWellFormed()}…` : text;
}

/** What one check observed, as a list that is empty where the file is as it wants it. */
export function observationsOf(observed: ReturnType<Check>): readonly Observation[] {
  if (observed === undefined) return [];
  return 'code' in observed ? [observed] : observed;
}

/** Alternatives: the file need be as one of several rules wants it. */
export function anyOf(innerRule: z.ZodType<InnerRule>): RuleKind {
  return ruleKind({
    kind: 'any-of',
    summary: 'The file is as at least one of several rules wants it.',
    codes: {
      'no-alternative': 'None of the rules holds; the message says why of each, the value lists their codes.',
    },
    fix: 'Mend the file by one of the alternatives.',
    parameters: {
      rules: z.array(innerRule).min(2).max(20).meta({
        description: 'The alternatives: rules of any kind, without severity. `all-of` makes one of several rules.',
      }),
    },
    example:
      'rule: any-of\nrules:\n  - { rule: media-type, allow: [image/x-adobe-dng] }\n  - { rule: megapixels, min: 12 }\n',
    needs: () => [],
    inner: ({ rules }) => rules,
    compile({ rules }, compileCheck) {
      const alternatives = rules.map((rule) => ({ kind: rule.rule, check: compileCheck(rule) }));
      return (file) => {
        const failed: { kind: string; observations: readonly Observation[] }[] = [];
        for (const { kind, check } of alternatives) {
          const observations = observationsOf(check(file));
          if (observations.length === 0) return undefined;
          failed.push({ kind, observations });
        }
        const reasons = failed.map(
          ({ kind, observations }, at) => `${at + 1}. ${kind}: ${observations.map(({ message }) => message).join(' ')}`,
        );
        const mends = failed.map(
          ({ observations }, at) => `${at + 1}. ${[...new Set(observations.map(({ fix }) => fix ?? ''))].join(' ')}`,
        );
        return {
          code: 'no-alternative',
          message: limited(`None of ${failed.length} alternatives holds. ${reasons.join(' ')}`),
          fix: limited(`One of these: ${mends.join(' ')}`),
          value: limited(
            [...new Set(failed.flatMap(({ observations }) => observations.map(({ code }) => code)))].join(', '),
          ),
        };
      };
    },
  });
}
