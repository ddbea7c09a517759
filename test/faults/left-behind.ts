import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What this run makes in the temp folder and mounts is named by it, so that a later one can tell what was left by a run that was killed. */
export const nameOfThisRun = (prefix: string): string => `${prefix}${process.pid}-`;

const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's is there as well.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

const ownerOf = (prefix: string, name: string): number | null =>
  name.startsWith(prefix) ? Number(/^\d+/.exec(name.slice(prefix.length))?.[0] ?? 0) : null;

const isLeft = (prefix: string, name: string): boolean => {
  const owner = ownerOf(prefix, name);
  return owner !== null && owner > 0 && !isRunning(owner);
};

/** Folders of the temp folder whose run is gone. */
export const foldersLeft = (prefix: string): string[] =>
  readdirSync(tmpdir())
    .filter((name) => isLeft(prefix, name))
    .map((name) => join(tmpdir(), name));

/** Takes down the file systems whose run is gone; `prefix` of their device's name. */
export function unmountLeft(prefix: string): void {
  if (process.platform !== 'linux') return;
  for (const line of readFileSync('/proc/mounts', 'utf8').split('\n')) {
    const [device = '', path = ''] = line.split(' ');
    if (isLeft(prefix, device)) execFileSync('umount', ['--lazy', path]);
  }
}
