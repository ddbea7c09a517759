import { readFileSync } from 'node:fs';
import path from 'node:path';
import { say } from '../../deploy/local/say.mjs';
import { probe } from '../probe/probe.mjs';
import { median, summaryOf } from '../probe/percentiles.mjs';
import { verifiedRun } from '../rounds.mjs';

const PER_SECOND = 100;
const LONGEST_S = 600;

/** Waits for answers while files are moved, beside those of the idle product, in turns. */
export async function httpBesideWork(bench) {
  say(`\nHTTP at ${PER_SECOND} requests/s, idle and beside a scan`);
  const found = await roundsOf(bench, await bench.product(), bench.plan.rounds);
  return {
    measured: told(['scan', 'inspection'].flatMap((name) => ['p99', 'p50'].map((p) => measuredOf(found, name, p)))),
  };
}

/** The same of a product that is told not to ask the system for real time, as it is where the system does not allow it: the slowest alone. */
export async function httpWithoutRealTime(bench) {
  if (bench.plan.withoutRealTime === null) return { measured: [] };
  say(`\nHTTP at ${PER_SECOND} requests/s, without real time`);
  const product = await bench.product({ anew: true, environment: { REAL_TIME: 'false' } });
  const found = await roundsOf(bench, product, bench.plan.withoutRealTime);
  await bench.stop();
  const measured = ['scan', 'inspection'].map((name) => measuredOf(found, name, 'p99'));
  return { measured: told(measured.map((one) => ({ ...one, key: `${one.key}-shared` }))) };
}

async function roundsOf(bench, product, count) {
  const { plan } = bench;
  const delivery = await bench.delivery({ count: plan.photos });
  const aside = await bench.delivery({ count: plan.warmUp, seed: 4 });
  const scan = await verifiedScan(product, aside);
  const one = path.join(aside.from, aside.photos.pathOf(0));
  const requests = [
    { name: 'scan', method: 'GET', url: `${product.client.url}/v1/scans/${scan}` },
    {
      name: 'inspection',
      method: 'POST',
      url: `${product.client.url}/v1/inspections`,
      body: JSON.stringify({ path: one, profile: 'photos' }),
    },
  ];
  const note = (await hasRealTime(product)) ? 'in real time' : 'not in real time';
  // Code that was never run is no idle product.
  await probe({ perSecond: PER_SECOND, seconds: 3, requests }).whole();
  const rounds = [];
  for (let round = 0; round < count; round += 1) {
    const idle = await probe({ perSecond: PER_SECOND, seconds: plan.probeSeconds, requests }).whole();
    let busy;
    await verifiedRun('Assay, while asked', delivery, async () => {
      const running = probe({ perSecond: PER_SECOND, seconds: LONGEST_S, requests });
      const result = await product.client.move(delivery);
      busy = await running.end();
      return result;
    });
    rounds.push(
      Object.fromEntries(
        requests.map(({ name }) => [name, { idle: summaryOf(idle[name]), busy: summaryOf(busy[name]) }]),
      ),
    );
  }
  return { rounds, note };
}

function measuredOf({ rounds, note }, name, which) {
  const of = (state) => rounds.map((round) => round[name][state][which]);
  return {
    key: `http-${name}-${which}`,
    value: median(rounds.map((round) => round[name].busy[which] / round[name].idle[which])),
    ours: median(of('busy')),
    theirs: median(of('idle')),
    unit: 'ms',
    note,
    rounds: rounds.map((round) => ({ ours: round[name].busy, theirs: round[name].idle })),
  };
}

/** As the kernel says of every API process' main thread: proc(5), field 41, whose 2 is SCHED_RR. */
async function hasRealTime(product) {
  const { api } = await product.programs();
  return api.every((pid) => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[38] === '2';
  });
}

function told(measured) {
  for (const { key, ours, theirs } of measured)
    say(`  ${key.padEnd(28)} ${ours.toFixed(1)} ms busy, ${theirs.toFixed(1)} ms idle`);
  return measured;
}

async function verifiedScan(product, delivery) {
  const { id } = await verifiedRun('Assay, to have a scan', delivery, () => product.client.move(delivery));
  return id;
}
