import { displayPath, encodePath, decodePath, isExactText } from '@assay/inspection';
import { z } from 'zod';

/*
 * What travels. Each message is versioned, small, and says no more than which rows of the ledger it is about: what is to be done
 * with a file stands in the ledger alone, so a forged message can do no harm.
 */

/** A message larger than this is refused before it is parsed. */
export const LARGEST_MESSAGE = 64 * 1024;

const scan = z.uuid().describe('Id of the scan');
const requestId = z.string().max(200).optional();

export const walkMessage = z
  .strictObject({ version: z.literal(1), task: z.literal('walk'), scan })
  .describe('Walk the next slice of a scan');

export const redriveMessage = z
  .strictObject({ version: z.literal(1), task: z.literal('redrive'), redrive: z.uuid().describe('Id of the redrive') })
  .describe('Send the next dead letters of a redrive again');

/** What waits for scan threads. */
export const scansMessage = z.discriminatedUnion('task', [walkMessage, redriveMessage]);

export const placeMessage = z
  .strictObject({
    version: z.literal(1),
    task: z.literal('place'),
    scan,
    generation: z.int().min(0).describe('Raised by each redrive'),
    files: z
      .array(
        z.strictObject({
          seq: z.int().min(1).describe('Number of the row in its scan'),
          path: z
            .string()
            .min(1)
            .max(8192)
            .describe("Relative to the scan's directory; what is not UTF-8 appears as U+FFFD"),
          pathBytes: z.base64().max(12_000).optional().describe('The exact bytes of a path that is not UTF-8'),
        }),
      )
      .min(1)
      .max(100)
      .describe('Files that move as one or not at all'),
  })
  .describe('Place one file, or a set that belongs together, as the ledger says');

export type WalkMessage = z.infer<typeof walkMessage>;
export type RedriveMessage = z.infer<typeof redriveMessage>;
export type PlaceMessage = z.infer<typeof placeMessage>;

/** A row as a message names it; `path` is text as `decodePath` gives it. */
export interface NamedFile {
  seq: number;
  path: string;
}

export function walk(scanId: string): WalkMessage {
  return { version: 1, task: 'walk', scan: scanId };
}

export function redrive(redriveId: string): RedriveMessage {
  return { version: 1, task: 'redrive', redrive: redriveId };
}

export function place(scanId: string, generation: number, files: NamedFile[]): PlaceMessage {
  return {
    version: 1,
    task: 'place',
    scan: scanId,
    generation,
    files: files.map(({ seq, path }) =>
      isExactText(path)
        ? { seq, path }
        : { seq, path: displayPath(path), pathBytes: Buffer.from(encodePath(path)).toString('base64') },
    ),
  };
}

/** The path of a file in a message, exact. */
export function pathIn(file: PlaceMessage['files'][number]): string {
  return file.pathBytes === undefined ? file.path : decodePath(Buffer.from(file.pathBytes, 'base64'));
}

export type Read<T> = { ok: true; message: T } | { ok: false; reason: string };

/** Reads a message, believing nothing. Never throws; the reason says what does not fit. */
export function readMessage<T>(schema: z.ZodType<T>, body: Buffer): Read<T> {
  if (body.length > LARGEST_MESSAGE)
    return { ok: false, reason: `malformed: ${body.length} bytes, more than ${LARGEST_MESSAGE}` };
  let json: unknown;
  try {
    json = JSON.parse(body.toString('utf8'));
  } catch {
    return { ok: false, reason: 'malformed: not JSON' };
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return { ok: true, message: parsed.data };
  const first = parsed.error.issues[0];
  return { ok: false, reason: `malformed: ${first?.path.join('.') || 'message'}: ${first?.message ?? 'does not fit'}` };
}

/** Headers of ours. The ladder's step is kept by the publisher of a retry. */
export const HEADER = {
  requestId: 'x-request-id',
  step: 'assay-step',
  delay: 'delay',
  reason: 'assay-reason',
} as const;

export const headersSchema = z.object({ [HEADER.requestId]: requestId, [HEADER.step]: z.int().min(0).optional() });
