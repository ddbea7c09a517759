import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { DEMO_HOME, madeHome } from './checkout.mjs';
import { apiOf } from './demo-api.mjs';
import { differences } from './demo-check.mjs';
import { makeDelivery } from './demo-delivery.mjs';
import { bringUp, takeDown, whereToLook } from './installation.mjs';
import { dropOwnVariables } from './own-variables.mjs';
import { stopGroups } from './pm2.mjs';
import { freePort, isFree } from './ports.mjs';
import { CommandFailure, runCommand, say } from './say.mjs';
import { setUp } from './setup.mjs';

const OUTCOMES = ['accepted', 'quarantined', 'left', 'skipped', 'conflicted', 'errored', 'pending'];

/**
 * `npm run demo [-- DIR | --stop]`: the main job on a sample delivery, or on a copy of DIR, by an installation of its
 * own that stays up afterwards. Each run has folders of its own; those of earlier finished runs are removed.
 */
await runCommand('npm run demo', async (cleanUps) => {
  dropOwnVariables();
  const { positionals, values } = parseArgs({ allowPositionals: true, options: { stop: { type: 'boolean' } } });
  if (values.stop) return stopDemo();
  const given = positionals[0] && path.resolve(process.env.INIT_CWD ?? process.cwd(), positionals[0]);
  if (given && !statSync(given, { throwIfNoEntry: false })?.isDirectory()) {
    throw new CommandFailure(`${given} is not a folder.`);
  }
  const home = madeHome(DEMO_HOME);
  if (given && `${home}/`.startsWith(`${realpathSync(given)}/`)) {
    throw new CommandFailure(`${given} holds the demo's own folder, ${home}: it can't be copied into itself.`);
  }
  await setUp();
  const root = path.join(home, 'data');
  const run = nextRun(root, given);
  const delivery = path.join(root, run, 'delivery');
  await fill(delivery, given);

  // Always the programs that were just built.
  await stopGroups(home);
  const environment = { INSPECTION_ROOTS: root, HOST: '127.0.0.1', PORT: String(await portOf(home)) };
  const running = await bringUp({ home, environment, cleanUps });

  const api = apiOf(running.apiUrl);
  const accept = path.join(root, run, 'accepted');
  const quarantine = path.join(root, run, 'quarantined');
  const { id } = await api.createScan({ directory: delivery, accept, quarantine, profile: 'photos', label: 'demo' });
  say(`\nScan ${id}: every file of ${delivery} by the profile \`photos\``);
  const seen = progress();
  const scan = await api.finished(id, seen);
  seen.end();
  const report = path.join(root, run, 'report.csv');
  await api.saveReport(id, report);
  printResult(scan, await api.summary(id), report);
  const wrong = await differences(scan, api.rows(id));
  if (wrong.length === 0) say('\n  The trees on disk agree with the report to the file.');
  say(`\n${whereToLook(home, running)}\n\nAll of it stays up; to stop it: npm run demo -- --stop (or npm stop)`);
  judge(scan, wrong);
});

async function stopDemo() {
  const { processes, broker } = existsSync(DEMO_HOME) ? await takeDown(madeHome(DEMO_HOME)) : {};
  say(processes || broker ? `Stopped the demo; its data stay in ${DEMO_HOME}.` : 'The demo was not running.');
}

/** Name of this run's folder. A finished run has its report: only such are removed. */
function nextRun(root, given) {
  mkdirSync(root, { recursive: true });
  const runs = readdirSync(root).filter((name) => /^run-\d+$/.test(name));
  for (const name of runs.filter((entry) => existsSync(path.join(root, entry, 'report.csv')))) {
    const folder = path.join(root, name);
    if (given && `${given}/`.startsWith(`${folder}/`)) continue; // what is to be copied
    rmSync(folder, { recursive: true, force: true });
  }
  return `run-${1 + Math.max(0, ...runs.map((name) => Number(name.slice('run-'.length))))}`;
}

async function fill(delivery, given) {
  mkdirSync(path.dirname(delivery), { recursive: true });
  if (!given) {
    say('Making a sample delivery …');
    const count = await makeDelivery(delivery);
    return say(`${count} files, good and bad, in ${delivery}`);
  }
  say(`Copying ${given} …`);
  mkdirSync(delivery);
  // Names that are not UTF-8, symlinks and FIFOs come along as they are.
  const { status, stderr } = spawnSync('cp', ['-pPR', '--', `${given}/.`, delivery], { encoding: 'utf8' });
  if (status !== 0) say(`Not all of it could be copied; the demo goes on with what was:\n${stderr.trim()}`);
}

/** The port of the last time, where it is still free. */
async function portOf(home) {
  const file = path.join(home, 'port');
  const known = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 3000;
  const port = (await isFree(known)) ? known : await freePort(3000);
  writeFileSync(file, String(port));
  return port;
}

/** One line in place on a terminal; elsewhere a line when something has changed, every 2 s at most. */
function progress() {
  let last = '';
  let printed = '';
  let printedAt = 0;
  const seen = ({ state, counts, filesPerSecond }) => {
    const parts = OUTCOMES.filter((name) => counts[name] > 0).map((name) => `${counts[name]} ${name}`);
    const speed = filesPerSecond > 0 ? `, ${Math.round(filesPerSecond)} files/s` : '';
    const line = `  ${state}: ${counts.found} found${parts.length > 0 ? `: ${parts.join(', ')}` : ''}${speed}`;
    if (process.stdout.isTTY) process.stdout.write(`\r\x1b[K${line}`);
    else if (line !== last && Date.now() - printedAt >= 2_000) {
      say(line);
      printed = line;
      printedAt = Date.now();
    }
    last = line;
  };
  seen.end = () => {
    if (process.stdout.isTTY) process.stdout.write('\n');
    else if (printed !== last) say(last);
  };
  return seen;
}

function printResult(scan, summary, report) {
  say('');
  const width = String(scan.counts.found).length;
  const line = (sign, name) => say(`  ${sign} ${name.padEnd(12)} ${String(scan.counts[name]).padStart(width)}`);
  line(' ', 'found');
  OUTCOMES.forEach((name, index) => line(index === 0 ? '=' : '+', name));
  say(`    balanced: ${scan.balanced}`);
  const findings = [...(summary.findings ?? [])].sort((one, other) => other.count - one.count).slice(0, 8);
  if (findings.length > 0) say('\n  What was found:');
  for (const { code, severity, count } of findings) say(`    ${String(count).padStart(width)}  ${code} (${severity})`);
  say(
    `\n  Accepted     ${scan.accept}\n  Quarantined  ${scan.quarantine}\n  Reasons      ${scan.epilogue.reasons ?? 'none: nothing was quarantined'}\n  The rest     ${scan.directory}\n  Report       ${report}`,
  );
}

function judge(scan, wrong) {
  if (scan.state !== 'completed') {
    throw new CommandFailure(`The scan is ${scan.state}, not completed${scan.error ? `: ${scan.error}` : ''}.`);
  }
  if (!scan.balanced) throw new CommandFailure('The counts are not balanced.');
  if (wrong.length > 0) {
    const more = wrong.length > 20 ? `\n  … and ${wrong.length - 20} more` : '';
    throw new CommandFailure(`The trees differ from the report:\n  ${wrong.slice(0, 20).join('\n  ')}${more}`);
  }
}
