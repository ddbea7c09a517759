import { z } from 'zod';

const brief = {
  name: z.string().meta({ examples: ['photos'] }),
  version: z.string().meta({ examples: ['1'] }),
  digest: z.string().meta({ description: "`sha256:` and the hex digest of the profile's file." }),
  title: z.string().optional(),
  description: z.string().optional(),
};

export const profileParams = z.strictObject({
  name: z.string().meta({ description: 'Name of the profile.', examples: ['photos'] }),
});

const example = { name: 'photos', version: '1.0', digest: `sha256:${'3f'.repeat(32)}`, title: 'Photos' };

export const profileList = z
  .object({
    items: z.array(z.object(brief)),
    problems: z
      .array(z.object({ field: z.string(), message: z.string(), fix: z.string().optional() }))
      .meta({ description: 'Why profiles that lie in the folder are of no use: file, line and column, and the mend.' }),
  })
  .meta({ examples: [{ items: [example], problems: [] }] });

export const oneProfile = z
  .object({
    ...brief,
    definition: z.record(z.string(), z.unknown()).meta({ description: 'What the YAML says, with every default.' }),
  })
  .meta({
    examples: [
      {
        ...example,
        definition: {
          name: 'photos',
          version: '1.0',
          title: 'Photos',
          settleSeconds: 2,
          rules: [{ rule: 'size', severity: 'must', min: 1024 }],
          accept: { to: '{{ path }}', onConflict: 'number' },
          reject: { disposition: 'quarantine', to: '{{ path }}', onConflict: 'number' },
        },
      },
    ],
  });
