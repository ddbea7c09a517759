import { mkdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { BrokerProxy, Installation, type ProblemAnswer, type ScanAnswer } from '../installation';

jest.setTimeout(90_000);

describe('an Idempotency-Key', () => {
  let installation: Installation;
  let proxy: BrokerProxy;
  beforeAll(async () => {
    installation = await Installation.make();
    proxy = await BrokerProxy.before(installation.vhost.url);
    await installation.start({
      environment: {
        SCAN_THREADS: '0',
        AMQP_URL: proxy.url,
        PUBLISH_TIMEOUT_SECONDS: '2',
        API_KEYS: 'ann:key-of-ann,bob:key-of-bob',
      },
    });
  });
  afterAll(async () => {
    await installation.close();
    await proxy.close();
  });

  let count = 0;
  const directory = (): string => {
    const name = `incoming-${(count += 1)}`;
    mkdirSync(join(installation.root, name));
    return name;
  };
  const ask = async (body: Record<string, unknown>, key: string, person = 'ann') => {
    const api = installation.clientOf(installation.apiProcess, { 'x-api-key': `key-of-${person}` });
    const headers = { 'idempotency-key': key };
    return api.post<ScanAnswer & ProblemAnswer>('/v1/scans', { profile: 'any-file', ...body }, headers);
  };

  it('makes one scan of many requests, each with the first answer', async () => {
    const body = { directory: directory() };
    const first = await ask(body, 'one');
    const again = await ask(body, 'one');
    expect([first.status, again.status]).toEqual([202, 202]);
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('location')).toBe(first.headers.get('location'));
    expect([first.headers.get('idempotency-replayed'), again.headers.get('idempotency-replayed')]).toEqual([
      null,
      'true',
    ]);
  });

  it('replays the scan as it was created, though it has been cancelled since', async () => {
    const body = { directory: directory() };
    const first = await ask(body, 'two');
    const api = installation.clientOf(installation.apiProcess, { 'x-api-key': 'key-of-ann' });
    await api.post(`/v1/scans/${first.body.id}/cancel`);
    expect((await ask(body, 'two')).body).toEqual(first.body);
  });

  it('replays the scan though its directory is gone', async () => {
    const name = directory();
    const first = await ask({ directory: name }, 'gone');
    rmdirSync(join(installation.root, name));
    const again = await ask({ directory: name }, 'gone');
    expect([again.status, again.body]).toEqual([202, first.body]);
    expect((await ask({ directory: name }, 'another')).body).toMatchObject({ status: 404 });
  });

  it('takes a body for the same whatever the order of its fields, and with defaults said or not', async () => {
    const name = directory();
    const first = await ask({ directory: name, label: 'x' }, 'three');
    const again = await ask({ label: 'x', priority: 'normal', dryRun: false, directory: name }, 'three');
    expect(again.body.id).toBe(first.body.id);
  });

  it('refuses another body with 409', async () => {
    await ask({ directory: directory() }, 'four');
    const other = await ask({ directory: directory() }, 'four');
    expect([other.status, other.body.code]).toEqual([409, 'key-reused']);
  });

  it('is of the one who sent it: another’s same key is another key', async () => {
    const first = await ask({ directory: directory() }, 'five', 'ann');
    const second = await ask({ directory: directory() }, 'five', 'bob');
    expect([first.status, second.status]).toEqual([202, 202]);
    expect(second.body.id).not.toBe(first.body.id);
  });

  it('lets requests at the same moment make one scan, and gives all of them its answer', async () => {
    const body = { directory: directory() };
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask(body, 'six')));
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(202));
    expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1);
    expect(answers.filter(({ headers }) => headers.get('idempotency-replayed') === null)).toHaveLength(1);
  });

  it('starts afresh where the first request was answered 503', async () => {
    const body = { directory: directory() };
    await proxy.cut();
    const first = await ask(body, 'seven');
    expect([first.status, first.body.code]).toEqual([503, 'broker-unavailable']);
    await proxy.restore();
    await installation.apiProcess.says('Successfully connected');
    let second = await ask(body, 'seven');
    for (let tries = 0; second.status === 503 && tries < 10; tries += 1) second = await ask(body, 'seven');
    expect(second.status).toBe(202);
    expect(second.headers.get('idempotency-replayed')).toBeNull();
  });

  it('makes a second request wait while the first may still fail, then starts afresh in its stead', async () => {
    const body = { directory: directory() };
    proxy.stall();
    const first = ask(body, 'eight');
    const second = ask(body, 'eight');
    const earlier = await Promise.race([first, second]);
    proxy.resume();
    const answers = await Promise.all([first, second]);
    expect(earlier.status).toBe(503);
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 503]);
  });
});
