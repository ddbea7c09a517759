import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { API_MAIN, SUBSCRIBER_MAIN } from '../../deploy/local/build.mjs';
import { runningPrivateBroker } from '../../deploy/local/broker.mjs';
import { CHECKOUT, madeHome } from '../../deploy/local/checkout.mjs';
import { freePort } from '../../deploy/local/ports.mjs';
import { endProgram, programOf } from '../../deploy/local/program.mjs';
import { provideBroker, withdrawBroker } from '../../deploy/local/provide-broker.mjs';
import { CommandFailure, say } from '../../deploy/local/say.mjs';
import { runProgram } from '../peers/run-peer.mjs';
import { Client } from '../product/client.mjs';
import { Usage } from '../product/usage.mjs';
import { attribute, hasFrame, profilesIn } from './attribution.mjs';

const SUBSCRIBERS = 3;
const READY_MS = 60_000;
const INTERVAL_US = 500;

/**
 * Where the processor's time of a scan goes. The product's programs run as pm2 would start them (one API process, so that one scan thread walks)
 * with V8's sampling profiler on; how much each used comes from the kernel, how that splits comes from the profiles.
 * @param {{ home: string, delivery: import('../delivery/delivery.mjs').Delivery, warmUp: import('../delivery/delivery.mjs').Delivery,
 *   root: string, cleanUps: Array<() => unknown> }} options
 */
export async function profileProduct({ home, delivery, warmUp, root, cleanUps }) {
  rmSync(home, { recursive: true, force: true });
  const place = madeHome(home);
  say('\nWithout the profiler, for how much …');
  const plain = await run({ place, root, delivery, warmUp, cleanUps });
  say('With the profiler, for what of …');
  const folder = path.join(place, 'profiles');
  mkdirSync(folder);
  const profiled = await run({ place, root, delivery, warmUp, cleanUps, folder });
  const reading = path.join(place, 'reading');
  const alone = await readAlone({ root: delivery.from, warmUp: warmUp.from }, reading);
  return split({ plain, profiled, alone, profiles: profilesIn(folder) });
}

/** One scan by programs that are started and ended for it. `folder`: where they are to leave their profiles. */
async function run({ place, root, delivery, warmUp, cleanUps, folder = null }) {
  const { amqpUrl } = await provideBroker({ home: place });
  cleanUps.push(() => withdrawBroker(place));
  const port = await freePort(3950);
  const environment = {
    NODE_ENV: 'production',
    ASSAY_HOME: place,
    INSPECTION_ROOTS: root,
    AMQP_URL: amqpUrl,
    HOST: '127.0.0.1',
    PORT: String(port),
  };
  const start = (main, gate) =>
    launch(main, { ...environment, activeInspectionSubscribe: gate }, place, folder, cleanUps);
  const api = start(API_MAIN, 'false');
  const subscribers = Array.from({ length: SUBSCRIBERS }, () => start(SUBSCRIBER_MAIN, 'true'));
  const client = new Client(`http://127.0.0.1:${port}`);
  await ready(client, place);
  await moved(client, warmUp);
  const broker = runningPrivateBroker(place);
  const usage = new Usage({
    api: [api.pid],
    subscriber: subscribers.map(({ pid }) => pid),
    broker: broker ? [broker.pids.node] : [],
  });
  const began = monotonic();
  const { seconds, files } = await moved(client, delivery, () => usage.end());
  const ended = began + seconds * 1e6;
  for (const program of [api, ...subscribers]) await endProgram(program, { graceMs: 30_000 });
  await withdrawBroker(place);
  return { seconds, files, used: usage.found, api: api.pid, window: { began, ended } };
}

/** Microseconds of the clock that V8's profiles go by. */
const monotonic = () => Number(process.hrtime.bigint() / 1000n);

async function moved(client, delivery, ended = () => {}) {
  delivery.begin();
  const { seconds, files, wrong } = await client.move(delivery);
  ended();
  const differences = [...wrong, ...delivery.differences()];
  if (differences.length > 0) {
    delivery.giveUp();
    throw new CommandFailure(`The profiled run lost something:\n  ${differences.join('\n  ')}`);
  }
  delivery.back();
  return { seconds, files };
}

