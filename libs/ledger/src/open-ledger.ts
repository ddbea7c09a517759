import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { LedgerUnavailable, type Ledger } from './ledger';
import { LedgerMisconfigured } from './misconfigured';
import { SqliteLedger } from './sqlite/sqlite-ledger';

export interface LedgerOptions {
  /** `sqlite:<path>`, relative to the working directory or absolute. `postgres://…` is refused until it is supported. */
  url: string;
  /** Milliseconds that a call waits for other writers before it throws LedgerUnavailable. Default 5,000. */
  patience?: number;
  /** Opens an existing ledger for reading alone: every method that writes then throws. Default false. */
  readOnly?: boolean;
  /** Epoch milliseconds; the clock of every time that the ledger notes. Default `Date.now`. */
  now?: () => number;
}

/** The file of a `sqlite:` URL, absolute. Throws {@link LedgerMisconfigured} for any other URL. */
export function sqliteFile(url: string): string {
  const scheme = /^[a-z][a-z0-9+.-]*:/i.exec(url)?.[0].toLowerCase();
  if (scheme === 'postgres:' || scheme === 'postgresql:') {
    throw new LedgerMisconfigured('DATABASE_URL: PostgreSQL is not supported yet; use sqlite:<path>');
  }
  const path = scheme === 'sqlite:' ? url.slice(scheme.length).replace(/^\/\/(?=\/)/, '') : '';
  if (path === '' || path.startsWith('//') || path.includes('\0')) {
    throw new LedgerMisconfigured('DATABASE_URL: expected sqlite:<path>, such as sqlite:/var/lib/assay/ledger.db');
  }
  return resolve(path);
}

/**
 * Opens the ledger, made where it is missing (its folder with mode 700, its file with 600) and brought to this version's schema; any number of processes may do
 * so at once. The caller closes it. Throws {@link LedgerMisconfigured} for a URL that can't be used and LedgerUnavailable for a place that can't
 * be used now.
 */
export async function openLedger(options: LedgerOptions): Promise<Ledger> {
  const file = sqliteFile(options.url);
  const readOnly = options.readOnly ?? false;
  if (!readOnly) {
    makeFolder(dirname(file));
    makeFile(file);
  }
  return SqliteLedger.open({ file, readOnly, patience: options.patience ?? 5_000, now: options.now ?? Date.now });
}

/** Level by level: Node's own recursive mkdir never returns where a folder that exists refuses to hold another (in /proc, say). */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  try {
    mkdirSync(folder, 0o700);
  } catch (error) {
    // Another process that starts at the same moment makes it too.
    if (existsSync(folder)) return;
    throw new LedgerUnavailable(`The ledger's folder ${folder} can't be made`, { cause: error });
  }
}

/** SQLite gives its log the mode of its file. */
function makeFile(file: string): void {
  try {
    closeSync(openSync(file, 'a', 0o600));
  } catch (error) {
    throw new LedgerUnavailable(`The ledger's file ${file} can't be written`, { cause: error });
  }
}
