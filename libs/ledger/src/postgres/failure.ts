import { LedgerUnavailable } from '../ledger';
import { LedgerMisconfigured } from '../misconfigured';

/** The connection is gone or was never made: what was under way may have been done or not. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
}

/** Another transaction came between two statements of this one; the whole of it, made again, sees what that one did. */
export class Overtaken extends Error {
  override readonly name = 'Overtaken';
}

/**
 * States of SQL that another try may not meet: connection (08), resources such as disk, memory or connections (53), the operator's
 * stop or start (57), the disk in trouble (58), a lock that was not free in time, a server or transaction that only reads, a stay too long.
 */
const TRANSIENT = /^(08|53|57|58|55P03|25006|25P0[34]|40)/;
/** Taken back by the server for the sake of another transaction, or kept by a constraint from what another did meanwhile. */
const REPEATABLE = /^(40001|40P01|23505)$/;
/** Ended by an operator, a crash or a stop, or because it was idle for too long. */
const ENDED = /^(57P0[1235]|25P03)$/;
/** User, password, database or rights. */
const REFUSED = /^(28|3D000|3F000|42501)/;

/** The state of an error that the server sent; `''` for any other. */
export function stateOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error) || !('severity' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}

/** What the driver threw, told apart: the server's own errors and programming errors as they are, all else as {@link ConnectionLost}. */
export function fromDriver(error: unknown): unknown {
  if (stateOf(error) !== '') return error;
  const { name, message } = error as Error;
  if (name === 'TypeError' || name === 'RangeError') return error;
  return new ConnectionLost(message || codeOf(error), { cause: error });
}

/** Several addresses that all refused are one error without words. */
function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'connection lost';
}

export function isRepeatable(error: unknown): boolean {
  return (error as Error).name === 'Overtaken' || REPEATABLE.test(stateOf(error));
}

/** Whether the connection is of no use any more: lost, or ended by the server with its last word. */
export function isLost(error: unknown): boolean {
  return (error as Error).name === 'ConnectionLost' || ENDED.test(stateOf(error));
}

/** What a caller is given for an error: {@link LedgerUnavailable} with its cause where another try may succeed, else the error itself. */
export function asLedgerError(error: unknown): unknown {
  const state = stateOf(error);
  const { name, message } = error as Error;
  if (name === 'ConnectionLost' || name === 'Overtaken' || TRANSIENT.test(state)) {
    const word = state === '' ? '' : ` (${state})`;
    return new LedgerUnavailable(`The ledger can't be used now: ${message}${word}`, { cause: error });
  }
  return error;
}

/** As {@link asLedgerError}, for opening: what the server refuses then is refused again until somebody mends it. */
export function asOpeningError(error: unknown): unknown {
  const state = stateOf(error);
  if (!REFUSED.test(state)) return asLedgerError(error);
  return new LedgerMisconfigured(`DATABASE_URL: the database refuses: ${(error as Error).message} (${state})`, {
    cause: error,
  });
}
