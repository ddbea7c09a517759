import { OUTCOMES } from '@assay/ledger';
import { z } from 'zod';

/** A path as a client may give it: text that a file system can hold, so that nothing of it is guessed. */
export const path = z
  .string({ error: 'must be a path' })
  .min(1, 'must not be empty')
  .max(4096, 'must not be longer than 4096 characters')
  .refine((text) => !text.includes('\0'), 'must not contain a NUL character')
  .refine((text) => text.isWellFormed(), 'must be well-formed Unicode');

const line = (what: string, most: number) =>
  z
    .string({ error: `must be ${what}` })
    .min(1, 'must not be empty')
    .max(most, `must not be longer than ${most} characters`)
    .refine((text) => text.isWellFormed() && !/\p{Cc}/u.test(text), 'must be one line of well-formed Unicode');

export const label = line('text', 200);
export const profileName = line('the name of a profile', 60);
export const priority = z.enum(['high', 'normal', 'low'], 'must be high, normal or low');
export const SCAN_STATES = ['scheduled', 'queued', 'scanning', 'moving', 'completed', 'cancelled', 'failed'] as const;
const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, `must be one of ${values.join(', ')}`);

const EXAMPLE_ID = '0198c6a1-7f3e-7c44-9d15-0f6c5f8f2a11';

/** The body of `POST /v1/scans`. */
export const newScanBody = z.strictObject(
  {
    directory: path.meta({
      description: 'What is to be scanned: absolute, or relative to the first root.',
      examples: ['incoming/2024-05-02'],
    }),
    profile: profileName.meta({ description: 'Name of an inspection profile.', examples: ['photos'] }),
    accept: path.optional().meta({
      description:
        'Folder for files that pass; default: `accepted` in the root that holds the directory. Made when first needed.',
      examples: ['accepted'],
    }),
    quarantine: path.optional().meta({
      description:
        'Folder for files that fail; default: `quarantined` in the root that holds the directory. Made when first needed.',
      examples: ['quarantined'],
    }),
    dryRun: z.boolean({ error: 'must be true or false' }).default(false).meta({
      description:
        'Judge and plan, and move nothing: every file ends as `left`, with the destination that it would have.',
    }),
    priority: priority.default('normal').meta({ description: 'Files of a higher priority are placed first.' }),
    startAt: z.iso
      .datetime({ offset: true, error: 'must be an ISO 8601 time with offset, such as 2030-01-31T06:00:00+01:00' })
      .optional()
      .meta({ description: 'When to begin; default: at once.', examples: ['2030-01-31T06:00:00+01:00'] }),
    label: label.optional().meta({ description: 'A word of yours to find scans by.', examples: ['wedding-042'] }),
  },
  { error: 'must be a JSON object' },
);
export type NewScanBody = z.output<typeof newScanBody>;

const count = z.int().min(0);
const time = z.iso.datetime({ offset: true });

export const counts = z
  .object({
    found: count,
    pending: count,
    accepted: count,
    quarantined: count,
    left: count,
    skipped: count,
    conflicted: count,
    errored: count,
  })
  .meta({ description: 'At every moment `found` is the sum of the others.' });

export const paused = z.object({ by: z.string().nullable(), why: z.string(), since: time }).nullable().meta({
  description:
    'Who holds the placing of files up, and why: `assay` where a subscriber paused itself, since no file could be placed (no room, or a root is away). It goes on by itself; null while nobody does.',
});
export type PausedJson = z.output<typeof paused>;

export const scan = z
  .object({
    id: z.uuid(),
    state: z.enum(SCAN_STATES).meta({
      description:
        '`failed`: the walk could not finish; what was published still ended, and `error` says why. No finished state holds pending files.',
    }),
    directory: z.string(),
    profile: z.object({ name: z.string(), version: z.string(), digest: z.string() }),
    accept: z.string(),
    quarantine: z.string(),
    dryRun: z.boolean(),
    priority,
    label: z.string().nullable(),
    counts,
    balanced: z.boolean().meta({ description: 'The scan has finished and its counts were checked against the rows.' }),
    filesPerSecond: z.number().nullable().meta({ description: 'Files ended a second, since the scan began.' }),
    etaSeconds: z.number().nullable().meta({ description: 'Known once the walk has ended and files are moving.' }),
    paused,
    createdAt: time,
    startAt: time.nullable(),
    startedAt: time.nullable(),
    finishedAt: time.nullable(),
    epilogue: z
      .object({
        endedAt: time,
        reasons: z.string().nullable().meta({
          description: 'The file that says why each quarantined file was quarantined; null where none was.',
        }),
        problem: z.string().optional().meta({ description: 'Why not all of it could be done.' }),
      })
      .nullable()
      .meta({
        description:
          'What is done once after the scan has finished, mostly within a second: `REASONS.csv` beside the quarantined files, and where the profile asks for it the removal of folders that the scan emptied. Null until it has ended.',
      }),
    error: z.string().optional().meta({ description: 'Why the walk could not finish.' }),
  })
  .meta({
    description: 'One run over one directory. Paths are absolute; bytes of a name that are not UTF-8 appear as U+FFFD.',
    examples: [
      {
        id: EXAMPLE_ID,
        state: 'completed',
        directory: '/srv/photos/incoming/2024-05-02',
        profile: { name: 'photos', version: '1', digest: `sha256:${'3f'.repeat(32)}` },
        accept: '/srv/photos/accepted',
        quarantine: '/srv/photos/quarantined',
        dryRun: false,
        priority: 'normal',
        label: 'wedding-042',
        counts: {
          found: 1204,
          pending: 0,
          accepted: 1187,
          quarantined: 15,
          left: 0,
          skipped: 2,
          conflicted: 0,
          errored: 0,
        },
        balanced: true,
        filesPerSecond: 3011.4,
        etaSeconds: null,
        paused: null,
        createdAt: '2024-05-02T18:00:00.000Z',
        startAt: null,
        startedAt: '2024-05-02T18:00:00.120Z',
        finishedAt: '2024-05-02T18:00:00.520Z',
        epilogue: { endedAt: '2024-05-02T18:00:00.840Z', reasons: '/srv/photos/quarantined/REASONS.csv' },
      },
    ],
  });
export type ScanJson = z.output<typeof scan>;

export const limit = z.coerce
  .number({ error: 'must be a whole number from 1 to 1000' })
  .int('must be a whole number from 1 to 1000')
  .min(1, 'must be a whole number from 1 to 1000')
  .max(1000, 'must be a whole number from 1 to 1000')
  .default(100);

export const cursor = z
  .string({ error: 'must be given once' })
  .regex(/^[\w-]{1,200}$/, 'must be a `nextCursor` that an earlier page gave')
  .optional()
  .meta({ description: '`nextCursor` of the page before.' });

export const scansQuery = z.strictObject({
  state: oneOf(SCAN_STATES).optional(),
  label: label.optional(),
  limit,
  cursor,
});

/** Any text: what is no id names no scan. */
export const scanId = z.string({ error: 'must be the id of a scan' }).meta({ examples: [EXAMPLE_ID] });

export const scanParams = z.strictObject({
  id: scanId.meta({ description: 'Id of the scan.', examples: [EXAMPLE_ID] }),
});

export type ScanParams = z.output<typeof scanParams>;

export const scanPage = z
  .object({ items: z.array(scan), nextCursor: z.string().nullable() })
  .meta({ examples: [{ items: scan.meta()?.examples, nextCursor: null }] });

export { OUTCOMES, oneOf, time };
