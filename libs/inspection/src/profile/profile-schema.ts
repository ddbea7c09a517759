import { z } from 'zod';
import { RULE_KINDS } from '../rules/registry';
import type { RuleDefinition } from '../rules/rule-kind';
import { ruleFields, withSense } from '../rules/rule-schema';

/** The one source of truth of a profile's form. The published JSON Schema and the checks are both made from it. */

export const PROFILE_NAME = /^[a-z0-9]+(-[a-z0-9]+)*$/;

const severity = z.enum(['must', 'should']).default('must').meta({
  description: 'must: a file with the finding fails. should: the finding is advice and the file may pass.',
});

const globList = z.array(z.string().min(1).max(1000)).min(1).max(500);

const template = z.string().min(1).max(2000);

const onConflict = z.enum(['number', 'fail']).default('number').meta({
  description:
    'Where the destination is taken by another file. number: photo-2.jpg is used. fail: the file stays where it is, as conflicted.',
});

/** One rule of a profile, by its kind: the parameters of the kind beside what every rule has. */
const ruleSchemas = RULE_KINDS.map((kind) => {
  const { rule, code, fix } = ruleFields(kind);
  return withSense(z.strictObject({ rule, severity, code, fix, ...kind.parameters }), kind);
});
type RuleSchema = (typeof ruleSchemas)[number];

const ruleSchema = z.discriminatedUnion('rule', ruleSchemas as [RuleSchema, ...RuleSchema[]]);

export const profileDefinitionSchema = z
  .strictObject({
    name: z
      .string()
      .max(60)
      .regex(PROFILE_NAME, { error: 'is a name in kebab-case, such as wedding-raws: a-z, 0-9 and -' })
      .meta({
        description: 'The name by which scans ask for the profile; the same as the name of its file, without .yaml.',
      }),
    version: z.string().min(1).max(60).meta({
      description: 'Text that you choose and change with the profile, such as "1.2". Stored with every scan.',
    }),
    title: z.string().min(1).max(200).optional().meta({ description: 'A short name for people.' }),
    description: z.string().min(1).max(5000).optional().meta({ description: 'What the profile is for.' }),
    include: globList.optional().meta({
      description:
        'Globs of the paths to inspect, relative to the scanned directory, as fast-glob means them. Default: every file.',
    }),
    exclude: globList.optional().meta({
      description: 'Globs of the paths to leave alone, as fast-glob means them. They are recorded as skipped.',
    }),
    settleSeconds: z.number().min(0).max(3600).default(2).meta({
      description:
        'A file that changed less than this many seconds ago may still be written: it is looked at again later.',
    }),
    transfer: z.enum(['move', 'copy']).default('move').meta({
      description:
        'move: a placed file is gone from its source. copy: it stays there too, and nothing is written where it lies, so that sources may be read-only.',
    }),
    removeEmptyFolders: z.boolean().default(false).meta({
      description:
        'true: folders of the scanned directory from which the scan has moved every file are removed when it has completed; never the directory itself, nor a folder that holds anything. Nothing is removed where transfer is copy.',
    }),
    rules: z.array(ruleSchema).max(200).meta({ description: 'The rules; each file is checked against all of them.' }),
    accept: z
      .strictObject({
        to: template.default('{{ path }}').meta({
          description: "Template of a passing file's path below the folder for accepted files.",
        }),
        onConflict,
      })
      .prefault({})
      .meta({ description: 'What becomes of a file that passes.' }),
    reject: z
      .strictObject({
        disposition: z.enum(['quarantine', 'leave']).default('quarantine').meta({
          description:
            'quarantine: a failing file is moved to the folder for quarantined files. leave: it stays where it is.',
        }),
        to: template.default('{{ path }}').meta({
          description: "Template of a failing file's path below the folder for quarantined files.",
        }),
        onConflict,
      })
      .prefault({})
      .meta({ description: 'What becomes of a file that fails.' }),
  })
  .meta({ title: 'Assay inspection profile' });

interface Shape extends Omit<z.output<typeof profileDefinitionSchema>, 'rules'> {
  rules: RuleDefinition[];
}

/** A profile as plain JSON, every default filled in. It is stored with each scan and compiled again wherever it is used. */
export type ProfileDefinition = Shape;

let published: Readonly<Record<string, unknown>> | undefined;

/** The published JSON Schema (draft 2020-12) of a profile, for editors and other programs. Made once, and not before it is asked for. */
export function profileSchema(): Readonly<Record<string, unknown>> {
  published ??= { ...z.toJSONSchema(profileDefinitionSchema, { target: 'draft-2020-12', io: 'input' }) };
  return published;
}
