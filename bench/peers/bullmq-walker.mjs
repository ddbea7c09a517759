import { randomUUID } from 'node:crypto';
import { cpus } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Queue } from 'bullmq';
import { CHECKOUT } from '../../deploy/local/checkout.mjs';
import {
  FactReaders,
  ProfilesFolder,
  QUEUE,
  Roots,
  SliceWalk,
  compileProfile,
  openLedger,
  selection,
} from './product-parts.mjs';

/*
 * The product's scan with BullMQ in the place of RabbitMQ: the same walk, readers, rules and ledger; each publication is one `addBulk`. Runs beside
 * workers until each of the given deliveries is moved, and prints how long each took.
 */

const { root, database, port, deliveries } = JSON.parse(process.argv[2]);
const FINISHED_LOOK_MS = 20;
const NEVER_STOPPED = { aborted: false };

const queue = new Queue(QUEUE, { connection: { host: '127.0.0.1', port } });
const ledger = await openLedger({ url: database });
const readers = new FactReaders({ processes: Math.min(4, cpus().length), niceness: 0 });
const roots = new Roots([root]);
const profiles = await new ProfilesFolder(path.join(CHECKOUT, 'profiles')).loadAll();
const { definition, digest } = profiles.find((one) => one.definition.name === 'photos');

const OPTIONS = { attempts: 8, backoff: { type: 'exponential', delay: 1_000 }, removeOnComplete: true };
const broker = {
  publisher: {
    publishAll: (messages) => queue.addBulk(messages.map(({ body }) => ({ name: 'place', data: body, opts: OPTIONS }))),
  },
  readyCounts: async (names) => {
    const waiting = await queue.getWaitingCount();
    return new Map(names.map((name, index) => [name, index === 0 ? waiting : 0]));
  },
};

async function move({ from, to, quarantine }) {
  const began = Date.now();
  const id = randomUUID();
  const profile = { name: definition.name, version: definition.version, digest, definition };
  const request = { id, directory: from, accept: to, quarantine, profile, dryRun: false, priority: 'normal' };
  await ledger.createScan({ ...request, label: null, startAt: null, requestedBy: null, requestId: null }, null);
  const { scan, walk } = await ledger.takeWalk(id);
  const context = {
    scan,
    profile: compileProfile(definition),
    directory: roots.locate(from),
    ledger,
    readers,
    select: selection(definition.include ?? [], definition.exclude ?? []),
    settle: definition.settleSeconds * 1000,
  };
  let current = walk;
  while ((await new SliceWalk(current, context, ledger, broker, NEVER_STOPPED).run()) !== 'walked')
    current = (await ledger.takeWalk(id)).walk;
  for (;;) {
    const now = await ledger.scan(id);
    if (now.finishedAt !== null) return { files: now.counts.accepted, seconds: (now.finishedAt - began) / 1000 };
    await sleep(FINISHED_LOOK_MS);
  }
}

const moved = [];
for (const delivery of deliveries) moved.push(await move(delivery));
process.stdout.write(`${JSON.stringify(moved)}\n`);
await readers.close();
await ledger.close();
await queue.close();
