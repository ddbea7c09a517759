import { parentPort, workerData } from 'node:worker_threads';
import type { Ledger } from '../ledger';
import { openLedger } from '../open-ledger';
import { packError, type ThreadAnswer, type ThreadCall, type ThreadOptions } from './thread-messages';

/* The thread that a ThreadedLedger writes through: it owns a connection and answers each call once. */

const port = parentPort;
if (port === null) throw new Error('The ledger thread is started as a worker thread');
const answer = (message: ThreadAnswer) => port.postMessage(message);

async function serve(ledger: Ledger, { id, method, args }: ThreadCall): Promise<void> {
  try {
    const call = ledger[method].bind(ledger) as (...args: unknown[]) => Promise<unknown>;
    answer({ kind: 'returned', id, value: await call(...args) });
  } catch (error) {
    answer({ kind: 'threw', id, error: packError(error) });
  }
  if (method === 'close') port?.close();
}

openLedger(workerData as ThreadOptions).then(
  (ledger) => {
    // Calls that came while it was opened have waited in the port.
    port.on('message', (call: ThreadCall) => void serve(ledger, call));
    answer({ kind: 'ready' });
  },
  (error: unknown) => {
    answer({ kind: 'failed', error: packError(error) });
    port.close();
  },
);
