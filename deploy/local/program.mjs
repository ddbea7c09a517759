import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * A running program, named so that a reused pid is never mistaken for it.
 * @typedef {{ pid: number, started: string }} Program `started` is opaque: the kernel's start time of that pid.
 */

/**
 * The program that has `pid` now, or null if none has. A zombie is gone: in a container without an init nobody reaps it.
 * @param {number} pid
 * @returns {Program | null}
 */
export function programOf(pid) {
  if (process.platform === 'linux') {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
      // The second field is the name in brackets and may hold anything; proc(5): state is field 3, starttime field 22.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return fields[0] === 'Z' || fields[0] === 'X' ? null : { pid, started: fields[19] };
    } catch {
      return null;
    }
  }
  try {
    const started = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    return started === '' ? null : { pid, started };
  } catch {
    return null;
  }
}

/** @param {Program | null | undefined} program */
export function isRunning(program) {
  return !!program && programOf(program.pid)?.started === program.started;
}

/**
 * Lets other sessions go before that of a program that leads its own. Niceness alone does not, where Linux shares the processor among
 * sessions before it looks at the niceness within each (sched(7), "The autogroup feature").
 * @param {number} pid
 * @param {number} niceness
 */
export async function yieldSession(pid, niceness) {
  // The kernel lets one process in 100 ms do it, unless it is root (proc(5)).
  for (let tries = 0; tries < 20; tries++) {
    try {
      writeFileSync(`/proc/${pid}/autogroup`, String(niceness));
      return;
    } catch (error) {
      // No such thing here, or it ended already: whoever waits for it says why.
      if (error.code !== 'EAGAIN') return;
    }
    await sleep(100);
  }
}

/**
 * Every program of this user whose environment holds `name=value` (Linux only; elsewhere none is found).
 * Finds what is left when a state file was lost. Where `marks` are given, it also holds a variable of one of these
 * names: a shell that merely exported `name` is not meant.
 * @param {string[]} [marks]
 * @returns {Program[]}
 */
export function programsByEnvironment(name, value, marks) {
  if (process.platform !== 'linux') return [];
  const wanted = `${name}=${value}`;
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)
    .filter((pid) => {
      try {
        const variables = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
        const marked = !marks || variables.some((variable) => marks.some((mark) => variable.startsWith(`${mark}=`)));
        return marked && variables.includes(wanted);
      } catch {
        return false; // another user's, or gone meanwhile
      }
    })
    .map((pid) => programOf(Number(pid)))
    .filter((program) => program !== null);
}

/**
 * Ends a program: asks by `signal`, and after `graceMs` no longer asks. Resolves when it is gone; does nothing if it
 * already was. Rejects if it outlives even SIGKILL by 5 s (uninterruptible sleep).
 * @param {Program | null | undefined} program
 */
export async function endProgram(program, { signal = 'SIGTERM', graceMs = 10_000 } = {}) {
  if (!isRunning(program)) return;
  send(program, signal);
  if (await goneWithin(program, graceMs)) return;
  send(program, 'SIGKILL');
  if (await goneWithin(program, 5_000)) return;
  throw new Error(`Program ${program.pid} does not end, not even by SIGKILL.`);
}

/** @param {Program} program */
export async function goneWithin(program, ms) {
  const deadline = Date.now() + ms;
  while (isRunning(program)) {
    if (Date.now() >= deadline) return false;
    await sleep(50);
  }
  return true;
}

function send(program, signal) {
  try {
    process.kill(program.pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}
