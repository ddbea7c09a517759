import { connect, createServer, type Server } from 'node:net';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { CHECKOUT, runNode, temporaryFolder, type Ended } from './run-program';

/** The whole life of a private node, by the command that `npm start` uses; each test goes on where the last one ended. */

interface Broker {
  amqpUrl: string;
  managementUrl: string;
  user: string;
  password: string;
  nodeName: string;
  ports: Record<'amqp' | 'management' | 'distribution' | 'epmd', number>;
  pids: { node: number; epmd: number };
  started: boolean;
}

jest.setTimeout(120_000);

const home = temporaryFolder();
const other = temporaryFolder();
const occupied: Server[] = [];
let broker: Broker;

const command = (act: string, folder = home): Promise<Ended> =>
  runNode([join(CHECKOUT, 'deploy/local/broker.mjs'), act, '--home', folder, '--for-tests']);

async function start(folder = home): Promise<Broker> {
  const { code, stdout, stderr } = await command('start', folder);
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Broker;
}

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  if (process.platform !== 'linux') return true;
  // Where nobody reaps them, ended programs stay behind as zombies.
  try {
    return !/^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}

function accepts(port: number, host: string): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect({ port, host, timeout: 2_000 });
    const end = (answer: boolean) => {
      socket.destroy();
      done(answer);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
    socket.once('timeout', () => end(false));
  });
}

async function management(path: string, init: RequestInit = {}, by = broker): Promise<Response> {
  const authorization = `Basic ${Buffer.from(`${by.user}:${by.password}`).toString('base64')}`;
  return fetch(`${by.managementUrl}${path}`, {
    ...init,
    headers: { authorization, 'content-type': 'application/json' },
  });
}

afterAll(async () => {
  for (const server of occupied) server.close();
  for (const folder of [home, other]) {
    await command('stop', folder);
    rmSync(folder, { recursive: true, force: true });
  }
});

it('starts on ports of its own, on loopback alone', async () => {
  broker = await start();
  expect(broker.started).toBe(true);
  expect(new Set(Object.values(broker.ports)).size).toBe(4);
  for (const port of Object.values(broker.ports)) expect(await accepts(port, '127.0.0.1')).toBe(true);
  const outside = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4');
  for (const { address } of outside) {
    for (const port of Object.values(broker.ports)) expect(await accepts(port, address)).toBe(false);
  }
});

it('keeps its passwords from other users', () => {
  for (const name of ['broker.json', 'broker/definitions.json']) {
    expect(statSync(join(home, name)).mode & 0o777).toBe(0o600);
  }
  expect(statSync(join(home, 'broker/.erlang.cookie')).mode & 0o777).toBe(0o400);
});

it('serves the management UI under the made-up password and under no other', async () => {
  expect((await management('/')).status).toBe(200);
  expect((await management('/api/overview')).status).toBe(200);
  expect((await management('/api/overview', {}, { ...broker, password: 'guest' })).status).toBe(401);
  expect((await management('/api/overview', {}, { ...broker, user: 'guest', password: 'guest' })).status).toBe(401);
});

it('returns the same node when it is started again', async () => {
  expect(await start()).toEqual({ ...broker, started: false });
});

it('leaves the ports of another installation alone', async () => {
  const second = await start(other);
  expect(second.nodeName).not.toBe(broker.nodeName);
  const mine = Object.values(broker.ports);
  for (const port of Object.values(second.ports)) expect(mine).not.toContain(port);
  expect((await command('stop', other)).stdout.trim()).toBe('true');
  expect(runs(broker.pids.node)).toBe(true);
  expect(runs(broker.pids.epmd)).toBe(true);
});

it('comes back after a crash with the same ports, users and stored messages, and takes up the epmd that was left', async () => {
  const queue = '/api/queues/assay/inspection.kept';
  const quorum = { durable: true, arguments: { 'x-queue-type': 'quorum' } };
  expect((await management(queue, { method: 'PUT', body: JSON.stringify(quorum) })).status).toBe(201);
  const message = {
    properties: { delivery_mode: 2 },
    routing_key: 'inspection.kept',
    payload: 'x',
    payload_encoding: 'string',
  };
  const published = await management('/api/exchanges/assay/amq.default/publish', {
    method: 'POST',
    body: JSON.stringify(message),
  });
  expect(await published.json()).toEqual({ routed: true });
  // RabbitMQ 3.10 notes a new quorum queue on disk about a second after its declaration: killed before, it forgets it.
  await new Promise((later) => setTimeout(later, 3_000));
  process.kill(broker.pids.node, 'SIGKILL');

  const again = await start();
  expect(again).toEqual({ ...broker, started: true, pids: { ...broker.pids, node: again.pids.node } });
  expect(again.pids.node).not.toBe(broker.pids.node);
  broker = again;
  const got = await management(`${queue}/get`, {
    method: 'POST',
    body: JSON.stringify({ count: 1, ackmode: 'ack_requeue_true', encoding: 'auto' }),
  });
  expect(await got.json()).toMatchObject([{ payload: 'x' }]);
});

it('ends the node whose record was lost, rather than running a second one on its data', async () => {
  if (process.platform !== 'linux') return;
  rmSync(join(home, 'broker.json'));
  const again = await start();
  expect(runs(broker.pids.node)).toBe(false);
  expect(runs(broker.pids.epmd)).toBe(false);
  broker = again;
});

it('is wholly gone after a stop, which may be repeated', async () => {
  expect((await command('stop')).stdout.trim()).toBe('true');
  expect(runs(broker.pids.node)).toBe(false);
  expect(runs(broker.pids.epmd)).toBe(false);
  for (const port of Object.values(broker.ports)) expect(await accepts(port, '127.0.0.1')).toBe(false);
  expect((await command('stop')).stdout.trim()).toBe('false');
  expect((await command('show')).stdout.trim()).toBe('null');
});

it('takes the next free ports where its own were taken meanwhile, and keeps the others', async () => {
  for (const port of [broker.ports.amqp, broker.ports.management]) {
    const server = createServer();
    await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening));
    occupied.push(server);
  }
  const moved = await start();
  expect(moved.ports.amqp).not.toBe(broker.ports.amqp);
  expect(moved.ports.management).not.toBe(broker.ports.management);
  expect(moved.password).toBe(broker.password);
  broker = moved;
  await command('stop');
});

it('tells why it did not start, and leaves nothing running', async () => {
  const storage = join(home, 'broker/storage', broker.nodeName);
  rmSync(storage, { recursive: true });
  writeFileSync(storage, 'no folder');
  const { code, stderr } = await command('start');
  expect(code).toBe(1);
  expect(stderr).toContain('ended while starting');
  expect(stderr).toContain('logs/broker.log');
  expect(stderr).toMatch(/enotdir|eexist|not a directory/i);
  expect((await command('show')).stdout.trim()).toBe('null');
  expect((await command('stop')).stdout.trim()).toBe('false');
});
