import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { request } from 'node:http';
import { join } from 'node:path';
import { Installation, type InstallationOptions, type ProblemAnswer, type ScanAnswer } from '../installation';

jest.setTimeout(90_000);

const made: Installation[] = [];
const install = async (options: InstallationOptions = {}): Promise<Installation> => {
  const installation = await Installation.make(options);
  made.push(installation);
  return installation;
};
afterEach(async () => {
  for (const installation of made.splice(0)) await installation.close();
});

/** Boots to its end; what it said. */
async function refusal(installation: Installation, environment: Record<string, string> = {}): Promise<string> {
  const refused = installation.spawn('api', environment);
  expect(await refused.ended).toBe(1);
  // A problem that an operator can mend is told in words, without a stack.
  expect(refused.output).not.toMatch(/^\s+at .*:\d+:\d+/m);
  return refused.output;
}

describe('the API does not start, and says what to mend,', () => {
  it('where variables are bad: all of them at once', async () => {
    const said = await refusal(await install(), { PORT: 'http', LOG_LEVEL: 'loud' });
    expect(said).toContain("PORT is 'http'");
    expect(said).toContain("LOG_LEVEL is 'loud'");
  });

  it('where a profile has mistakes: each with file, line and mend', async () => {
    const profiles = { 'broken.yaml': 'name: broken\nversion: "1"\nrules:\n  - rule: sise\n' };
    expect(await refusal(await install({ profiles }))).toMatch(/broken\.yaml:4:\d+ .*sise/);
  });

  it('where there is no profile', async () => {
    const installation = await install();
    expect(await refusal(installation, { PROFILES_DIR: installation.root })).toContain('PROFILES_DIR');
  });

  it('where the ledger can’t be opened: it names DATABASE_URL', async () => {
    const installation = await install();
    const file = installation.write('a-file');
    expect(await refusal(installation, { DATABASE_URL: `sqlite:${file}/ledger.sqlite` })).toContain('DATABASE_URL');
  });

  it('where the port is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    expect(await refusal(await install(), { PORT: String(port) })).toContain(`127.0.0.1:${port}`);
    taken.close();
  });
});

describe('the API', () => {
  it('starts while a root is away, says so, and goes on once it is there', async () => {
    const installation = await install();
    const mount = join(installation.top, 'mount');
    await installation.start({ environment: { INSPECTION_ROOTS: mount, SCAN_THREADS: '0' } });
    const away = await installation.api.get<ProblemAnswer>('/health/ready');
    expect([away.status, away.body.code]).toEqual([503, 'not-ready']);
    expect(away.body['parts']).toMatchObject({ ledger: 'ok', roots: expect.stringContaining(mount) as string });
    const refused = await installation.api.post<ProblemAnswer>('/v1/scans', { directory: 'in', profile: 'any-file' });
    expect([refused.status, refused.body.code]).toEqual([503, 'root-unavailable']);
    installation.write(join(mount, 'in/a.txt'), 'x');
    const answer = await installation.api.post<ScanAnswer>('/v1/scans', { directory: 'in', profile: 'any-file' });
    expect(answer.status).toBe(202);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('ends in order on %s, with code 0', async (signal) => {
    const installation = await install();
    await installation.start();
    const { apiProcess } = installation;
    apiProcess.signal(signal);
    expect(await apiProcess.ended).toBe(0);
    expect(apiProcess.output).toContain('Stopped');
  });

  it('answers what it has begun before it ends, and takes no more', async () => {
    const installation = await install();
    await installation.start({ environment: { SCAN_THREADS: '0', PUBLISH_TIMEOUT_SECONDS: '3' } });
    const { api, apiProcess } = installation;
    const { hostname, port } = new URL(api.url);
    // A body that is still arriving when the signal comes.
    const body = JSON.stringify({ directory: 'missing', profile: 'any-file' });
    const headers = { 'content-type': 'application/json', 'content-length': body.length };
    const begun = request({ hostname, port, method: 'POST', path: '/v1/scans', headers });
    begun.write(body.slice(0, 10));
    await apiProcess.says('Listening');
    await new Promise((resolve) => setTimeout(resolve, 200));
    apiProcess.signal('SIGTERM');
    await apiProcess.says('SIGTERM');
    await expect(fetch(`${api.url}/health/live`)).rejects.toThrow();
    begun.end(body.slice(10));
    const [response] = (await once(begun, 'response')) as [{ statusCode: number; resume(): void }];
    response.resume();
    expect(response.statusCode).toBe(404);
    expect(await apiProcess.ended).toBe(0);
  });

  it('leaves within DRAIN_SECONDS, though a client never ends its request', async () => {
    const installation = await install();
    await installation.start({ environment: { SCAN_THREADS: '0', DRAIN_SECONDS: '2' } });
    const { apiProcess, api } = installation;
    const { hostname, port } = new URL(api.url);
    const headers = { 'content-type': 'application/json', 'content-length': 100 };
    const endless = request({ hostname, port, method: 'POST', path: '/v1/scans', headers });
    endless.on('error', () => undefined);
    endless.write('{');
    await new Promise((resolve) => setTimeout(resolve, 200));
    const since = Date.now();
    apiProcess.signal('SIGTERM');
    expect(await apiProcess.ended).toBe(0);
    expect(Date.now() - since).toBeLessThan(3_000);
  });
});

describe('the gate', () => {
  it.each(['TRUE', 'True', '1', 'yes', 'true ', 'on'])(
    'stays closed where activeInspectionSubscribe is %j',
    async (said) => {
      const installation = await install();
      const idle = await installation.startSubscriber({ activeInspectionSubscribe: said });
      await idle.says(`activeInspectionSubscribe is '${said}', not exactly 'true': this process subscribes to nothing`);
      expect(await idle.stop()).toBe(0);
    },
  );

  it('is closed in a subscriber that was told nothing, which stays, idle, until it is stopped', async () => {
    const installation = await install();
    const idle = await installation.startSubscriber({ activeInspectionSubscribe: '' });
    await idle.says('this process subscribes to nothing');
    expect(idle.alive).toBe(true);
    expect(await idle.stop()).toBe(0);
  });

  it('is closed in the API by default, and files wait', async () => {
    const installation = await install();
    installation.write('incoming/a.txt', 'x');
    await installation.start();
    await installation.apiProcess.says('this process subscribes to nothing');
    const { id } = await installation.scan({ directory: 'incoming', profile: 'any-file' });
    const scan = await installation.scanUntil(id, ({ state }) => state === 'moving');
    expect(scan.counts).toMatchObject({ found: 1, pending: 1 });
  });

  it('opens in the API too: one process does all', async () => {
    const installation = await install();
    installation.write('incoming/a.txt', 'x');
    await installation.start({ environment: { activeInspectionSubscribe: 'true' } });
    const { id } = await installation.scan({ directory: 'incoming', profile: 'any-file' });
    expect((await installation.finished(id)).counts).toMatchObject({ found: 1, accepted: 1 });
    expect(await installation.stop()).toEqual([0]);
  });
});