function launch(main, environment, home, folder, cleanUps) {
  const log = openSync(path.join(home, 'profiled.log'), 'a');
  const args = [...nodeArguments(main), ...(folder === null ? [] : profiling(folder))];
  const child = spawn(process.execPath, [...args, path.join(CHECKOUT, main)], {
    cwd: CHECKOUT,
    env: { ...process.env, ...environment },
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  const program = programOf(child.pid) ?? { pid: child.pid, started: '' };
  cleanUps.push(() => endProgram(program));
  return program;
}

/** What pm2 gives to Node.js beside the program. */
function nodeArguments(main) {
  const { apps } = createRequire(import.meta.url)(path.join(CHECKOUT, 'ecosystem.config.js'));
  return (apps.find(({ script }) => script === main)?.node_args ?? '').split(' ').filter(Boolean);
}

const profiling = (folder) => ['--cpu-prof', `--cpu-prof-dir=${folder}`, `--cpu-prof-interval=${INTERVAL_US}`];

async function ready(client, home) {
  for (const deadline = Date.now() + READY_MS; ; await sleep(200)) {
    const answer = await fetch(`${client.url}/health/ready`).catch(() => null);
    if (answer?.ok) break;
    if (Date.now() > deadline)
      throw new CommandFailure(`The profiled programs are not ready; see ${home}/profiled.log`);
  }
  // Subscribers say nothing over HTTP; a message that waits for them costs only time.
  await sleep(3_000);
}

async function readAlone(task, folder) {
  mkdirSync(folder);
  const script = path.join(import.meta.dirname, 'read-alone.mjs');
  const { output } = await runProgram(process.execPath, [...profiling(folder), script, JSON.stringify(task)]);
  const profiles = profilesIn(folder).map(({ profile: one }) => one);
  return { microseconds: JSON.parse(output.trim()).microseconds, ...attribute(profiles, 'read') };
}

/** @returns microseconds of processor a file, by stage, with the functions that took most, and what was waited for */
function split({ plain, profiled, alone, profiles }) {
  const each = (total) => (total * 1e6) / plain.files;
  const { used } = plain;
  const { api, window } = profiled;
  const scanThreads = profiles.filter(
    ({ pid, thread, profile: one }) => pid === api && thread !== 0 && hasFrame(one, /libs\/scanning\/src\/walk-slice/),
  );
  const subscribers = profiles.filter(({ pid, thread }) => pid !== api && thread === 0);
  const http = profiles.filter(({ pid, thread }) => pid === api && thread === 0);
  const of = (some, kind) =>
    attribute(
      some.map(({ profile: one }) => one),
      kind,
      window,
    );
  const scan = of(scanThreads, 'scan');
  const subscriber = of(subscribers, 'subscriber');
  const main = of(http, 'http');
  const reading = each(used.reader?.seconds ?? 0);
  const stages = [
    ...parts('scan thread', scan.stages, each(used.api.yielding)),
    ...parts('readers', alone.stages, alone.microseconds),
    { where: 'readers', stage: 'messages', microseconds: Math.max(0, reading - alone.microseconds) },
    { where: 'broker', stage: 'broker', microseconds: each(used.broker?.seconds ?? 0) },
    ...parts('subscribers', subscriber.stages, each(used.subscriber.seconds)),
    { where: 'API', stage: 'event loop', microseconds: each(used.api.main) },
    {
      where: 'API',
      stage: 'ledger thread, collectors',
      microseconds: each(used.api.seconds - used.api.yielding - used.api.main),
    },
  ];
  const total = stages.reduce((sum, { microseconds }) => sum + microseconds, 0);
  const waits = [
    { where: 'scan thread', stage: 'disk', microseconds: scan.waited / profiled.files },
    { where: 'subscribers', stage: 'disk', microseconds: subscriber.waited / profiled.files },
  ];
  return {
    files: plain.files,
    seconds: plain.seconds,
    microseconds: total,
    stages,
    waits,
    functions: { scan: scan.functions, subscriber: subscriber.functions, read: alone.functions, http: main.functions },
  };
}

const parts = (where, stages, microseconds) =>
  Object.entries(stages)
    .sort(([, one], [, other]) => other - one)
    .map(([stage, share]) => ({ where, stage, microseconds: share * microseconds }));
