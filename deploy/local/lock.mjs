import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning, programOf } from './program.mjs';

/**
 * Runs `work` while holding the lock file; one program at a time. Waits up to `waitMs` for another holder. The lock
 * of a holder that is gone (a crash) is taken over.
 * @template T
 * @param {string} file
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(file, work, { waitMs = 120_000 } = {}) {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const own = `${file}.${process.pid}`;
  writeFileSync(own, JSON.stringify(programOf(process.pid)), { mode: 0o600 });
  const deadline = Date.now() + waitMs;
  try {
    while (!take(own, file)) {
      const holder = holderOf(file);
      if (holder && !isRunning(holder)) breakLock(file, holder);
      else if (Date.now() > deadline) {
        throw new Error(`Program ${holder?.pid ?? '?'} has held ${file} for too long. End it, or wait, and try again.`);
      } else await sleep(100);
    }
  } finally {
    rmSync(own, { force: true });
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

function take(own, file) {
  try {
    linkSync(own, file); // a link appears whole or not at all: no reader meets a half-written holder
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

function holderOf(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null; // released meanwhile
  }
}

/** Two may find the same dead holder: the one that renames away a living lock instead puts it back. */
function breakLock(file, holder) {
  const aside = `${file}.broken-${process.pid}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if (error.code === 'ENOENT') return;
    throw error;
  }
  const moved = holderOf(aside);
  if (moved && moved.pid !== holder.pid && isRunning(moved)) take(aside, file);
  unlinkSync(aside);
}
