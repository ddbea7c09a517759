import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const AUTOGROUP = '/proc/self/autogroup';
/** A tenth of what others get is enough to go on beside a program that computes, and HTTP hardly feels it. */
const NICENESS = 10;
/** The kernel lets one process in 100 ms do it, unless it is root (proc(5)). */
const TRIES = 20;
const APART_MS = 150;

/** True where this process leads its session, as one that pm2 forks does, or one that is started detached: then nobody else's is in it but its children's. */
function leadsSession(): boolean {
  const stat = readFileSync('/proc/self/stat', 'latin1');
  // proc(5): the name in brackets may hold anything; session is field 6.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[3] === String(process.pid);
}

/**
 * Lets other sessions go first that want the processor, where this one is the process' own. The niceness of the process alone does not, where Linux shares
 * the processor among sessions before it looks at the niceness within each (sched(7), "The autogroup feature"). Resolves when it is done or
 * can't be; never rejects.
 */
export async function yieldSession(): Promise<void> {
  try {
    if (!leadsSession()) return;
    for (let tries = 0; tries < TRIES; tries += 1) {
      const busy = await writeFile(AUTOGROUP, String(NICENESS)).then(
        () => false,
        (error: NodeJS.ErrnoException) => error.code === 'EAGAIN',
      );
      if (!busy) return;
      await sleep(APART_MS * (0.5 + Math.random()), undefined, { ref: false });
    }
  } catch {
    // No /proc: another system, which has no autogroups either.
  }
}
