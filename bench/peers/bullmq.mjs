import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { endProgram, programOf } from '../../deploy/local/program.mjs';
import { startRedis } from './redis.mjs';
import { runPeer } from './run-peer.mjs';

const WORKERS = 3;
const HERE = path.dirname(fileURLToPath(import.meta.url));

export const bullmqVersion = () => createRequire(import.meta.url)('bullmq/package.json').version;

/**
 * Moves a delivery by BullMQ: Redis, ledger and processes of its own, all at the usual niceness.
 * @param {{ redis: string, home: string, root: string, warmUp: object, delivery: object, concurrency: number, cleanUps: Array<() => unknown> }} options
 *   `concurrency` of each of three workers
 * @returns {Promise<{ files: number, seconds: number }>}
 */
export async function moveByBullmq({ redis, home, root, warmUp, delivery, concurrency, cleanUps }) {
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
  const { port, stop } = await startRedis({ program: redis, folder: path.join(home, 'redis') });
  cleanUps.push(stop);
  const task = { root, database: `sqlite:${path.join(home, 'ledger.sqlite')}`, port };
  const workers = [];
  try {
    for (let count = 0; count < WORKERS; count += 1)
      workers.push(await startWorker({ ...task, concurrency }, cleanUps));
    const way = ({ from, to, quarantine }) => ({ from, to, quarantine });
    const moved = await runPeer('bullmq-walker.mjs', { ...task, deliveries: [way(warmUp), way(delivery)] });
    return moved.at(-1);
  } finally {
    await Promise.all(workers.map((worker) => worker.end()));
    await stop();
  }
}

async function startWorker(task, cleanUps) {
  const child = fork(path.join(HERE, 'bullmq-worker.mjs'), [JSON.stringify(task)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const program = programOf(child.pid);
  const end = async () => {
    if (child.connected) child.send('stop');
    await Promise.race([once(child, 'exit'), endProgram(program, { signal: 'SIGCONT', graceMs: 5_000 })]);
  };
  cleanUps.push(() => endProgram(program));
  const exited = once(child, 'exit').then(([code]) =>
    Promise.reject(new Error(`A worker of BullMQ ended with ${code}`)),
  );
  await Promise.race([once(child, 'message'), exited]);
  exited.catch(() => {});
  return { end };
}
