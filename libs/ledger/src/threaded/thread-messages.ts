import { LedgerUnavailable, type Ledger } from '../ledger';
import { LedgerMisconfigured } from '../misconfigured';

export type LedgerMethod = keyof Ledger;

/** What the thread is started with: all of the options that can cross to it. */
export interface ThreadOptions {
  url: string;
  patience?: number;
  home?: string;
}

export interface ThreadCall {
  id: number;
  method: LedgerMethod;
  args: unknown[];
}

/** An error on its way between threads, where classes are lost. */
export interface ThreadError {
  name: string;
  message: string;
  stack?: string;
}

export type ThreadAnswer =
  /** The ledger is open. */
  | { kind: 'ready' }
  /** It could not be opened, and the thread ends. */
  | { kind: 'failed'; error: ThreadError }
  | { kind: 'returned'; id: number; value: unknown }
  | { kind: 'threw'; id: number; error: ThreadError };

export function packError(error: unknown): ThreadError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const { name, message, stack } = error;
  return stack === undefined ? { name, message } : { name, message, stack };
}

/** The error as its class on this side; its `cause` holds where it came from. */
export function unpackError({ name, message, stack }: ThreadError): Error {
  const cause = Object.assign(new Error(message), { name, stack: stack ?? '' });
  if (name === 'LedgerUnavailable') return new LedgerUnavailable(message, { cause });
  if (name === 'LedgerMisconfigured') return new LedgerMisconfigured(message, { cause });
  return Object.assign(new Error(message, { cause }), { name });
}
