import { join } from 'node:path';
import type { Ledger } from '../ledger';
import { type LedgerOptions, isPostgres, openLedger } from '../open-ledger';
import type { LedgerMethod, ThreadOptions } from './thread-messages';
import { Writer } from './writer';

export interface ThreadedLedgerOptions extends Pick<LedgerOptions, 'url' | 'patience' | 'home'> {
  /** The thread's program; the compiled one beside this file by default. */
  entry?: string;
}

/** Where each call runs: what only reads is short and stays here; what writes may wait for others, and so goes to the thread. */
const RUNS = {
  close: 'both',
  ping: 'both',
  createScan: 'thread',
  replayed: 'here',
  announceScan: 'thread',
  voidScan: 'thread',
  scan: 'here',
  scans: 'here',
  cancelScan: 'thread',
  endUnclaimed: 'thread',
  completeScan: 'thread',
  takeWalk: 'thread',
  openFolders: 'here',
  recordedPaths: 'here',
  record: 'thread',
  confirmPublication: 'thread',
  unconfirmedPublications: 'here',
  unsettled: 'here',
  endWalk: 'thread',
  alike: 'here',
  copies: 'here',
  digested: 'thread',
  claim: 'thread',
  check: 'thread',
  renumber: 'thread',
  end: 'thread',
  release: 'thread',
  lease: 'thread',
  beat: 'thread',
  leave: 'thread',
  holders: 'here',
  unresolved: 'here',
  claimUnresolved: 'thread',
  resolve: 'thread',
  forgetSuperseded: 'thread',
  republish: 'thread',
  scansToWalk: 'thread',
  scansToEnd: 'here',
  scansToFinish: 'here',
  claimEpilogue: 'thread',
  noteReasons: 'thread',
  endEpilogue: 'thread',
  walkedFolders: 'here',
  movedBeneath: 'here',
  deadLetters: 'here',
  deadLetterReasons: 'here',
  createRedrive: 'thread',
  redrives: 'here',
  takeRedrive: 'thread',
  nextLetters: 'here',
  redrive: 'thread',
  endRedrive: 'thread',
  redrivesToGoOn: 'thread',
  files: 'here',
  summary: 'here',
} as const satisfies Record<LedgerMethod, 'here' | 'thread' | 'both'>;

/**
 * A ledger for a thread that must not wait, such as the one that serves HTTP: writes run in a worker thread with a connection of its own,
 * reads here on a connection that can only read. A call sees what every call that returned before it wrote.
 *
 * A ledger in PostgreSQL keeps no thread waiting, and is opened here as it is.
 *
 * Where the thread ends, the calls under way throw LedgerUnavailable, their effect unknown, and it is started again.
 * The caller closes the ledger, which ends the thread.
 */
export async function openThreadedLedger(options: ThreadedLedgerOptions): Promise<Ledger> {
  const { url, home, patience = 5_000, entry = join(__dirname, 'ledger-thread.js') } = options;
  if (isPostgres(url)) return openLedger({ url, patience });
  const thread: ThreadOptions = home === undefined ? { url, patience } : { url, patience, home };
  const writer = await Writer.start({ entry, thread, deadline: 2 * patience });
  let reader: Ledger;
  try {
    // A call that only reads never waits long: nothing but a recovery after a crash keeps it from reading.
    reader = await openLedger({ url, patience, readOnly: true });
  } catch (error) {
    await writer.close();
    throw error;
  }
  return threadedLedger(writer, reader);
}

export function threadedLedger(writer: Writer, reader: Ledger): Ledger {
  let closed: Promise<void> | null = null;
  const here = (method: LedgerMethod) => reader[method].bind(reader);
  const there =
    (method: LedgerMethod) =>
    (...args: unknown[]) =>
      writer.call(method, args);
  const calls = Object.entries(RUNS).map(([name, place]) => {
    const method = name as LedgerMethod;
    return [method, place === 'here' ? here(method) : there(method)];
  });
  return {
    // One entry for each method, with that method's own arguments and results: held by the type of RUNS.
    ...(Object.fromEntries(calls) as Omit<Ledger, 'close' | 'ping'>),
    async ping() {
      await writer.call('ping', []);
      await reader.holders();
    },
    close() {
      closed ??= Promise.all([writer.close(), reader.close()]).then(() => undefined);
      return closed;
    },
  };
}
