import { Worker } from 'bullmq';
import { LOGGER, Pause, Pool, QUEUE, Roots, RowResolver, Turnstile, openLedger } from './product-parts.mjs';

/*
 * The product's subscriber with BullMQ in the place of RabbitMQ: the same claims, moves and outcomes. BullMQ hands over job by job; they are gathered
 * into the product's batches here, since one transaction a file would be no peer. Says `ready` to its parent, and ends on `stop`.
 */

const { root, database, port, concurrency } = JSON.parse(process.argv[2]);
const BATCH = 100;
/** As the product waits for its batches to fill: a small batch costs as many flushes of folders as a large one. */
const PATIENCE_MS = 20;

const ledger = await openLedger({ url: database });
const roots = new Roots([root]);
const refuse = () => Promise.reject(new Error('Nothing comes again in this comparison'));
const holder = `bullmq-${process.pid}`;
const pool = new Pool({
  publisher: { publish: refuse, publishAll: (messages) => (messages.length > 0 ? refuse() : Promise.resolve()) },
  ledger,
  roots,
  resolver: new RowResolver(ledger, roots, `${holder}/resolver`),
  turnstile: new Turnstile(2),
  pause: new Pause(() => true, LOGGER),
  logger: LOGGER,
  holder,
  maxAttempts: 8,
  onStep: () => {},
});

let gathered = [];
let timer = null;

function flush() {
  clearTimeout(timer);
  timer = null;
  const batch = gathered;
  gathered = [];
  if (batch.length === 0) return;
  const tasks = batch.map(({ data }) => ({
    delivery: { headers: {}, key: '', body: null, redelivered: false },
    assignment: { scan: data.scan, generation: data.generation, seq: data.files[0].seq, path: data.files[0].path },
  }));
  // Private in TypeScript alone: the very step that the product takes after it has parsed its messages.
  pool.place(tasks).then(
    () => batch.forEach(({ resolve }) => resolve()),
    (error) => batch.forEach(({ reject }) => reject(error)),
  );
}

const worker = new Worker(
  QUEUE,
  ({ data }) =>
    new Promise((resolve, reject) => {
      gathered.push({ data, resolve, reject });
      if (gathered.length >= BATCH) flush();
      else timer ??= setTimeout(flush, PATIENCE_MS);
    }),
  {
    connection: { host: '127.0.0.1', port },
    concurrency,
    skipLockRenewal: true,
    skipStalledCheck: true,
    lockDuration: 600_000,
  },
);
worker.on('failed', (job, error) => LOGGER.error(`${job?.id}: ${error.message}`));
await worker.waitUntilReady();
process.send('ready');
process.on('message', async () => {
  await worker.close();
  await ledger.close();
  process.exit(0);
});
