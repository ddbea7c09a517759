import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { evaluate, temporaryFolder } from './run-program';

/** Which broker an installation gets. A program called `docker` that notes its calls stands for Docker's client and engine. */

jest.setTimeout(60_000);

const programs = temporaryFolder();
const log = join(programs, 'calls.jsonl');
const pid = join(programs, 'server.pid');

/** Answers an AMQP handshake, whoever asks. */
const AMQP_SERVER = `
  const frame = (...bytes) => { const head = Buffer.from([1, 0, 0, 0, 0, 0, bytes.length]); return Buffer.concat([head, Buffer.from(bytes), Buffer.from([0xce])]); };
  const start = frame(0, 10, 0, 10, 0, 9, 0, 0, 0, 0, 0, 0, 0, 5, ...Buffer.from('PLAIN'), 0, 0, 0, 5, ...Buffer.from('en_US'));
  const tune = frame(0, 10, 0, 30, 0, 0, 0, 2, 0, 0, 0, 60);
  const open = frame(0, 10, 0, 41, 0);
  require('node:net').createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (data) => {
      if (data.toString('latin1', 0, 4) === 'AMQP') socket.write(start);
      else if (data[10] === 11) socket.write(tune);
      else socket.write(open);
    });
  }).listen(Number(process.env.AMQP_PORT), '127.0.0.1');`;

const DOCKER = `#!${process.execPath}
  const { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
  const args = process.argv.slice(2);
  const { RABBITMQ_PASSWORD: password, RABBITMQ_OPERATOR_TAGS: tags, AMQP_PORT: port, FAKE_ENGINE: engine } = process.env;
  appendFileSync(${JSON.stringify(log)}, JSON.stringify({ args, password, tags, port }) + '\\n');
  const pid = ${JSON.stringify(pid)};
  if (args[0] === 'info') process.exit(engine === 'on' ? 0 : 1);
  if (args.includes('up') && !existsSync(pid)) {
    const child = require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(AMQP_SERVER)}], { detached: true, stdio: 'ignore' });
    writeFileSync(pid, String(child.pid));
    child.unref();
  }
  if (args.includes('ps') && existsSync(pid)) console.log('container');
  if (args.includes('down')) { process.kill(Number(readFileSync(pid, 'utf8'))); rmSync(pid); }`;

const homes: string[] = [];
function home(): string {
  const folder = temporaryFolder();
  homes.push(folder);
  return folder;
}

const variables = (engine: 'on' | 'off') => ({
  PATH: `${programs}:${process.env['PATH'] ?? ''}`,
  FAKE_ENGINE: engine,
});

const provide = (folder: string, engine: 'on' | 'off', options = '') =>
  evaluate(
    `import { provideBroker } from './provide-broker.mjs';
     console.log(JSON.stringify(await provideBroker({ home: ${JSON.stringify(folder)}, ${options} })));`,
    variables(engine),
  ) as Promise<{ kind: string; amqpUrl: string; started: boolean }>;

const withdraw = (folder: string, engine: 'on' | 'off') =>
  evaluate(
    `import { withdrawBroker } from './provide-broker.mjs';
     console.log(JSON.stringify(await withdrawBroker(${JSON.stringify(folder)})));`,
    variables(engine),
  );

const calls = () =>
  readFileSync(log, 'utf8')
    .trimEnd()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { args: string[]; password?: string; tags?: string; port?: string });

beforeAll(() => writeFileSync(join(programs, 'docker'), DOCKER, { mode: 0o755 }));
beforeEach(() => writeFileSync(log, ''));

afterAll(() => {
  for (const folder of [...homes, programs]) rmSync(folder, { recursive: true, force: true });
});

it('takes the broker of AMQP_URL, or says that it does not answer', async () => {
  await expect(provide(home(), 'on', `amqpUrl: 'amqp://127.0.0.1:1/x'`)).rejects.toThrow(
    /AMQP_URL is set, but that broker can't be used: 127\.0\.0\.1:1: connect ECONNREFUSED/,
  );
  expect(calls()).toEqual([]);
});

it('starts the compose service where an engine runs, keeps to it, and takes it down again', async () => {
  const folder = home();
  const broker = await provide(folder, 'on');
  expect(broker).toMatchObject({ kind: 'docker', started: true });
  const up = calls().find(({ args }) => args.includes('up'));
  expect(up?.args.slice(-4)).toEqual(['up', '--detach', '--no-deps', 'rabbitmq']);
  expect(up?.args[2]).toMatch(/^assay-[0-9a-f]{10}$/);
  expect(up?.tags).toBe('monitoring,policymaker');
  expect(broker.amqpUrl).toBe(`amqp://assay:${up?.password}@127.0.0.1:${up?.port}/assay`);
  expect(statSync(join(folder, 'docker-broker.json')).mode & 0o777).toBe(0o600);

  expect(await provide(folder, 'on')).toEqual({ ...broker, started: false });
  expect(await withdraw(folder, 'on')).toBe(true);
  expect(calls().at(-1)?.args.slice(-1)).toEqual(['down']);

  // Its messages are in that container's volume: another broker would not have them.
  await expect(provide(folder, 'off')).rejects.toThrow(/messages of this installation are in Docker/);
});

it('takes a private node where Docker is a client without an engine, and keeps to it when an engine comes', async () => {
  const folder = home();
  try {
    expect(await provide(folder, 'off')).toMatchObject({ kind: 'private', started: true });
    expect(await provide(folder, 'on')).toMatchObject({ kind: 'private', started: false });
    expect(calls().map(({ args }) => args[0])).toEqual(['info']);
  } finally {
    await withdraw(folder, 'off');
  }
});

it('prefers a private node for tests', async () => {
  const folder = home();
  try {
    expect(await provide(folder, 'on', 'forTests: true')).toMatchObject({ kind: 'private' });
  } finally {
    await withdraw(folder, 'off');
  }
});

it('lets one program at a time through a lock, and takes over the lock of one that died', async () => {
  const folder = home();
  const lock = JSON.stringify(join(folder, 'lock'));
  const shared = JSON.stringify(join(folder, 'shared'));
  const work = `import { appendFileSync } from 'node:fs';
    import { setTimeout as sleep } from 'node:timers/promises';
    import { withLock } from './lock.mjs';
    await withLock(${lock}, async () => { appendFileSync(${shared}, 'in '); await sleep(200); appendFileSync(${shared}, 'out '); });
    console.log(1);`;
  await expect(
    evaluate(work.replace('appendFileSync(', "process.kill(process.pid, 'SIGKILL'); appendFileSync(")),
  ).rejects.toThrow();
  await Promise.all([evaluate(work), evaluate(work), evaluate(work)]);
  expect(readFileSync(join(folder, 'shared'), 'utf8')).toBe('in out in out in out ');
});
