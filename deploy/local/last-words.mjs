import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { API_MAIN, SUBSCRIBER_MAIN } from './build.mjs';
import { CHECKOUT } from './checkout.mjs';

const FILES = ['api-error.log', 'subscriber-error.log', 'api.log', 'subscriber.log'];
const MAINS = { 'assay-api': API_MAIN, 'assay-subscriber': SUBSCRIBER_MAIN };

/**
 * Where the logs of `home` end now: {@link lastWords} then tells only what came after.
 * @param {string} home
 * @returns {Record<string, number>} size by file name
 */
export function markLogs(home) {
  return Object.fromEntries(FILES.map((name) => [name, sizeOf(path.join(home, 'logs', name))]));
}

/** What the processes logged since `marks`, the last lines of each file. */
export function lastWords(home, marks, count = 12) {
  const texts = FILES.map((name) => {
    const file = path.join(home, 'logs', name);
    const text = sizeOf(file) > marks[name] ? readFileSync(file).subarray(marks[name]).toString('utf8').trimEnd() : '';
    return text === '' ? '' : `Last lines of ${file}:\n${text.split('\n').slice(-count).join('\n')}`;
  });
  return texts.filter((text) => text !== '').join('\n') || `Nothing was logged in ${path.join(home, 'logs')}.`;
}

/**
 * What a process says that ends while it starts. Under pm2's cluster mode the words of an early death are lost, so it
 * is started once more by itself, for 15 s at most.
 * @param {'assay-api' | 'assay-subscriber'} name
 * @param {Record<string, string>} environment as it has under pm2
 */
export function wordsOfDeath(name, environment) {
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [path.join(CHECKOUT, MAINS[name])], {
    cwd: CHECKOUT,
    env: { ...process.env, ...environment },
    encoding: 'utf8',
    timeout: 15_000,
  });
  if (status === 0 || signal === 'SIGTERM') return 'Started by itself it does not end.';
  const words = `${stdout}\n${stderr}`.trim().split('\n').slice(-20).join('\n');
  return `Started by itself it ends with ${signal ?? `code ${status}`} and says:\n${words}`;
}

function sizeOf(file) {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
