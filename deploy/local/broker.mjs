import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, realpathSync, rmSync } from 'node:fs';
import { createHash, randomBytes } from 'node:crypto';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { amqpHandshake } from './amqp-handshake.mjs';
import {
  brokerEnvironment,
  brokerPaths,
  configuration,
  definitions,
  madeUpPassword,
  nodeNameOf,
} from './broker-files.mjs';
import {
  describe,
  lastLines,
  OPERATOR,
  readState,
  USER,
  VHOST,
  write,
  writeOnce,
  writeState,
} from './broker-state.mjs';
import { withLock } from './lock.mjs';
import { answers, freePort, isFree } from './ports.mjs';
import { endProgram, isRunning, programOf, programsByEnvironment, yieldSession } from './program.mjs';
import { findEpmd, findRabbitmqServer } from './rabbitmq-server.mjs';

/** Never epmd's own default (4369): a system broker may come later and would register with ours. */
const FIRST_PORTS = { amqp: 5672, management: 15672, distribution: 25673, epmd: 4370 };
/** Tests start and stop many nodes beside each other: each home looks for its ports at a place of its own, lest one takes another's that is down just now. */
const TEST_PLACES = 400;
const PORTS_APART = 10;
/** Handing messages out yields to serving HTTP. */
const NICENESS = 19;
/** Among sessions: a tenth of what others get is enough to go on beside a program that computes, and HTTP hardly feels it. */
const SESSION_NICENESS = 10;
const READY_MS = 90_000;
const STOP_MS = 30_000;

/**
 * Starts the private node of `home`, or returns the one that runs. Ports, passwords and stored messages are those of
 * the last time; a port taken meanwhile by another program is replaced by the next free one. What a crash left is
 * recognised: a living epmd is used again, dead pids are forgotten. Resolves when the application's user has opened a
 * connection and the operator the management API. Rejects with the last lines of the log; nothing is left running then.
 * @param {{ home: string, forTests?: boolean, server?: string | null }} options `forTests`: the operator may
 *   administer (make vhosts); takes effect at the node's next boot
 * @returns {Promise<import('./broker-state.mjs').PrivateBroker>}
 */
export async function startPrivateBroker({ home, forTests = false, server = findRabbitmqServer() }) {
  const place = resolveHome(home);
  const paths = brokerPaths(place);
  return withLock(paths.lock, async () => {
    const known = readState(paths);
    if (known && isRunning(known.node)) {
      try {
        await ready(known, paths);
        return describe(known, paths, false);
      } catch (error) {
        if (isRunning(known.node)) throw error;
        // It was dying just then.
      }
    }
    if (!server) throw new Error('rabbitmq-server is not installed.');
    await endLeftNodes(place, known);
    for (let round = 1; ; round++) {
      const state = await boot(place, paths, readState(paths), { forTests, server });
      try {
        await ready(state, paths);
        // Tests are no requests to yield to, and would wait for it.
        if (!forTests) await yieldSession(state.node.pid, SESSION_NICENESS);
        return describe(state, paths, true);
      } catch (error) {
        await endAll(place, state);
        // Between the choice of a port and its use another program may have taken it.
        if (round === 3 || !/eaddrinuse|address already in use|dist_port_already_used/i.test(error.message))
          throw error;
      }
    }
  });
}

/**
 * Ends the private node of `home` and its epmd; resolves when both are gone. Stored messages, ports and passwords stay.
 * Idempotent. True if anything was running.
 * @param {string} home
 */
export async function stopPrivateBroker(home) {
  const place = resolveHome(home);
  const paths = brokerPaths(place);
  return withLock(paths.lock, () => endAll(place, readState(paths)));
}

/**
 * The private node of `home` if it runs, else null. Reads only.
 * @param {string} home
 * @returns {import('./broker-state.mjs').PrivateBroker | null}
 */
export function runningPrivateBroker(home) {
  const paths = brokerPaths(resolveHome(home));
  const state = readState(paths);
  return state && isRunning(state.node) ? describe(state, paths, false) : null;
}

/** What is kept of the private node of `home`, running or not; null if there never was one. */
export function keptPrivateBroker(home) {
  const paths = brokerPaths(resolveHome(home));
  const state = readState(paths);
  return state && describe(state, paths, false);
}

async function boot(home, paths, known, { forTests, server }) {
  const epmdRuns = isRunning(known?.epmd) && (await answers(known.ports.epmd));
  if (!epmdRuns) await endProgram(known?.epmd);
  const ports = await choosePorts(known?.ports, epmdRuns, forTests ? placeOfTests(home) : 0);
  const secrets = known?.secrets ?? { password: madeUpPassword(), operatorPassword: madeUpPassword() };
  const state = { version: 1, nodeName: nodeNameOf(home), ports, secrets, forTests, node: null, epmd: null };
  for (const folder of [paths.folder, paths.configFolder, paths.storage, paths.logs]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }
  writeOnce(paths.cookie, randomBytes(24).toString('hex'), 0o400);
  write(paths.config, configuration(ports, paths));
  write(paths.plugins, '[rabbitmq_management].\n');
  // Tests make acks late: RabbitMQ looks for those once a minute by itself.
  write(paths.advancedConfig, forTests ? '[{rabbit, [{channel_tick_interval, 1000}]}].\n' : '[].\n');
  const rights = { vhost: VHOST, user: USER, operator: OPERATOR, ...secrets, forTests };
  write(paths.definitions, JSON.stringify(definitions(rights), null, 2));
  rmSync(paths.output, { force: true });
  const env = brokerEnvironment({ nodeName: state.nodeName, ports, paths });
  state.epmd = epmdRuns ? known.epmd : await startEpmd(env, ports.epmd, paths);
  writeState(paths, state);
  state.node = await launch('nice', ['-n', String(NICENESS), server], env, paths);
  writeState(paths, state);
  return state;
}

