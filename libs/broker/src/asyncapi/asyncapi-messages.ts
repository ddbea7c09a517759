import { z } from 'zod';
import {
  HEADER,
  headersSchema,
  LARGEST_MESSAGE,
  place,
  placeMessage,
  redrive,
  redriveMessage,
  walk,
  walkMessage,
} from '../messages';
import { LADDER } from '../topology';

/** Ids that teach; no scan has them. */
const SCAN = '0198c6a1-7f3e-7c44-9d15-0f6c5f8f2a11';
const REDRIVE = '0198c6a2-0b51-7d10-8a3e-5f1f0b7c9e42';
const REQUEST = 'order-4711';
/** A name in Latin-1: bytes that are no UTF-8. */
const LATIN_1 = `card-2/caf\udce9.jpg`;

/** Without its dialect: JSON Schema draft 7 is what AsyncAPI takes a schema for that names none. */
function jsonSchema(schema: z.ZodType): object {
  const made = z.toJSONSchema(schema, { target: 'draft-7' });
  delete made.$schema;
  return made;
}

const own = headersSchema.shape;
const delay = z.enum(LADDER.map((rung) => rung.delay)).describe('The step of the ladder that it waits at');
const step = own[HEADER.step].unwrap().describe('Steps of the ladder taken so far');
const requestId = own[HEADER.requestId].describe('Id of the HTTP request that set it off, as in the logs');
const reason = z.string().max(500).describe('Why it rests here: a stable code, or `code: explanation`');

const workHeaders = z.object({
  [HEADER.requestId]: requestId,
  [HEADER.step]: step.optional(),
  [HEADER.delay]: delay.optional(),
});
const retryHeaders = z.object({ [HEADER.requestId]: requestId, [HEADER.step]: step, [HEADER.delay]: delay });
const deadHeaders = z.object({ ...workHeaders.shape, [HEADER.reason]: reason });

const walkExamples = [
  { name: 'walk', summary: 'Sent by `POST /v1/scans`', headers: { [HEADER.requestId]: REQUEST }, payload: walk(SCAN) },
];
const redriveExamples = [
  {
    name: 'redrive',
    summary: 'Sent by `POST /v1/dead-letters/redrive`',
    headers: { [HEADER.requestId]: REQUEST },
    payload: redrive(REDRIVE),
  },
];
const placeExamples = [
  {
    name: 'one',
    summary: 'One file',
    headers: { [HEADER.requestId]: REQUEST },
    payload: place(SCAN, 0, [{ seq: 17, path: 'card-1/IMG_0017.jpg' }]),
  },
  {
    name: 'bytes',
    summary: 'A name that is not UTF-8',
    headers: {},
    payload: place(SCAN, 0, [{ seq: 18, path: LATIN_1 }]),
  },
];

const WALK = 'The next slice of a scan is to be walked. Taken twice, it does no harm: the ledger knows who walks.';
const PLACE = `One file (or a set that belongs together) is to be placed. What is to be done with it stands in the ledger alone, so that a forged message can do no harm; one that comes twice, or of an earlier generation, is acknowledged and does nothing.`;

const REDRIVEN =
  'The next dead letters of a redrive are to be read, judged anew where their files changed, and sent again. Taken twice, it does no harm: the ledger knows what was sent.';

const base = { contentType: 'application/json', bindings: {} };
const amqp = (messageType: string) => ({ amqp: { messageType, bindingVersion: '0.3.0' } });
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });

/** Every message by its name in the document. */
export const asyncApiMessages = () => ({
  walk: {
    ...base,
    name: 'walk',
    title: 'Walk a scan',
    summary: WALK,
    headers: ref('WorkHeaders'),
    payload: ref('Walk'),
    bindings: amqp('walk'),
    examples: walkExamples,
  },
  redrive: {
    ...base,
    name: 'redrive',
    title: 'Send dead letters again',
    summary: REDRIVEN,
    headers: ref('WorkHeaders'),
    payload: ref('Redrive'),
    bindings: amqp('redrive'),
    examples: redriveExamples,
  },
  place: {
    ...base,
    name: 'place',
    title: 'Place a file',
    summary: PLACE,
    headers: ref('WorkHeaders'),
    payload: ref('Place'),
    bindings: amqp('place'),
    examples: placeExamples,
  },
  walkLater: {
    ...base,
    name: 'walkLater',
    title: 'Walk a scan, later',
    headers: ref('RetryHeaders'),
    payload: ref('Walk'),
    bindings: amqp('walk'),
    examples: [{ name: 'first', headers: { [HEADER.step]: 1, [HEADER.delay]: '1s' }, payload: walk(SCAN) }],
  },
  redriveLater: {
    ...base,
    name: 'redriveLater',
    title: 'Send dead letters again, later',
    headers: ref('RetryHeaders'),
    payload: ref('Redrive'),
    bindings: amqp('redrive'),
    examples: [{ name: 'second', headers: { [HEADER.step]: 2, [HEADER.delay]: '5s' }, payload: redrive(REDRIVE) }],
  },
  placeLater: {
    ...base,
    name: 'placeLater',
    title: 'Place a file, later',
    headers: ref('RetryHeaders'),
    payload: ref('Place'),
    bindings: amqp('place'),
    examples: [
      {
        name: 'third',
        headers: { [HEADER.requestId]: REQUEST, [HEADER.step]: 3, [HEADER.delay]: '30s' },
        payload: place(SCAN, 0, [{ seq: 17, path: 'card-1/IMG_0017.jpg' }]),
      },
    ],
  },
  evidence: {
    ...base,
    name: 'evidence',
    title: 'A message that came to nothing',
    summary: `As it came, whatever it was, with the reason. It is evidence: the ledger knows of the file, and redriving it is an act of the ledger.`,
    headers: ref('DeadHeaders'),
    examples: [
      {
        name: 'changed',
        headers: { [HEADER.reason]: 'changed-since-inspection' },
        payload: place(SCAN, 0, [{ seq: 17, path: 'card-1/IMG_0017.jpg' }]),
      },
    ],
  },
});

/** The schemas that the messages name; payloads are held to theirs on arrival. */
export const asyncApiSchemas = (): Record<string, object> => ({
  Walk: jsonSchema(walkMessage),
  Redrive: jsonSchema(redriveMessage),
  Place: {
    ...jsonSchema(placeMessage),
    $comment: `A message of more than ${LARGEST_MESSAGE} bytes is refused before it is parsed.`,
  },
  WorkHeaders: jsonSchema(workHeaders),
  RetryHeaders: jsonSchema(retryHeaders),
  DeadHeaders: jsonSchema(deadHeaders),
});
