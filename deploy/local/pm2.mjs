import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { CHECKOUT, pm2Home } from './checkout.mjs';
import { endProgram, isRunning, programOf, programsByEnvironment } from './program.mjs';

const PM2 = path.join(CHECKOUT, 'node_modules', 'pm2', 'bin', 'pm2');

/** By group: in fork mode its number, in cluster mode all of its settings. */
const GIVEN_BY_PM2 = ['pm_id', 'pm2_env'];

/**
 * One process under pm2.
 * @typedef {{ name: string, pid: number, online: boolean, restarts: number }} Pm2Process
 */

/** Whether pm2's daemon of this installation runs. Starts none, as asking pm2 itself would. */
export function daemonRuns(home) {
  return isRunning(daemonOf(home));
}

/**
 * What runs under pm2 for this installation; nothing where its daemon does not run.
 * @param {string} home
 * @returns {Promise<Pm2Process[]>}
 */
export async function pm2Processes(home) {
  if (!daemonRuns(home)) return [];
  const { output } = await pm2(home, ['jlist', '--silent']);
  return JSON.parse(output.slice(output.indexOf('['))).map(({ name, pid, pm2_env: env }) => ({
    name,
    pid,
    online: env.status === 'online',
    restarts: env.restart_time,
  }));
}

/**
 * Starts both groups of ecosystem.config.js; anything of them that runs is ended first. Resolves when pm2 has seen
 * each process say that it is ready, or die, or take too long: ask {@link pm2Processes} which.
 * @param {string} home
 * @param {Record<string, string>} environment on top of the caller's
 * @param {'local' | 'development' | 'production'} name
 */
export async function startGroups(home, environment, name) {
  if ((await pm2Processes(home)).length > 0) await pm2(home, ['delete', 'all', '--silent']);
  await pm2(home, ['start', path.join(CHECKOUT, 'ecosystem.config.js'), '--env', name], environment);
}

/**
 * Ends both groups (each process drains) and pm2's daemon, and removes pm2's folder. Resolves when all are gone.
 * Idempotent.
 * @param {string} home
 * @returns {Promise<number>} how many processes ran
 */
export async function stopGroups(home) {
  const folder = pm2Home(home);
  const daemon = daemonOf(home);
  const processes = await pm2Processes(home);
  if (isRunning(daemon)) {
    // A daemon that does not answer is ended below.
    await pm2(home, ['kill', '--silent']).catch(() => {});
    await endProgram(daemon, { graceMs: 5_000 });
  }
  // What a killed daemon left: its processes carry the folder, and what pm2 gives each of them, in their environment.
  for (const program of programsByEnvironment('PM2_HOME', folder, GIVEN_BY_PM2))
    await endProgram(program, { graceMs: 30_000 });
  rmSync(folder, { recursive: true, force: true });
  return processes.length;
}

function daemonOf(home) {
  try {
    return programOf(Number(readFileSync(path.join(pm2Home(home), 'pm2.pid'), 'utf8')));
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    throw error;
  }
}

function pm2(home, args, environment = {}) {
  const env = {
    ...process.env,
    ...environment,
    ASSAY_HOME: home,
    PM2_HOME: pm2Home(home),
    PM2_DISCRETE_MODE: 'true',
    PM2_CONCURRENT_ACTIONS: '8', // else it ends two processes at a time, each draining
    NO_COLOR: '1',
  };
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [PM2, ...args], { cwd: CHECKOUT, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let errors = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (errors += chunk));
    child.once('error', reject);
    // Not `close`: the daemon may hold the pipes for as long as it lives.
    child.once('exit', (code, signal) => {
      child.stdout.destroy();
      child.stderr.destroy();
      if (code === 0) resolve({ output });
      else reject(new Error(`pm2 ${args[0]} ended with ${signal ?? `code ${code}`}:\n${output}${errors}`.trimEnd()));
    });
  });
}
