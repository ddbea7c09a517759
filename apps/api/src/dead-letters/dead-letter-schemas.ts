import { z } from 'zod';
import { fileRecord } from '../scans/file-schemas';
import { cursor, limit, scanId, time } from '../scans/scan-schemas';

/** The code of a reason, as a client may name it. */
const reason = z
  .string({ error: 'must be the code of a reason' })
  .min(1, 'must not be empty')
  .max(200, 'must not be longer than 200 characters')
  .refine((text) => text.isWellFormed(), 'must be well-formed Unicode')
  .meta({ description: 'The code of a reason: what stands before its colon.', examples: ['changed-since-inspection'] });

const ofScan = scanId.meta({ description: 'Of this scan alone; default: of all.' });

export const deadLettersQuery = z.strictObject({
  scan: ofScan.optional(),
  reason: reason.optional(),
  limit,
  cursor,
});

export const deadLetter = z
  .object({
    scan: z.uuid().meta({ description: 'Id of the scan.' }),
    ...fileRecord.shape,
    generation: z.int().min(1).meta({ description: 'Raised by each redrive; messages of an earlier one do nothing.' }),
    redriving: z
      .boolean()
      .meta({ description: 'It was sent again, and stays errored until its new end is written over it.' }),
  })
  .meta({
    description: 'An errored file: its message was dead-lettered, and it lies where it lay.',
    examples: [
      {
        scan: '0198c6a1-7f3e-7c44-9d15-0f6c5f8f2a11',
        seq: 23,
        path: 'card-1/IMG_0023.jpg',
        size: 28114,
        modifiedAt: '2024-05-02T17:41:09.000Z',
        mediaType: 'image/jpeg',
        facts: { mediaType: 'image/jpeg', extension: 'jpg', reader: 'exifr', problems: [] },
        verdict: 'pass',
        findings: [],
        outcome: 'errored',
        reason: 'changed-since-inspection',
        destination: '/srv/photos/accepted/card-1/IMG_0023.jpg',
        attempts: 1,
        updatedAt: '2024-05-02T18:00:00.400Z',
        generation: 1,
        redriving: false,
      },
    ],
  });
export type DeadLetterJson = z.output<typeof deadLetter>;

export const deadLetterPage = z
  .object({
    items: z.array(deadLetter),
    reasons: z
      .array(z.object({ reason: z.string(), count: z.int().min(1) }))
      .meta({ description: 'All dead letters of the scan, or of all scans, by the code of their reason.' }),
    nextCursor: z.string().nullable(),
  })
  .meta({
    description: 'In the order of scans and of their files.',
    examples: [
      {
        items: deadLetter.meta()?.examples,
        reasons: [
          { reason: 'changed-since-inspection', count: 12 },
          { reason: 'gone', count: 3 },
        ],
        nextCursor: null,
      },
    ],
  });

export const redriveBody = z.strictObject(
  { scan: ofScan.optional(), reason: reason.optional() },
  { error: 'must be a JSON object' },
);
export type RedriveBody = z.output<typeof redriveBody>;

export const redrive = z
  .object({
    id: z.uuid(),
    scan: z.uuid().nullable().meta({ description: 'Null where it is of all scans.' }),
    reason: z.string().nullable().meta({ description: 'Null where it is for any reason.' }),
    deadLetters: z
      .int()
      .meta({ description: 'Letters that it was asked for when it was asked, those on their way again among them.' }),
    redriven: z.int().meta({ description: 'Letters that it has sent again so far.' }),
    requestedBy: z.string().nullable().meta({ description: 'The name of the API key that asked for it.' }),
    requestedAt: time,
    endedAt: time.nullable().meta({ description: 'When it had sent all that it could; null until then.' }),
  })
  .meta({
    description: 'What an operator asked for: dead letters are sent again.',
    examples: [
      {
        id: '0198c6a2-0b51-7d10-8a3e-5f1f0b7c9e42',
        scan: '0198c6a1-7f3e-7c44-9d15-0f6c5f8f2a11',
        reason: 'changed-since-inspection',
        deadLetters: 12,
        redriven: 12,
        requestedBy: 'ann',
        requestedAt: '2024-05-02T19:00:00.000Z',
        endedAt: '2024-05-02T19:00:00.310Z',
      },
    ],
  });
export type RedriveJson = z.output<typeof redrive>;

export const redrivesQuery = z.strictObject({ limit, cursor });
export const redrivePage = z
  .object({ items: z.array(redrive), nextCursor: z.string().nullable() })
  .meta({ examples: [{ items: redrive.meta()?.examples, nextCursor: null }] });
