import { LedgerUnavailable } from '../ledger';

/** Results of SQLite that another try may not meet: locked, full, the disk or its mount in trouble. Extended codes begin with these. */
const TRANSIENT = /^SQLITE_(BUSY|LOCKED|FULL|IOERR|READONLY|CANTOPEN|PROTOCOL)/;

/** The result code of an error of SQLite, `''` for any other. The driver makes its errors of the class that the first of its loaders gave it, so the class tells nothing. */
function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' && error.code.startsWith('SQLITE_') ? error.code : '';
}

export function isBusy(error: unknown): boolean {
  return /^SQLITE_(BUSY|LOCKED|PROTOCOL)/.test(codeOf(error));
}

/** What a caller is given for an error: {@link LedgerUnavailable} with its cause where another try may succeed, else the error itself. */
export function asLedgerError(error: unknown): unknown {
  const code = codeOf(error);
  if (!TRANSIENT.test(code)) return error;
  const { message } = error as Error;
  return new LedgerUnavailable(`The ledger can't be used now: ${message} (${code})`, { cause: error });
}
