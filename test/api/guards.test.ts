import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type ApiClient, Installation, type ProblemAnswer } from '../installation';

jest.setTimeout(90_000);

const STILL = { SCAN_THREADS: '0' };

describe('API keys', () => {
  let installation: Installation;
  beforeAll(async () => {
    installation = await Installation.make();
    await installation.start({ environment: { ...STILL, API_KEYS: 'ann:key-of-ann,bob:key-of-bob' } });
  });
  afterAll(() => installation.close());
  const get = (path: string, headers: Record<string, string> = {}) =>
    installation.api.get<ProblemAnswer>(path, headers);

  it.each(['/v1/scans', '/v1/profiles', '/docs', '/docs-json', '/nothing/here', '/'])(
    'are needed for %s: 401 without, and the way to authenticate is told',
    async (path) => {
      const answer = await get(path);
      expect([answer.status, answer.body.code]).toEqual([401, 'unauthorized']);
      expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="assay"');
      expect(answer.headers.get('content-type')).toBe('application/problem+json');
    },
  );

  it.each(['/health/live', '/health/ready'])('are not needed for %s', async (path) => {
    expect([200, 503]).toContain((await get(path)).status);
  });

  it.each([
    { authorization: 'Bearer key-of-ann' },
    { authorization: 'bearer key-of-bob' },
    { 'x-api-key': 'key-of-bob' },
  ])('open the API as %j', async (headers) => {
    expect((await get('/v1/scans', headers)).status).toBe(200);
  });

  it.each([
    { authorization: 'Bearer key-of-anna' },
    { authorization: 'Bearer key-of-an' },
    { authorization: 'Basic key-of-ann' },
    { authorization: 'Bearer ' },
    { 'x-api-key': '' },
    { 'x-api-key': 'ann' },
  ])('do not open it as %j', async (headers) => {
    expect((await get('/v1/scans', headers)).status).toBe(401);
  });

  it('never stand in the log, and neither do passwords of the broker', async () => {
    await get('/v1/scans', { authorization: 'Bearer key-of-ann' });
    await get('/v1/scans', { 'x-api-key': 'key-of-nobody' });
    const { output } = installation.apiProcess;
    expect(output).not.toContain('key-of-');
    expect(output).not.toContain(decodeURIComponent(new URL(installation.vhost.url).password));
  });
});

describe('without keys', () => {
  it('refuses to listen beyond loopback, and says what to do', async () => {
    const installation = await Installation.make();
    const refused = installation.spawn('api', { HOST: '0.0.0.0' });
    expect(await refused.ended).toBe(1);
    expect(refused.output).toContain('API_KEYS must be set where HOST is not loopback');
    expect(refused.output).not.toMatch(/^\s+at /m);
    await installation.close();
  });

  it('refuses what a browser sends for a page of another site, unless it only reads', async () => {
    const installation = await Installation.make();
    await installation.start({ environment: STILL });
    const foreign = { 'sec-fetch-site': 'cross-site' };
    const answer = await installation.api.post<ProblemAnswer>('/v1/scans/x/cancel', undefined, foreign);
    expect([answer.status, answer.body.code]).toEqual([403, 'cross-site']);
    expect((await installation.api.get('/v1/scans', foreign)).status).toBe(200);
    await installation.close();
  });
});

describe('the rate limit', () => {
  let installation: Installation;
  beforeAll(async () => {
    installation = await Installation.make();
    const environment = { ...STILL, RATE_LIMIT: '5', TRUST_PROXY: '1', API_KEYS: 'ann:key-of-ann,bob:key-of-bob' };
    await installation.start({ environment });
  });
  afterAll(() => installation.close());

  const burst = async (api: ApiClient, headers: Record<string, string>) =>
    Promise.all(Array.from({ length: 30 }, () => api.get<ProblemAnswer>('/v1/profiles', headers)));

  it('answers 429 with Retry-After once a key has used its rate up, and serves it again later', async () => {
    const headers = { 'x-api-key': 'key-of-ann' };
    const answers = await burst(installation.api, headers);
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThanOrEqual(10);
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(5);
    expect(refused[0]?.body.code).toBe('too-many-requests');
    expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect((await installation.api.get('/v1/profiles', headers)).status).toBe(200);
  });

  it('is of each key: one’s use leaves the other’s untouched', async () => {
    await burst(installation.api, { 'x-api-key': 'key-of-ann' });
    expect((await installation.api.get('/v1/profiles', { 'x-api-key': 'key-of-bob' })).status).toBe(200);
  });

  it('counts by address without a key, as the trusted proxy tells it, so that keys are not guessed', async () => {
    const guess = (address: string) => ({ 'x-api-key': 'guess', 'x-forwarded-for': address });
    const statuses = (await burst(installation.api, guess('192.0.2.1'))).map(({ status }) => status);
    expect(statuses).toContain(401);
    expect(statuses).toContain(429);
    expect((await installation.api.get('/v1/profiles', guess('192.0.2.2'))).status).toBe(401);
  });

  it('never refuses health', async () => {
    const answers = await Promise.all(Array.from({ length: 30 }, () => installation.api.get('/health/live')));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  });
});

describe('behind a proxy under /assay', () => {
  let installation: Installation;
  beforeAll(async () => {
    installation = await Installation.make();
    await installation.start({ environment: { ...STILL, BASE_PATH: '/assay' } });
  });
  afterAll(() => installation.close());

  it('serves everything below the path, and Location leads there', async () => {
    const { api } = installation;
    expect(api.url).toMatch(/\/assay$/);
    mkdirSync(join(installation.root, 'incoming'));
    const { headers } = await api.post('/v1/scans', { directory: 'incoming', profile: 'any-file' });
    const location = headers.get('location') ?? '';
    expect(location).toMatch(/^\/assay\/v1\/scans\//);
    expect((await fetch(new URL(location, api.url))).status).toBe(200);
    for (const path of ['/health/live', '/docs', '/docs-json', '/v1/profiles'])
      expect((await api.get(path)).status).toBe(200);
  });

  it('has the path in the document of the API', async () => {
    const { body } = await installation.api.get<{ paths: Record<string, unknown> }>('/docs-json');
    expect(Object.keys(body.paths)).toContain('/assay/v1/scans');
  });

  it('serves nothing beside the path', async () => {
    for (const path of ['/v1/scans', '/docs'])
      expect((await fetch(new URL(path, installation.api.url))).status).toBe(404);
  });
});

it('a TRUST_PROXY that is no address stops the boot and is named', async () => {
  const installation = await Installation.make();
  const refused = installation.spawn('api', { TRUST_PROXY: 'nonsense' });
  expect(await refused.ended).toBe(1);
  expect(refused.output).toMatch(/^TRUST_PROXY must be/m);
  await installation.close();
});
