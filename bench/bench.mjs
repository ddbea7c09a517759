import { mkdirSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { spawnSync } from 'node:child_process';
import { CHECKOUT, madeHome } from '../deploy/local/checkout.mjs';
import { takeDown } from '../deploy/local/installation.mjs';
import { dropOwnVariables } from '../deploy/local/own-variables.mjs';
import { CommandFailure, runCommand, say } from '../deploy/local/say.mjs';
import { setUp } from '../deploy/local/setup.mjs';
import { machine } from './machine.mjs';
import { QUICK, WHOLE } from './plan.mjs';
import { judged } from './report/judgement.mjs';
import { publish, regenerate } from './report/publish.mjs';
import { saveResults } from './report/results.mjs';
import { printTable } from './report/table.mjs';

const HOME = path.join(CHECKOUT, '.assay-bench');
const USAGE = `npm run bench [-- --quick] [--only NAME,…] [--publish]   measures; --publish makes docs/benchmarks.md of it
npm run bench -- --profile [--publish --as before|after]    where the time goes
npm run bench -- --page                                   makes docs/benchmarks.md anew of what was published
npm run bench -- --clean                                  removes the cached deliveries`;
const GIGABYTES = { quick: 4, whole: 25 };

await runCommand('npm run bench', async (cleanUps) => {
  const began = Date.now();
  const choices = chosen();
  if (choices.page) {
    await setUp({ build: false });
    return regenerate();
  }
  dropOwnVariables();
  const home = madeHome(HOME);
  if (choices.clean) return clean(home);
  const plan = choices.quick ? QUICK : WHOLE;
  requireRoom(home, GIGABYTES[plan.name]);
  await setUp();
  ensurePeers();
  // Loaded now, since what they import was only installed just before.
  const { Bench } = await import('./running.mjs');
  const bench = await Bench.begin({ home, plan, cleanUps });
  if (choices.profile) return profileOf(bench, choices);
  const results = await bench.measure(choices.only);
  const report = {
    plan: plan.name,
    only: choices.only,
    took: Math.round((Date.now() - began) / 1000),
    machine: machine(),
    command: ['npm run bench', ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : [])].join(' '),
    ...results,
    rows: judged(results.measured, plan),
  };
  const file = saveResults(report);
  printTable(report);
  say(`\nRaw results: ${path.relative(CHECKOUT, file)}`);
  if (choices.publish) await publish(report);
  const bad = [
    ...results.failures,
    ...report.rows
      .filter(({ verdict }) => verdict === 'under its floor')
      .map(({ what, peer }) => `${what}${peer ? `, beside ${peer}` : ''}: clearly under its floor`),
  ];
  if (bad.length > 0) throw new CommandFailure(`\n  ${bad.join('\n  ')}`);
});

function chosen() {
  try {
    const { values } = parseArgs({
      strict: true,
      options: {
        quick: { type: 'boolean', default: false },
        profile: { type: 'boolean', default: false },
        publish: { type: 'boolean', default: false },
        as: { type: 'string', default: 'after' },
        only: { type: 'string' },
        page: { type: 'boolean', default: false },
        clean: { type: 'boolean', default: false },
        files: { type: 'string' },
      },
    });
    if (!['before', 'after'].includes(values.as)) throw new Error(`--as ${values.as}: there are before and after`);
    return { ...values, only: values.only?.split(',') ?? null };
  } catch (error) {
    throw new CommandFailure(`${error.message}\n${USAGE}`);
  }
}

async function profileOf(bench, { files, publish: toPublish, as }) {
  const { profileProduct } = await import('./profile/profile.mjs');
  const { printProfile } = await import('./report/table.mjs');
  const count = files ? Number(files) : bench.plan.photos;
  const delivery = await bench.delivery({ count });
  const warmUp = await bench.delivery({ count: bench.plan.warmUp, seed: 4 });
  const found = await profileProduct({
    home: path.join(bench.home, 'profile'),
    root: bench.data,
    delivery,
    warmUp,
    cleanUps: bench.cleanUps,
  });
  const report = { profile: found, machine: machine() };
  const file = saveResults(report, 'profile');
  printProfile(found);
  say(`\nRaw results: ${path.relative(CHECKOUT, file)}`);
  if (toPublish) await publish({ profiles: { [as]: { ...found, machine: report.machine } } });
}

async function clean(home) {
  await takeDown(home);
  rmSync(home, { recursive: true, force: true });
  say(`Removed ${home}.`);
}

/** What the peers are made of, in their own folder: the product's packages stay as they are. */
function ensurePeers() {
  const folder = path.join(CHECKOUT, 'bench');
  if (isInstalled(folder)) return;
  say('Installing the packages of the peers (npm ci in bench/) …');
  const npm = process.env.npm_execpath;
  const [program, first] = npm ? [process.execPath, [npm]] : ['npm', []];
  const { status } = spawnSync(program, [...first, 'ci', '--prefix', folder, '--no-audit', '--no-fund'], {
    cwd: folder,
    stdio: 'inherit',
  });
  if (status !== 0) throw new CommandFailure('The packages of the peers could not be installed; npm said why above.');
}

function isInstalled(folder) {
  const versions = (file) => {
    try {
      return JSON.parse(readFileSync(path.join(folder, file), 'utf8')).packages;
    } catch {
      return {};
    }
  };
  const have = versions('node_modules/.package-lock.json');
  return Object.entries(versions('package-lock.json')).every(
    ([name, entry]) => name === '' || entry.optional || have[name]?.version === entry.version,
  );
}

function requireRoom(home, gigabytes) {
  mkdirSync(home, { recursive: true });
  const { bavail, bsize } = statfsSync(home);
  const free = (bavail * bsize) / 1e9;
  if (free < gigabytes)
    throw new CommandFailure(
      `${home} has ${free.toFixed(1)} GB free; ${gigabytes} are needed (deliveries are cached there).`,
    );
}
