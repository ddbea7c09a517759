import Database from 'better-sqlite3';
import { LedgerUnavailable } from '../ledger';

/** Results of SQLite that another try may not meet: locked, full, the disk or its mount in trouble. Extended codes begin with these. */
const TRANSIENT = /^SQLITE_(BUSY|LOCKED|FULL|IOERR|READONLY|CANTOPEN|PROTOCOL)/;

export function isBusy(error: unknown): boolean {
  return error instanceof Database.SqliteError && /^SQLITE_(BUSY|LOCKED|PROTOCOL)/.test(error.code);
}

/** What a caller is given for an error: {@link LedgerUnavailable} with its cause where another try may succeed, else the error itself. */
export function asLedgerError(error: unknown): unknown {
  if (error instanceof Database.SqliteError && TRANSIENT.test(error.code)) {
    return new LedgerUnavailable(`The ledger can't be used now: ${error.message} (${error.code})`, { cause: error });
  }
  return error;
}