function placeOfTests(home) {
  return PORTS_APART * (createHash('sha256').update(home).digest().readUInt32BE() % TEST_PLACES);
}

async function choosePorts(known, keepEpmd, further) {
  const ports = {};
  const taken = new Set();
  for (const [use, first] of Object.entries(FIRST_PORTS)) {
    const before = known?.[use];
    const keep = before && !taken.has(before) && ((use === 'epmd' && keepEpmd) || (await isFree(before)));
    ports[use] = keep ? before : await freePort(first + further, taken);
    taken.add(ports[use]);
  }
  return ports;
}

async function startEpmd(env, port, paths) {
  const epmd = findEpmd();
  if (!epmd) throw new Error('epmd, a part of Erlang, was not found on PATH.');
  const program = await launch(epmd, ['-address', '127.0.0.1', '-port', String(port)], env, paths);
  for (let tries = 0; tries < 100; tries++) {
    if (await answers(port)) return program;
    if (!isRunning(program)) throw new Error(`epmd ended at once (address already in use?).\n${lastLines(paths)}`);
    await sleep(50);
  }
  await endProgram(program);
  throw new Error(`epmd does not answer on 127.0.0.1:${port}.`);
}

/** Starts a program of its own session that outlives this one, its output in the log folder. */
async function launch(command, args, env, paths) {
  const output = openSync(paths.output, 'a', 0o600);
  try {
    const child = spawn(command, args, { env, cwd: paths.folder, detached: true, stdio: ['ignore', output, output] });
    await new Promise((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    child.unref();
    return programOf(child.pid) ?? { pid: child.pid, started: 'gone' };
  } finally {
    closeSync(output);
  }
}

async function ready(state, paths) {
  const { amqpUrl, managementUrl, user, password } = describe(state, paths, true);
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const deadline = Date.now() + READY_MS;
  for (;;) {
    let reason;
    try {
      await amqpHandshake(amqpUrl, { timeoutMs: 2_000 });
      const answer = await fetch(`${managementUrl}/api/whoami`, {
        headers: { authorization },
        signal: AbortSignal.timeout(2_000),
      });
      await answer.arrayBuffer();
      if (answer.ok) return;
      reason = `the management API answers ${answer.status}`;
    } catch (error) {
      reason = error.message;
    }
    if (!isRunning(state.node)) {
      throw new Error(
        `The private RabbitMQ node ended while starting. Its last words (${paths.log}):\n${lastLines(paths)}`,
      );
    }
    if (Date.now() > deadline) {
      const words = `${reason}. Its last words (${paths.log}):\n${lastLines(paths)}`;
      throw new Error(
        `The private RabbitMQ node (pid ${state.node.pid}) is not ready after ${READY_MS / 1000} s: ${words}`,
      );
    }
    await sleep(100);
  }
}

async function endAll(home, state) {
  const before = [state?.node, state?.epmd].some((program) => isRunning(program));
  await endProgram(state?.node, { graceMs: STOP_MS });
  await endProgram(state?.epmd);
  const left = await endLeftNodes(home, null);
  return before || left;
}

/** Ends what belongs to this node's name but is not on record: a state file that was lost, a crash before it was written. */
async function endLeftNodes(home, known) {
  const left = programsByEnvironment('RABBITMQ_NODENAME', nodeNameOf(home)).filter(
    (program) => program.pid !== known?.epmd?.pid,
  );
  // A node's own helpers end with it.
  for (const program of left) await endProgram(program, { graceMs: STOP_MS });
  return left.length > 0;
}

function resolveHome(home) {
  mkdirSync(home, { recursive: true, mode: 0o700 });
  return realpathSync(path.resolve(home));
}

const USAGE = 'node deploy/local/broker.mjs start|stop|show [--home DIR] [--for-tests]';

/** The command prints the broker as JSON (`null` if none runs); `stop` prints whether anything ran. */
async function command() {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      home: { type: 'string', default: process.env.ASSAY_HOME || '.assay' },
      'for-tests': { type: 'boolean' },
    },
  });
  const acts = {
    start: () => startPrivateBroker({ home: values.home, forTests: values['for-tests'] ?? false }),
    stop: () => stopPrivateBroker(values.home),
    show: () => runningPrivateBroker(values.home),
  };
  const act = acts[positionals[0]];
  if (!act) throw new Error(`Usage: ${USAGE}`);
  console.log(JSON.stringify(await act(), null, 2));
}

if (process.argv[1] && import.meta.url === pathToFileURL(realpathSync(process.argv[1])).href) {
  command().catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
