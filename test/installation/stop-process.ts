import Database from 'better-sqlite3';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProductProcess } from './product-process';

const PATIENCE_MS = 20_000;

/**
 * Stops a process, as SIGSTOP does, while it writes to a SQLite ledger, or while it does not. Who is stopped within a write keeps the ledger's lock, and
 * nobody else writes until it goes on or ends. Only for a time when nobody else writes. Throws where it has not met such a moment in 20 s.
 */
export async function stopProcess(
  process: ProductProcess,
  file: string,
  when: 'writing' | 'not writing',
): Promise<void> {
  const ledger = new Database(file, { timeout: 0, fileMustExist: true });
  try {
    for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await sleep(1 + 10 * Math.random())) {
      process.signal('SIGSTOP');
      await process.stopped();
      if (isLocked(ledger) === (when === 'writing')) return;
      process.signal('SIGCONT');
    }
  } catch (error) {
    process.signal('SIGCONT');
    throw error;
  } finally {
    ledger.close();
  }
  throw new Error(`The process was at no time found ${when}`);
}

function isLocked(ledger: Database.Database): boolean {
  try {
    ledger.exec('BEGIN IMMEDIATE; ROLLBACK');
    return false;
  } catch (error) {
    if ((error as { code?: string }).code !== 'SQLITE_BUSY') throw error;
    return true;
  }
}
