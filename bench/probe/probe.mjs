import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { CommandFailure } from '../../deploy/local/say.mjs';
import { OPTIONS } from './real-time.mjs';

const HERE = path.dirname(fileURLToPath(import.meta.url));

/**
 * Begins to ask, to the plan's end or to that of {@link endable}. Rejects where an answer failed.
 * @param {{ perSecond: number, seconds: number, requests: { name: string, method: string, url: string, body?: string }[] }} plan
 * @returns of {@link endable}: the milliseconds of each answer by name
 */
export function probe(plan) {
  return endable('prober.mjs', plan, ({ waits, failures }) => {
    if (failures.length > 0) throw new CommandFailure(`Requests failed while probing: ${failures.join('; ')}`);
    return waits;
  });
}

/**
 * Begins to ask for scans, one after the other, each cancelled at once, to the plan's end or to that of {@link endable}. Rejects where one was refused.
 * @param {{ url: string, count: number, restMs: number, bodies: object[] }} plan
 * @returns of {@link endable}: the milliseconds of each answer
 */
export const askForScans = (plan) => endable('scan-asker.mjs', plan, (waits) => waits);

/** `whole` resolves by itself at the plan's end, `end` ends it before; both to what `read` makes of what the instrument printed. */
function endable(name, plan, read) {
  const { child, output } = instrument(name, plan);
  const ended = output.then(read);
  ended.catch(() => {});
  return {
    whole: () => ended,
    end: () => {
      child.stdin.end();
      return ended;
    },
  };
}

/** A program of its own beside this file; `output` is what it printed, as JSON. */
function instrument(name, plan) {
  const child = spawn(process.execPath, [...OPTIONS, path.join(HERE, name), JSON.stringify(plan)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk) => (text += chunk));
  const output = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(JSON.parse(text));
      else reject(new CommandFailure(`${name} ended with ${code}`));
    });
  });
  return { child, output };
}
