import { z } from 'zod';
import { counts, cursor, limit, OUTCOMES, oneOf, time } from './scan-schemas';

export const outcome = oneOf(OUTCOMES as [(typeof OUTCOMES)[number], ...(typeof OUTCOMES)[number][]]);
export const verdict = oneOf(['pass', 'fail']);
const severity = z.enum(['must', 'should']);

export const finding = z
  .object({
    code: z.string(),
    severity,
    message: z.string(),
    fix: z.string(),
    value: z.union([z.string(), z.number(), z.boolean(), z.null()]).optional(),
  })
  .meta({ description: 'One observation by one rule. A file passes while no `must` finding stands.' });

export const facts = z
  .object({
    mediaType: z.string(),
    extension: z.string(),
    width: z.int().optional(),
    height: z.int().optional(),
    orientation: z.int().optional(),
    camera: z
      .object({
        make: z.string().optional(),
        model: z.string().optional(),
        lens: z.string().optional(),
        serial: z.string().optional(),
        software: z.string().optional(),
      })
      .optional(),
    captured: z
      .object({
        local: z.string().meta({ examples: ['2024-02-29T12:34:56.007'] }),
        offset: z
          .string()
          .nullable()
          .meta({ examples: ['+09:00'] }),
        source: z.string().meta({ examples: ['EXIF:DateTimeOriginal'] }),
      })
      .optional(),
    location: z
      .object({ latitude: z.number(), longitude: z.number(), altitude: z.number().optional(), source: z.string() })
      .optional(),
    durationSeconds: z.number().optional(),
    codec: z
      .string()
      .optional()
      .meta({ description: 'Of the video track, as four letters.', examples: ['avc1'] }),
    rotation: z
      .number()
      .optional()
      .meta({ description: 'Degrees clockwise by which it is to be turned to be seen upright.' }),
    rating: z.number().optional().meta({ description: '-1 (rejected), 0 (none) … 5 stars.' }),
    title: z.string().optional(),
    creator: z.string().optional(),
    copyright: z.string().optional(),
    content: z
      .object({
        complete: z.boolean().nullable().optional(),
        decodes: z.boolean().nullable().optional(),
        why: z.object({ complete: z.string().optional(), decodes: z.string().optional() }).optional(),
      })
      .optional()
      .meta({
        description:
          'Whether the file is whole, and whether it decodes: null where it can not be told, absent where it was not asked.',
      }),
    digest: z
      .string()
      .optional()
      .meta({ description: '`sha256:` and the hex digest of the whole file, where a rule needed it.' }),
    reader: z.enum(['exifr', 'sharp', 'exiftool', 'none']),
    problems: z.array(z.object({ code: z.string(), message: z.string() })),
  })
  .meta({
    description:
      'What was read of the file. Width and height in pixels as stored, degrees signed decimal (WGS 84), metres; what is absent is unknown.',
  });

export const fileRecord = z
  .object({
    seq: z.int().min(1).meta({ description: 'Number of the file in its scan, 1 … found.' }),
    path: z.string().meta({ description: "Relative to the scan's directory." }),
    pathBytes: z.base64().optional().meta({ description: 'The exact bytes of a path that is not UTF-8.' }),
    size: z.int().nullable(),
    modifiedAt: time.nullable(),
    mediaType: z.string().nullable(),
    facts: facts.nullable().meta({ description: 'Null where the file was not judged.' }),
    verdict: verdict.nullable(),
    findings: z.array(finding),
    outcome,
    reason: z.string().optional().meta({ description: 'A stable code, or `code: explanation`.' }),
    destination: z.string().nullable().meta({ description: 'Absolute; planned or reached.' }),
    destinationBytes: z.base64().optional(),
    attempts: z.int(),
    digest: z.string().optional().meta({ description: '`sha256:` and the hex digest of the whole file, where known.' }),
    updatedAt: time,
  })
  .meta({
    examples: [
      {
        seq: 17,
        path: 'card-1/IMG_0017.jpg',
        size: 28114,
        modifiedAt: '2024-05-02T17:41:09.000Z',
        mediaType: 'image/jpeg',
        facts: {
          mediaType: 'image/jpeg',
          extension: 'jpg',
          width: 640,
          height: 480,
          camera: { make: 'Canon', model: 'EOS R5' },
          captured: { local: '2024-05-02T17:41:08', offset: '+02:00', source: 'EXIF:DateTimeOriginal' },
          reader: 'exifr',
          problems: [],
        },
        verdict: 'fail',
        findings: [
          {
            code: 'too-small',
            severity: 'must',
            message: 'The image has 640 × 480 pixels',
            fix: 'Deliver it in at least 1000 × 1000 pixels.',
            value: 640,
          },
        ],
        outcome: 'quarantined',
        destination: '/srv/photos/quarantined/card-1/IMG_0017.jpg',
        attempts: 1,
        updatedAt: '2024-05-02T18:00:00.400Z',
      },
    ],
  });
export type FileRecordJson = z.output<typeof fileRecord>;

const fileFilter = {
  outcome: outcome.optional(),
  verdict: verdict.optional(),
  code: z
    .string({ error: 'must be given once' })
    .min(1)
    .max(200)
    .optional()
    .meta({ description: 'Code of a finding.' }),
  path: z
    .string({ error: 'must be given once' })
    .max(4096)
    .refine((text) => text.isWellFormed(), 'must be well-formed Unicode')
    .optional()
    .meta({ description: 'Prefix of the path.' }),
};

const ANY_SEQ = 'must be a whole number from 0 to 999999999999999';
const after = z.coerce
  .number({ error: ANY_SEQ })
  .int(ANY_SEQ)
  .min(0, ANY_SEQ)
  .max(999_999_999_999_999, ANY_SEQ)
  .default(0)
  .meta({
    description: 'Only files with a greater `seq`: since they are numbered 1 … found, any position is reached at once.',
  });

export const filesQuery = z.strictObject({ ...fileFilter, limit, cursor, after });
export const filePage = z
  .object({ items: z.array(fileRecord), nextCursor: z.string().nullable() })
  .meta({ examples: [{ items: fileRecord.meta()?.examples, nextCursor: 'MTc' }] });

export const summary = z
  .object({
    counts,
    findings: z.array(z.object({ code: z.string(), severity, count: z.int() })),
    mediaTypes: z.array(z.object({ mediaType: z.string(), count: z.int() })),
    cameras: z.array(z.object({ make: z.string().nullable(), model: z.string().nullable(), count: z.int() })),
  })
  .meta({
    description: 'The scan in numbers, the most frequent first.',
    examples: [
      {
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
        findings: [{ code: 'too-small', severity: 'must', count: 15 }],
        mediaTypes: [
          { mediaType: 'image/jpeg', count: 1200 },
          { mediaType: 'text/plain', count: 2 },
        ],
        cameras: [{ make: 'Canon', model: 'EOS R5', count: 1187 }],
      },
    ],
  });
