import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CHECKOUT, runNode, temporaryFolder } from './run-program';

/** `npm start` and `npm stop` on the built product, in a home of their own; each test goes on where the last one ended. */

jest.setTimeout(180_000);

const home = temporaryFolder();
const root = temporaryFolder();
let port = 0;

const environment = (changes: Record<string, string | undefined> = {}) => ({
  ASSAY_HOME: home,
  INSPECTION_ROOTS: root,
  PORT: String(port),
  HOST: undefined,
  AMQP_URL: undefined,
  DATABASE_URL: undefined,
  API_KEYS: undefined,
  BASE_PATH: undefined,
  DRAIN_SECONDS: '5',
  API_PROCESSES: '1',
  SUBSCRIBER_PROCESSES: '1',
  ...changes,
});

const start = (changes = {}) => runNode([join(CHECKOUT, 'deploy/local/start.mjs')], environment(changes));
const stop = () => runNode([join(CHECKOUT, 'deploy/local/stop.mjs')], environment());

/** Empty where it has ended. */
function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

/** Pids of this installation's programs: all of them have its home in their environment. */
function pids(): number[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => {
      try {
        const variables = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
        const mine = (variable: string) => variable === `ASSAY_HOME=${home}` || variable === `HOME=${home}/broker`;
        return variables.some(mine) && commandOf(pid) !== '';
      } catch {
        return false;
      }
    });
}

const programs = (): string[] =>
  pids()
    .map(commandOf)
    .filter((command) => command !== '');

const broker = () =>
  JSON.parse(readFileSync(join(home, 'broker.json'), 'utf8')) as { password: string; pids: { node: number } };

async function occupied(): Promise<Server> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening));
  port = (server.address() as AddressInfo).port;
  return server;
}

beforeAll(async () => {
  const server = await occupied();
  await new Promise((closed) => server.close(closed));
});

afterAll(async () => {
  await stop();
  for (const folder of [home, root]) rmSync(folder, { recursive: true, force: true });
});

it('refuses a taken port by name, with what to do, and leaves nothing running', async () => {
  const server = await occupied();
  const { code, stderr } = await start();
  await new Promise((closed) => server.close(closed));
  expect(code).toBe(1);
  expect(stderr).toContain(`PORT is ${port}`);
  expect(stderr).toContain('choose another port');
  expect(programs()).toEqual([]);
});

it('names a bad variable before anything is started', async () => {
  const { code, stderr } = await start({ SUBSCRIBE_BATCH: 'many' });
  expect(code).toBe(1);
  expect(stderr).toContain('SUBSCRIBE_BATCH');
  expect(programs()).toEqual([]);
});

it('returns when all is ready, and says where to look', async () => {
  const { code, stdout, stderr } = await start();
  expect([code, stderr]).toEqual([0, '']);
  const ready = await fetch(`http://127.0.0.1:${port}/health/ready`);
  expect(ready.status).toBe(200);
  expect(stdout).toContain('Assay is running: 1 API processes, 1 subscribers.');
  expect(stdout).toContain(`http://127.0.0.1:${port}/docs`);
  expect(stdout).toContain(`user operator, password ${broker().password}`);
});

it('lets requests go before moving files, whichever session each is in', async () => {
  const groupOf = (pid: number) => /nice (-?\d+)/.exec(readFileSync(`/proc/${pid}/autogroup`, 'utf8'))?.[1];
  // Other systems, and kernels without them.
  if (!existsSync('/proc/self/autogroup')) return;
  const pidOf = (main: string) => pids().filter((pid) => commandOf(pid).includes(main));
  const [subscriber = 0] = pidOf('apps/subscriber/src/main.js');
  const [api = 0] = pidOf('apps/api/src/main.js');
  for (const deadline = Date.now() + 10_000; groupOf(subscriber) !== '10' && Date.now() < deadline;) await sleep(100);
  expect([groupOf(api), groupOf(subscriber), groupOf(broker().pids.node)]).toEqual(['0', '10', '10']);
});

it('says that it is running when it is started again', async () => {
  const before = programs().length;
  const { code, stdout } = await start();
  expect(code).toBe(0);
  expect(stdout).toContain('Assay is already running');
  expect(programs().length).toBe(before);
});

it('brings a lost broker back', async () => {
  process.kill(broker().pids.node, 'SIGKILL');
  const { code, stdout } = await start();
  expect(code).toBe(0);
  expect(stdout).toContain('The broker was gone: it was started again.');
  expect((await fetch(`http://127.0.0.1:${port}/health/ready`)).status).toBe(200);
});

it('stops all that it started and nothing of its data', async () => {
  const { code, stdout } = await stop();
  expect(code).toBe(0);
  expect(stdout).toContain(`of ${home}; its data stay there.`);
  expect(programs()).toEqual([]);
  await expect(fetch(`http://127.0.0.1:${port}/health/ready`)).rejects.toThrow();
  for (const name of ['ledger.sqlite', 'broker/storage', 'broker.json'])
    expect(existsSync(join(home, name))).toBe(true);
});

it('has nothing to stop the second time', async () => {
  const { code, stdout } = await stop();
  expect([code, stdout]).toEqual([0, expect.stringContaining('Nothing was running.')]);
});

it('leaves nothing running where the API ends while it starts', async () => {
  const { code, stderr } = await start({ PROFILES_DIR: join(root, 'none') });
  expect(code).toBe(1);
  expect(stderr).toContain('PROFILES_DIR');
  expect(programs()).toEqual([]);
});
