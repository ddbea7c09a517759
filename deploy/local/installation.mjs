import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { keptPrivateBroker } from './broker.mjs';
import { CHECKOUT, forgetInstallation, noteInstallation } from './checkout.mjs';
import { lastWords, markLogs, wordsOfDeath } from './last-words.mjs';
import { withLock } from './lock.mjs';
import { pm2Processes, startGroups, stopGroups } from './pm2.mjs';
import { isFree } from './ports.mjs';
import { provideBroker, withdrawBroker } from './provide-broker.mjs';
import { CommandFailure, say } from './say.mjs';

const READY_MS = 120_000;

/**
 * @typedef {object} Running
 * @property {import('./provide-broker.mjs').ProvidedBroker} broker
 * @property {string} apiUrl with the base path, without a slash at its end
 * @property {string[]} roots
 * @property {boolean} already whether all of it ran before
 * @property {{ api: number, subscribers: number }} counts
 */

/**
 * Brings broker, API and subscribers of `home` up and resolves when they are ready; what runs already stays as it is,
 * and what is missing of it is started. Packages and build must be there. When it fails, what it started is stopped.
 * @param {{ home: string, environment: Record<string, string>, environmentName?: string, amqpUrl?: string,
 *   cleanUps: Array<() => unknown> }} options `environment` for the processes, on top of the caller's
 * @returns {Promise<Running>}
 */
export function bringUp({ home, environment, environmentName = 'local', amqpUrl = '', cleanUps }) {
  return withLock(path.join(home, 'start.lock'), async () => {
    const before = cleanUps.length;
    // What the user must mend is said before anything is started; the broker's address is not known yet.
    const config = readConfig({ ...environment, ASSAY_HOME: home, AMQP_URL: amqpUrl || 'amqp://127.0.0.1' });
    if ((await pm2Processes(home)).length === 0) await requireFreePort(config.http);
    const wasWhole = await isWhole(home);
    const amqpUrlBefore = runningUrl(home);
    const broker = await provideBroker({ home, amqpUrl });
    if (broker.started) cleanUps.push(() => withdrawBroker(home));
    const env = { ...environment, ASSAY_HOME: home, AMQP_URL: broker.amqpUrl };
    const apiUrl = urlOf(config.http);
    const running = { broker, apiUrl, roots: config.roots };
    // The processes find a broker again that came back where it was.
    const patience = broker.started && amqpUrlBefore === broker.amqpUrl ? 30_000 : 0;
    if (wasWhole && (await readyWithin(home, apiUrl, patience)).ready) {
      cleanUps.length = before;
      if (broker.started) say('The broker was gone: it was started again.');
      return { ...running, already: true, counts: await countsOf(home) };
    }
    noteInstallation(home);
    cleanUps.push(async () => {
      await stopGroups(home);
      if (broker.kind === 'given' || broker.started) forgetInstallation(home);
    });
    if ((await stopGroups(home)) > 0) say('Only a part of it was running: starting it again …');
    await requireFreePort(config.http);
    for (const folder of [...config.roots, path.join(home, 'logs')]) mkdirSync(folder, { recursive: true });
    say('Starting API and subscribers …');
    await startReady(home, env, environmentName, apiUrl);
    cleanUps.length = before;
    return { ...running, already: false, counts: await countsOf(home) };
  });
}

/**
 * Drains and stops all of an installation that was started from here: both groups, pm2's daemon, its broker with epmd.
 * Resolves when they are gone; data stay. Idempotent.
 * @param {string} home
 * @returns {Promise<{ processes: number, broker: boolean }>} what ran
 */
export function takeDown(home) {
  return withLock(path.join(home, 'start.lock'), async () => {
    const processes = await stopGroups(home);
    const broker = await withdrawBroker(home);
    forgetInstallation(home);
    return { processes, broker };
  });
}

/** Whether both groups are there and each process online. */
async function isWhole(home) {
  const processes = await pm2Processes(home);
  const names = new Set(processes.map(({ name }) => name));
  return names.has('assay-api') && names.has('assay-subscriber') && processes.every(({ online }) => online);
}

