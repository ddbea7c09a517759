import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = path.dirname(fileURLToPath(import.meta.url));

/**
 * Runs a peer to its end. Rejects where it fails, with its words.
 * @param {string} name of a program beside this file
 * @param {object} task see `asPeer`
 * @returns {Promise<{ files: number, seconds: number }>}
 */
export async function runPeer(name, task) {
  const { output } = await runProgram(process.execPath, [path.join(HERE, name), JSON.stringify(task)]);
  return JSON.parse(output.trim().split('\n').at(-1));
}

/** Runs a program to its end; rejects where it does not end with 0. @returns {Promise<{ output: string, seconds: number }>} */
export function runProgram(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    let output = '';
    let errors = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (errors = (errors + chunk).slice(-4_000)));
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0) resolve({ output, seconds: (performance.now() - began) / 1000 });
      else reject(new Error(`${command} ${args[0]} ended with ${signal ?? code}:\n${errors}`));
    });
  });
}
