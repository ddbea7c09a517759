import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SUBSCRIBER_MAIN } from '../../deploy/local/build.mjs';
import { CHECKOUT, pm2Home } from '../../deploy/local/checkout.mjs';
import { endProgram, isRunning, programOf } from '../../deploy/local/program.mjs';
import { CommandFailure, say } from '../../deploy/local/say.mjs';
import { runProgram } from '../peers/run-peer.mjs';
import { median } from '../probe/percentiles.mjs';
import { verifiedRun } from '../rounds.mjs';

const PM2 = path.join(CHECKOUT, 'node_modules/pm2/bin/pm2');
const LONGEST_MS = 60_000;
const LOOK_EVERY_MS = 2;

/** From the start of a subscriber's program to the moment at which the first file that waited has reached its destination. */
export async function firstMove(bench) {
  const delivery = await bench.delivery({ count: bench.plan.warmUp, seed: 4 });
  const product = await bench.product();
  say('\nA subscriber starts while messages wait');
  const waits = [];
  for (let time = 0; time < bench.plan.subscriberStarts; time += 1) {
    await pm2(product, 'stop', 'assay-subscriber');
    try {
      await verifiedRun('Assay, one late subscriber', delivery, () =>
        moveByLateSubscriber(product, delivery, waits, bench.cleanUps),
      );
    } finally {
      await pm2(product, 'start', 'assay-subscriber');
    }
  }
  const value = median(waits);
  say(`  ${value.toFixed(2)} s`);
  return {
    measured: [
      { key: 'first-move', value, ours: value, theirs: null, unit: 's', rounds: waits.map((ours) => ({ ours })) },
    ],
  };
}

async function moveByLateSubscriber(product, { from, to, quarantine, count }, waits, cleanUps) {
  const { id } = await product.client.post('/v1/scans', { directory: from, accept: to, quarantine, profile: 'photos' });
  await product.client.until(id, ({ state }) => state === 'moving');
  const began = performance.now();
  const child = spawn(process.execPath, [path.join(CHECKOUT, SUBSCRIBER_MAIN)], {
    cwd: CHECKOUT,
    env: { ...process.env, ...product.environment, NODE_ENV: 'production', activeInspectionSubscribe: 'true' },
    stdio: 'ignore',
  });
  const program = programOf(child.pid);
  cleanUps.push(() => endProgram(program));
  try {
    for (; !hasFile(to); await sleep(LOOK_EVERY_MS)) {
      if (!isRunning(program)) throw new CommandFailure('The late subscriber ended');
      if (performance.now() - began > LONGEST_MS) throw new CommandFailure(`None of ${count} files was moved in time`);
    }
    waits.push((performance.now() - began) / 1000);
    await product.client.finished(id);
    return { files: count, seconds: (performance.now() - began) / 1000 };
  } finally {
    await endProgram(program, { graceMs: 30_000 });
  }
}

/** Of a delivery in folders, one level deep; names of the product's own are no files yet. */
function hasFile(folder) {
  try {
    const [first] = readdirSync(folder);
    return first !== undefined && readdirSync(path.join(folder, first)).some((name) => !name.startsWith('.'));
  } catch (error) {
    if (error.code === 'ENOENT') return false;
    throw error;
  }
}

const pm2 = (product, act, name) =>
  runProgram(process.execPath, [PM2, act, name, '--silent'], {
    cwd: CHECKOUT,
    env: { ...process.env, ...product.environment, PM2_HOME: pm2Home(product.home), PM2_DISCRETE_MODE: 'true' },
  });
