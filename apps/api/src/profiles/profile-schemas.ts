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

export const profileList = z.object({
  items: z.array(z.object(brief)),
  problems: z
    .array(z.object({ field: z.string(), message: z.string(), fix: z.string().optional() }))
    .meta({ description: 'Why profiles that lie in the folder can’t be used: file, line and column, and the mend.' }),
});

export const oneProfile = z.object({
  ...brief,
  definition: z.record(z.string(), z.unknown()).meta({ description: 'As YAML says it, as JSON.' }),
});
