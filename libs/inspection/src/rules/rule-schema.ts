import { z } from 'zod';
import type { InnerRule, RuleKind } from './rule-kind';

/** Stable codes, and names of kinds. */
const KEBAB = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/** What every rule may have, wherever it stands. */
export function ruleFields(kind: RuleKind) {
  return {
    rule: z.literal(kind.kind).meta({ description: kind.summary }),
    code: z
      .string()
      .max(60)
      .regex(KEBAB, { error: 'is a code such as wrong-name: a-z, 0-9 and -' })
      .optional()
      .meta({
        description: `Replaces the codes of its findings (${Object.keys(kind.codes).join(', ') || 'those of the rules inside it'}).`,
      }),
    fix: z.string().min(1).max(1000).optional().meta({
      description: 'What would mend the file, said to the one who delivered it. Replaces the text of the rule.',
    }),
  };
}

/** The schema of one kind of rule with what its kind finds senseless. */
export function withSense<Schema extends z.ZodType<InnerRule>>(schema: Schema, kind: RuleKind): Schema {
  return schema
    .superRefine((rule, context) => {
      for (const { path, message, fix } of kind.sense?.(rule) ?? [])
        context.addIssue({ code: 'custom', path: [...path], message, params: { fix } });
    })
    .meta({ title: kind.kind, description: kind.summary });
}

/** The schema of a rule that stands inside another one: of any kind, and without a severity, which the outer one has. */
export function innerRuleSchema(kinds: readonly RuleKind[]): z.ZodType<InnerRule> {
  const schemas = kinds.map((kind) => withSense(z.strictObject({ ...ruleFields(kind), ...kind.parameters }), kind));
  return z.discriminatedUnion('rule', schemas as [(typeof schemas)[number], ...typeof schemas]).meta({
    id: 'innerRule',
  });
}
