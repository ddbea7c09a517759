import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BrokerProxy, Installation, type ProblemAnswer, type ScanAnswer } from '../installation';

jest.setTimeout(120_000);

const DEADLINE_S = 2;

let installation: Installation;
let proxy: BrokerProxy;
beforeEach(async () => {
  installation = await Installation.make();
  proxy = await BrokerProxy.before(installation.vhost.url);
  installation.write('incoming/a.txt', 'x');
});
afterEach(async () => {
  await installation.close();
  await proxy.close();
});

const environment = () => ({ AMQP_URL: proxy.url, PUBLISH_TIMEOUT_SECONDS: String(DEADLINE_S) });
const ready = () => installation.api.get<ProblemAnswer & { parts: Record<string, string> }>('/health/ready');
async function untilReady(): Promise<void> {
  for (const deadline = Date.now() + 20_000; (await ready()).status !== 200; await sleep(100))
    if (Date.now() > deadline) throw new Error(`Not ready again: ${(await ready()).text}`);
}

/** Asks while the broker is away: 503 within the deadline, and nothing has begun. */
async function refusedInTime(): Promise<void> {
  const since = Date.now();
  const body = { directory: 'incoming', profile: 'any-file' };
  const answer = await installation.api.post<ProblemAnswer>('/v1/scans', body);
  expect([answer.status, answer.body.code]).toEqual([503, 'broker-unavailable']);
  expect(Date.now() - since).toBeLessThan(DEADLINE_S * 1000 + 1_000);
  expect((await installation.api.get<{ items: unknown[] }>('/v1/scans')).body.items).toEqual([]);
}

async function saysWhichPart(): Promise<void> {
  const { status, headers, body } = await ready();
  expect(status).toBe(503);
  expect(headers.get('content-type')).toBe('application/problem+json');
  expect(body.code).toBe('not-ready');
  expect(body.parts).toEqual({ broker: expect.not.stringMatching(/^ok$/) as string, ledger: 'ok', roots: 'ok' });
  expect(body.detail).toMatch(/^broker: /);
  expect((await installation.api.get('/health/live')).status).toBe(200);
}

async function goesOn(): Promise<void> {
  await untilReady();
  const { id } = await installation.scan({ directory: 'incoming', profile: 'any-file' });
  expect((await installation.finished(id)).counts).toMatchObject({ found: 1, accepted: 1 });
}

it('with the broker down from the start, the API boots, says so, refuses in time, and goes on when it is there', async () => {
  await proxy.cut();
  await installation.startApi(environment());
  const subscriber = installation.spawn('subscriber', { ...environment(), activeInspectionSubscribe: 'true' });
  await saysWhichPart();
  await refusedInTime();
  await proxy.restore();
  await subscriber.ready();
  await goesOn();
});

it('with the broker lost and back, both go on without a restart', async () => {
  await installation.start({ subscribers: 1, environment: environment() });
  await untilReady();
  const before = [installation.apiProcess, ...installation.subscribers].map(({ pid }) => pid);
  await proxy.cut();
  await refusedInTime();
  await saysWhichPart();
  await proxy.restore();
  await goesOn();
  expect([installation.apiProcess, ...installation.subscribers].map(({ pid }) => pid)).toEqual(before);
});

it('with a broker that says nothing, the request is refused in time, and its scan never runs', async () => {
  await installation.start({ subscribers: 1, environment: environment() });
  await untilReady();
  proxy.stall();
  await refusedInTime();
  // The message arrives now after all.
  proxy.resume();
  await sleep(2_000);
  expect(installation.tree('incoming')).toHaveProperty(['a.txt']);
  expect((await installation.api.get<{ items: unknown[] }>('/v1/scans')).body.items).toEqual([]);
  await goesOn();
});

it('everything that only reads is served while the broker is down', async () => {
  await proxy.cut();
  await installation.startApi({ ...environment(), SCAN_THREADS: '0' });
  for (const path of ['/v1/scans', '/v1/profiles', '/docs-json'])
    expect((await installation.api.get(path)).status).toBe(200);
  const body = { path: 'incoming/a.txt', profile: 'any-file' };
  expect((await installation.api.post('/v1/inspections', body)).status).toBe(200);
});

it('a scan can be cancelled and scheduled while the broker is down', async () => {
  await installation.startApi({ ...environment(), SCAN_THREADS: '0' });
  await untilReady();
  const { id } = await installation.scan({ directory: 'incoming', profile: 'any-file' });
  await proxy.cut();
  expect((await installation.api.post(`/v1/scans/${id}/cancel`)).status).toBe(202);
  expect((await installation.api.post<ScanAnswer>(`/v1/scans/${id}/cancel`)).status).toBe(202);
  expect((await installation.finished(id)).state).toBe('cancelled');
  mkdirSync(join(installation.root, 'later'));
  const scheduled = { directory: 'later', profile: 'any-file', startAt: '2199-01-01T00:00:00Z' };
  expect((await installation.scan(scheduled)).state).toBe('scheduled');
});

it('a broker lost in the middle of a scan costs no file and no process', async () => {
  const count = 1_500;
  for (let n = 1; n < count; n += 1) installation.write(`incoming/${n % 20}/${n}.txt`, `file ${n}`);
  await installation.start({ subscribers: 2, environment: { ...environment(), SWEEP_SECONDS: '4' } });
  await untilReady();
  const before = [installation.apiProcess, ...installation.subscribers].map(({ pid }) => pid);
  const { id } = await installation.scan({ directory: 'incoming', profile: 'any-file' });
  for (let times = 0; times < 3; times += 1) {
    await sleep(300);
    await proxy.cut();
    await sleep(300);
    await proxy.restore();
  }
  const scan = await installation.finished(id, 90_000);
  expect(scan).toMatchObject({ state: 'completed', balanced: true, counts: { found: count, accepted: count } });
  expect(Object.keys(installation.tree('accepted'))).toHaveLength(count);
  expect([installation.apiProcess, ...installation.subscribers].map(({ pid }) => pid)).toEqual(before);
});
