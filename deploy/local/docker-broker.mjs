import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { amqpHandshake } from './amqp-handshake.mjs';
import { madeUpPassword } from './broker-files.mjs';
import { CHECKOUT } from './checkout.mjs';
import { freePort, isFree } from './ports.mjs';
import { findOnPath } from './rabbitmq-server.mjs';
import { CommandFailure } from './say.mjs';

const STATE = 'docker-broker.json';

/** Whether an engine answers and its client knows `compose`; a client alone (no engine) is none. Takes 5 s at most. */
export function dockerRuns() {
  if (!findOnPath('docker')) return false;
  return [
    ['info', '--format', '{{.ServerVersion}}'],
    ['compose', 'version'],
  ].every((args) => spawnSync('docker', args, { timeout: 5_000, stdio: 'ignore' }).status === 0);
}

/** Whether the installation of `home` has its messages in a container. */
export function usesDocker(home) {
  return readState(home) !== null;
}

/**
 * Starts the service `rabbitmq` of docker-compose.yml in a project of this installation's own, on loopback; ports and
 * passwords are made up once and kept. Resolves when the application's user can open a connection. Idempotent.
 */
export async function startDockerBroker({ home, forTests = false }) {
  const state = readState(home) ?? {
    version: 1,
    project: `assay-${createHash('sha256').update(home).digest('hex').slice(0, 10)}`,
    password: madeUpPassword(),
    operatorPassword: madeUpPassword(),
    ports: {},
  };
  const running = isUp(state, forTests);
  if (!running) state.ports = await choosePorts(state.ports);
  writeFileSync(path.join(home, STATE), `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  const { status, stderr } = compose(state, forTests, ['up', '--detach', '--no-deps', 'rabbitmq']);
  if (status !== 0) throw new CommandFailure(`docker compose up rabbitmq ended with code ${status}:\n${stderr}`);
  const broker = describe(state, !running);
  try {
    await connectable(broker.amqpUrl);
  } catch (error) {
    const { stdout } = compose(state, forTests, ['logs', '--tail', '15', 'rabbitmq']);
    if (!running) compose(state, forTests, ['stop', 'rabbitmq']);
    throw new CommandFailure(`RabbitMQ in Docker is not ready: ${error.message}. Its last words:\n${stdout}`);
  }
  return broker;
}

/** Removes the container; its volume, the messages, stays. True if the installation has one. */
export function stopDockerBroker(home) {
  const state = readState(home);
  if (!state) return false;
  const { status, stderr } = compose(state, false, ['down']);
  if (status !== 0) throw new CommandFailure(`docker compose down ended with code ${status}:\n${stderr}`);
  return true;
}

async function choosePorts(known) {
  const amqp = known.amqp && (await isFree(known.amqp)) ? known.amqp : await freePort(5672);
  const taken = new Set([amqp]);
  const management =
    known.management && (await isFree(known.management)) ? known.management : await freePort(15672, taken);
  return { amqp, management };
}

function isUp(state, forTests) {
  if (!state.ports.amqp) return false;
  const { status, stdout } = compose(state, forTests, ['ps', '--status', 'running', '--quiet', 'rabbitmq']);
  return status === 0 && stdout.trim() !== '';
}

async function connectable(amqpUrl) {
  const deadline = Date.now() + 90_000;
  for (;;) {
    try {
      return await amqpHandshake(amqpUrl, { timeoutMs: 2_000 });
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(250);
    }
  }
}

function compose(state, forTests, args) {
  const env = {
    ...process.env,
    RABBITMQ_PASSWORD: state.password,
    RABBITMQ_OPERATOR_PASSWORD: state.operatorPassword,
    RABBITMQ_OPERATOR_TAGS: forTests ? 'administrator' : 'monitoring,policymaker',
    AMQP_PORT: String(state.ports.amqp ?? 5672),
    MANAGEMENT_PORT: String(state.ports.management ?? 15672),
    // Compose asks for every variable of the file, also for services that are not started here.
    API_KEYS: process.env.API_KEYS || 'unused:unused',
  };
  const all = [
    'compose',
    '--project-name',
    state.project,
    '--file',
    path.join(CHECKOUT, 'docker-compose.yml'),
    ...args,
  ];
  return spawnSync('docker', all, { cwd: CHECKOUT, env, encoding: 'utf8', timeout: 600_000 });
}

function describe(state, started) {
  return {
    amqpUrl: `amqp://assay:${state.password}@127.0.0.1:${state.ports.amqp}/assay`,
    managementUrl: `http://127.0.0.1:${state.ports.management}`,
    user: 'operator',
    password: state.operatorPassword,
    started,
  };
}

function readState(home) {
  try {
    return JSON.parse(readFileSync(path.join(home, STATE), 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    throw new CommandFailure(`${path.join(home, STATE)} can't be read: ${error.message}`);
  }
}