async function countsOf(home) {
  const processes = await pm2Processes(home);
  const count = (name) => processes.filter((entry) => entry.name === name && entry.online).length;
  return { api: count('assay-api'), subscribers: count('assay-subscriber') };
}

/** Address of the broker that the processes were started with, as far as it is one of ours. */
function runningUrl(home) {
  return keptPrivateBroker(home)?.amqpUrl;
}

/** The built product reads its own environment, so that its checks and defaults are said in one place. */
function readConfig(environment) {
  const { readConfig: read } = createRequire(import.meta.url)(path.join(CHECKOUT, 'dist/libs/config/src/index.js'));
  try {
    return read({ ...process.env, ...environment }, CHECKOUT);
  } catch (error) {
    throw new CommandFailure(error.message);
  }
}

/** Where this machine reaches the API: an address that means all interfaces can't be called everywhere. */
function urlOf({ host, port, basePath }) {
  const callable = { '0.0.0.0': '127.0.0.1', '::': '[::1]' }[host] ?? (host.includes(':') ? `[${host}]` : host);
  return `http://${callable}:${port}${basePath}`;
}

async function requireFreePort({ host, port }) {
  if (port === 0)
    throw new CommandFailure('PORT is 0: under pm2 all API processes share one port. Set PORT to a free one.');
  if (await isFree(port, host)) return;
  throw new CommandFailure(
    `PORT is ${port}, and ${host}:${port} is taken by another program (or HOST is no address of this machine). ` +
      'End that program, or choose another port: PORT=3001 npm start',
  );
}

async function startReady(home, environment, environmentName, apiUrl) {
  const marks = markLogs(home);
  await startGroups(home, environment, environmentName).catch((error) => {
    throw new CommandFailure(error.message);
  });
  const { ready, failing, reason } = await readyWithin(home, apiUrl, READY_MS);
  if (ready) return;
  await stopGroups(home);
  if (!failing) throw new CommandFailure(`Not ready after ${READY_MS / 1000} s: ${reason}.\n${lastWords(home, marks)}`);
  const words = `${lastWords(home, marks)}\n${wordsOfDeath(failing, environment)}`;
  throw new CommandFailure(`${failing} ends again and again while starting.\n${words}`);
}

/** Waits until all processes are online and the API says that it is ready; ends early where one dies repeatedly. */
async function readyWithin(home, apiUrl, ms) {
  const deadline = Date.now() + ms;
  for (;;) {
    const processes = await pm2Processes(home);
    const offline = processes.filter(({ online }) => !online).map(({ name }) => `a process of ${name} is not online`);
    const api = await isReady(apiUrl);
    if (api.ready && processes.length > 0 && offline.length === 0) return { ready: true };
    const failing = processes.find(({ online, restarts }) => !online && restarts >= 2)?.name;
    const reason = [...new Set(offline), ...(api.ready ? [] : [api.reason])].join('; ');
    if (failing || Date.now() >= deadline) return { ready: false, failing, reason };
    await sleep(250);
  }
}

async function isReady(apiUrl) {
  try {
    const answer = await fetch(`${apiUrl}/health/ready`, { signal: AbortSignal.timeout(5_000) });
    return {
      ready: answer.ok,
      reason: `GET /health/ready answers ${answer.status}: ${(await answer.text()).slice(0, 500)}`,
    };
  } catch (error) {
    return { ready: false, reason: `GET /health/ready: ${error.cause?.message ?? error.message}` };
  }
}

/** Lines that say where things are. @param {string} home @param {Running} running */
export function whereToLook(home, { broker, apiUrl, roots }) {
  const ui = broker.managementUrl
    ? [
        `${broker.managementUrl}   user ${broker.user}, password ${broker.password}`,
        `(kept in ${secretsFile(home, broker)})`,
      ]
    : ['that of the broker of AMQP_URL'];
  return [
    `  API          ${apiUrl}/v1/scans`,
    `  API docs     ${apiUrl}/docs`,
    `  RabbitMQ UI  ${ui.join('\n               ')}`,
    `  Roots        ${roots.join(', ')}`,
    `  Logs         ${path.join(home, 'logs')}`,
  ].join('\n');
}

function secretsFile(home, broker) {
  return path.join(home, broker.kind === 'docker' ? 'docker-broker.json' : 'broker.json');
}
