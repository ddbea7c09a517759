import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { assertNotGone, noteBegun } from './begun';
import { dirname, resolve } from 'node:path';
import { LedgerUnavailable, type Ledger } from './ledger';
import { LedgerMisconfigured } from './misconfigured';
import type * as Postgres from './postgres/postgres-ledger';
import type * as Sqlite from './sqlite/sqlite-ledger';

/* Each store is loaded where it is opened: no process needs both, and each brings a driver with it. */

/* eslint-disable @typescript-eslint/no-require-imports -- as said */
const postgres = (): typeof Postgres => require('./postgres/postgres-ledger') as typeof Postgres;
const sqlite = (): typeof Sqlite => require('./sqlite/sqlite-ledger') as typeof Sqlite;
/* eslint-enable */

export interface LedgerOptions {
  /** `sqlite:<path>`, relative to the working directory or absolute; or `postgres://user:password@host:port/database`, whose parameters say what TLS is wanted. */
  url: string;
  /** Milliseconds that a call waits for other writers before it throws LedgerUnavailable. Default 5,000. */
  patience?: number;
  /** Opens an existing ledger for reading alone: every method that writes then throws. Default false. */
  readOnly?: boolean;
  /**
   * The installation's home, where it is noted that it has a ledger: one in a file that is gone then is not begun anew, as if nothing had ever been
   * recorded. Not noted where it is not given.
   */
  home?: string;
  /** Epoch milliseconds; the clock of every time that the ledger notes. Default `Date.now`. */
  now?: () => number;
}

/** Whether the URL is one of PostgreSQL's. */
export function isPostgres(url: string): boolean {
  return /^postgres(ql)?:/i.test(url);
}

/** The file of a `sqlite:` URL, absolute. Throws {@link LedgerMisconfigured} for any other URL, without a word of it. */
export function sqliteFile(url: string): string {
  const scheme = /^[a-z][a-z0-9+.-]*:/i.exec(url)?.[0].toLowerCase();
  const path = scheme === 'sqlite:' ? url.slice(scheme.length).replace(/^\/\/(?=\/)/, '') : '';
  if (path === '' || path.startsWith('//') || path.includes('\0')) {
    throw new LedgerMisconfigured(
      'DATABASE_URL: expected sqlite:<path>, such as sqlite:/var/lib/assay/ledger.db, or postgres://user:password@host:5432/database',
    );
  }
  return resolve(path);
}

/**
 * Opens the ledger, made where it is missing (a folder with mode 700 and a file with 600, or a schema in the database) and brought to this version's schema; any number of processes may do
 * so at once. The caller closes it. Throws {@link LedgerMisconfigured} for a URL that can't be used and LedgerUnavailable for a place that can't
 * be used now, or that is empty though `home` says that there is a ledger.
 */
export async function openLedger(options: LedgerOptions): Promise<Ledger> {
  const { url, readOnly = false, patience = 5_000, now = Date.now, home } = options;
  if (isPostgres(url)) return postgres().PostgresLedger.open({ url, readOnly, patience, now });
  const file = sqliteFile(url);
  if (!readOnly) {
    if (home !== undefined) assertNotGone(home, file);
    makeFolder(dirname(file));
    makeFile(file);
    if (home !== undefined) noteBegun(home, file);
  }
  return sqlite().SqliteLedger.open({ file, readOnly, patience, now });
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
