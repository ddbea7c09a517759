import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { schemasWithoutId } from '@asyncapi/specs';
import Ajv from 'ajv';
import { place, placeMessage, readMessage, redriveMessage, walkMessage } from '@assay/broker';
import { asyncApiDocument } from '@assay/broker/asyncapi';
import { version } from '../../package.json';
import { Installation } from '../installation';

jest.setTimeout(90_000);

type Json = Record<string, unknown>;
const checker = (): Ajv => new Ajv({ strict: false, allErrors: true, validateFormats: false });
const CHECKOUT = join(__dirname, '../..');
const committed = (name: string): Json => JSON.parse(readFileSync(join(CHECKOUT, 'docs/api', name), 'utf8')) as Json;

describe('docs/api/openapi.json', () => {
  let served: Json;
  beforeAll(async () => {
    const installation = await Installation.make();
    try {
      await installation.start({ environment: { SCAN_THREADS: '0' } });
      served = (await installation.api.get<Json>('/docs-json')).body;
    } finally {
      await installation.close();
    }
  });

  it('is what the API says of itself; where it is not, run npm run docs:api', () => {
    expect(committed('openapi.json')).toEqual(served);
  });

  it('is valid OpenAPI 3.1', async () => {
    const { Validator } = await import('@seriousme/openapi-schema-validator');
    const told = await new Validator().validate(committed('openapi.json'));
    expect(told).toMatchObject({ valid: true });
    const broken = { ...committed('openapi.json'), paths: { '/x': { get: { responses: 7 } } } };
    expect((await new Validator().validate(broken)).valid).toBe(false);
  });
});

describe('docs/api/asyncapi.json', () => {
  const document = committed('asyncapi.json') as {
    channels: Record<string, { messages: Json; bindings: { amqp: { exchange?: { name: string } } } }>;
    components: { messages: Record<string, Message>; schemas: Record<string, object> };
  };
  interface Message {
    payload?: { $ref: string };
    headers: { $ref: string };
    examples: { payload: unknown; headers: object }[];
  }

  it('is made of the code; where it is not, run npm run docs:api', () => {
    expect(document).toEqual(JSON.parse(JSON.stringify(asyncApiDocument(version))));
  });

  it('is valid AsyncAPI 3.0', () => {
    const ajv = checker();
    const check = ajv.compile(schemasWithoutId['3.0.0'] as object);
    check(document);
    expect(check.errors).toBeNull();
    expect(check({ ...document, channels: { x: { address: 7 } } })).toBe(false);
  });

  it('points at nothing that is not there', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path = '']) => path);
    expect(references.length).toBeGreaterThan(20);
    for (const path of references) {
      let found: unknown = document;
      for (const key of path.split('/')) found = (found as Json | undefined)?.[key];
      expect([path, found === undefined]).toEqual([path, false]);
    }
  });

  it('gives examples that the code takes, with headers that fit', () => {
    const schemas = { walk: walkMessage, redrive: redriveMessage, place: placeMessage };
    const ajv = checker();
    for (const [name, { payload, headers, examples }] of Object.entries(document.components.messages)) {
      expect([name, examples.length > 0]).toEqual([name, true]);
      for (const example of examples) {
        const { task } = example.payload as { task: keyof typeof schemas };
        expect(readMessage<unknown>(schemas[task], Buffer.from(JSON.stringify(example.payload)))).toMatchObject({
          ok: true,
        });
        for (const [schema, value] of [
          [payload, example.payload],
          [headers, example.headers],
        ] as const) {
          if (schema === undefined) continue;
          const check = ajv.compile(document.components.schemas[schema.$ref.split('/').at(-1) ?? ''] ?? false);
          check(value);
          expect([name, check.errors]).toEqual([name, null]);
        }
      }
    }
  });

  it('refuses by its schemas what the code refuses', () => {
    const check = checker().compile(document.components.schemas['Place'] ?? true);
    const good = place('0198c6a1-7f3e-7c44-9d15-0f6c5f8f2a11', 0, [{ seq: 1, path: 'a' }]);
    const bad = [
      { ...good, version: 2 },
      { ...good, files: [] },
      { ...good, extra: 1 },
      { ...good, generation: -1 },
    ];
    expect(check(good)).toBe(true);
    for (const one of bad) {
      expect([one, check(one)]).toEqual([one, false]);
      expect(readMessage(placeMessage, Buffer.from(JSON.stringify(one))).ok).toBe(false);
    }
  });

  it('has every exchange of the topology', () => {
    const exchanges = Object.values(document.channels).flatMap(({ bindings }) => bindings.amqp.exchange?.name ?? []);
    expect([...new Set(exchanges)].sort()).toEqual([
      'inspection',
      'inspection.control',
      'inspection.dead',
      'inspection.events',
      'inspection.retry',
    ]);
  });
});
