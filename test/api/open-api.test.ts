import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020';
import { type Answer, Installation, type ScanAnswer } from '../installation';

jest.setTimeout(90_000);

interface Media {
  schema: { $ref?: string };
  examples?: Record<string, { value: unknown }>;
}
interface Operation {
  operationId: string;
  summary: string;
  parameters?: { name: string; in: string; required: boolean; schema: object }[];
  requestBody?: { content: Record<string, Media> };
  responses: Record<string, { description: string; content?: Record<string, Media> }>;
}
interface Document {
  openapi: string;
  info: { version: string; description: string };
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, { examples?: unknown[] }>; securitySchemes: Record<string, object> };
}

let installation: Installation;
let document: Document;
let ajv: Ajv2020;
beforeAll(async () => {
  installation = await Installation.make();
  for (const name of ['a.txt', 'b.txt']) installation.write(`incoming/${name}`, name);
  await installation.start({ subscribers: 1 });
  document = (await installation.api.get<Document>('/docs-json')).body;
  ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  ajv.addSchema(document, 'document');
});
afterAll(() => installation.close());

const operations = (): [string, string, Operation][] =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, string, Operation] => [method, path, operation]),
  );
const schema = (reference: string): ValidateFunction => {
  const found = ajv.getSchema(`document${reference}`);
  if (!found) throw new Error(`The document has no ${reference}`);
  return found;
};
function expectFits(reference: string, value: unknown): void {
  const check = schema(reference);
  check(value);
  expect({ value, errors: check.errors }).toEqual({ value, errors: null });
}

describe('the document of the API', () => {
  it('is OpenAPI 3.1 and names every call', () => {
    expect(document.openapi).toBe('3.1.0');
    expect(
      operations()
        .map(([method, path]) => `${method.toUpperCase()} ${path}`)
        .sort(),
    ).toEqual([
      'GET /health/live',
      'GET /health/ready',
      'GET /v1/dead-letters',
      'GET /v1/dead-letters/redrives',
      'GET /v1/profiles',
      'GET /v1/profiles/{name}',
      'GET /v1/scans',
      'GET /v1/scans/{id}',
      'GET /v1/scans/{id}/events',
      'GET /v1/scans/{id}/files',
      'GET /v1/scans/{id}/report',
      'GET /v1/scans/{id}/summary',
      'POST /v1/dead-letters/redrive',
      'POST /v1/inspections',
      'POST /v1/scans',
      'POST /v1/scans/{id}/cancel',
    ]);
  });

  it('tells each call apart by its operationId, and says what it is for', () => {
    const ids = operations().map(([, , { operationId }]) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, , { summary }] of operations()) expect(summary).toMatch(/\S/);
  });

  it('has the parameters of every path that holds some', () => {
    for (const [, path, { parameters = [] }] of operations()) {
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect(parameters.filter((one) => one.in === 'path').map(({ name }) => name)).toEqual(named);
    }
  });

  it('lists every code of a problem with its meaning', () => {
    const { properties } = document.components.schemas['Problem'] as unknown as {
      properties: { code: { enum: string[] } };
    };
    expect(properties.code.enum.length).toBeGreaterThan(25);
    for (const code of properties.code.enum) expect(document.info.description).toContain(`\`${code}\``);
  });

  it('has both ways to send a key', () => {
    expect(document.components.securitySchemes).toMatchObject({
      bearer: { type: 'http', scheme: 'bearer' },
      key: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
    });
  });

  it('gives examples that fit: of each body, each problem, and each answer that is JSON', () => {
    for (const [method, path, { requestBody, responses }] of operations()) {
      const media = [requestBody, ...Object.values(responses)].flatMap((one) => Object.entries(one?.content ?? {}));
      for (const [type, { schema: own, examples = {} }] of media) {
        if (own.$ref === undefined) {
          expect(['/v1/scans/{id}/report', '/v1/scans/{id}/events']).toContain(path);
          expect(type).toMatch(/^(text\/(csv|html|event-stream)|application\/jsonl)$/);
          continue;
        }
        const named = document.components.schemas[own.$ref.split('/').at(-1) ?? ''];
        const values = [...Object.values(examples).map(({ value }) => value), ...(named?.examples ?? [])];
        expect([method, path, own.$ref, values.length > 0]).toEqual([method, path, own.$ref, true]);
        for (const value of values) expectFits(own.$ref, value);
      }
    }
  });

  it('is shown to people at /docs', async () => {
    const { status, headers, text } = await installation.api.get('/docs');
    expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(text).toContain('swagger-ui');
  });
});

describe('what the API answers', () => {
  /** Asks, and holds the answer to what the document says of this call and status. */
  async function hold(method: string, route: string, ask: () => Promise<Answer>): Promise<Answer> {
    const answer = await ask();
    const operation = document.paths[route]?.[method];
    const media = operation?.responses[String(answer.status)]?.content ?? {};
    const type = (answer.headers.get('content-type') ?? '').split(';', 1)[0] ?? '';
    expect([route, answer.status, Object.keys(media)]).toEqual([route, answer.status, expect.arrayContaining([type])]);
    const reference = media[type]?.schema.$ref;
    if (reference !== undefined) expectFits(reference, answer.body);
    return answer;
  }
  const get = (path: string, route: string) => hold('get', route, () => installation.api.get(path));
  const post = (path: string, body: unknown, route = path) =>
    hold('post', route, () => installation.api.post(path, body));

  it('fits the document, successes and problems alike', async () => {
    const { body } = await post('/v1/scans', { directory: 'incoming', profile: 'any-file', label: 'x' });
    const { id } = body as ScanAnswer;
    await installation.finished(id);
    await get(`/v1/scans/${id}`, '/v1/scans/{id}');
    await get('/v1/scans', '/v1/scans');
    await get(`/v1/scans/${id}/files`, '/v1/scans/{id}/files');
    await get(`/v1/scans/${id}/summary`, '/v1/scans/{id}/summary');
    await get(`/v1/scans/${id}/report?format=jsonl`, '/v1/scans/{id}/report');
    await get(`/v1/scans/${id}/report?format=csv`, '/v1/scans/{id}/report');
    await get(`/v1/scans/${id}/report?format=json`, '/v1/scans/{id}/report');
    await get(`/v1/scans/${id}/report?format=html`, '/v1/scans/{id}/report');
    await get(`/v1/scans/${id}/events`, '/v1/scans/{id}/events');
    await get('/v1/scans/none/events', '/v1/scans/{id}/events');
    await get('/v1/profiles', '/v1/profiles');
    await get('/v1/profiles/photos', '/v1/profiles/{name}');
    await get('/health/live', '/health/live');
    await get('/health/ready', '/health/ready');
    installation.write('incoming/c.txt', 'c');
    await post('/v1/inspections', { path: 'incoming/c.txt', profile: 'photos' });
    await post(`/v1/scans/${id}/cancel`, undefined, '/v1/scans/{id}/cancel');
    await post('/v1/scans', { directory: 'incoming', profile: 'fotos' });
    await post('/v1/scans', { directory: 7 });
    await get('/v1/scans/none/files?limit=x', '/v1/scans/{id}/files');
    await get('/v1/scans/none', '/v1/scans/{id}');
  });
});
