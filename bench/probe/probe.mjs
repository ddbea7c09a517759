import { spawn, spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { CommandFailure } from '../../deploy/local/say.mjs';

const PROBER = path.join(path.dirname(fileURLToPath(import.meta.url)), 'prober.mjs');

/**
 * The instrument must not wait for the processor itself: Linux shares that among sessions, and the prober's is another than the product's. So it is a
 * real-time program where it may be, as root may.
 */
const REAL_TIME = ['chrt', '--fifo', '1'];
const mayBeRealTime = spawnSync(REAL_TIME[0], [...REAL_TIME.slice(1), 'true']).status === 0;
const [PROGRAM, ...BEFORE] = [...(mayBeRealTime ? REAL_TIME : []), process.execPath];

/**
 * Begins to ask. `end()` stops it and resolves to the milliseconds of each answer by name; rejects where an answer failed.
 * @param {{ perSecond: number, seconds: number, requests: { name: string, method: string, url: string, body?: string }[] }} plan
 */
export function probe(plan) {
  const child = spawn(PROGRAM, [...BEFORE, PROBER, JSON.stringify(plan)], { stdio: ['pipe', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  const ended = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code !== 0) return reject(new CommandFailure(`The prober ended with ${code}`));
      const { waits, failures } = JSON.parse(output);
      if (failures.length > 0)
        return reject(new CommandFailure(`Requests failed while probing: ${failures.join('; ')}`));
      resolve(waits);
    });
  });
  ended.catch(() => {});
  return {
    /** Resolves by itself after the plan's seconds. */
    whole: () => ended,
    end: () => {
      child.stdin.end();
      return ended;
    },
  };
}
