import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../random';
import type { Scene } from '../scene';
import type { Fault } from './fault';

const QUEUES = {
  files: ['inspection.files.high', 'inspection.files.normal', 'inspection.files.low'],
  scans: ['inspection.scans'],
  ladder: ['inspection.retry.1s', 'inspection.retry.5s', 'inspection.retry.30s', 'inspection.retry.2m'],
};

/**
 * A queue that is deleted in the moment of its declaration or recovery ends a supervisor of RabbitMQ 3.10 for good (`rabbit_fifo_dlx_sup`), and with it
 * every queue that dead-letters at least once, until the node is restarted. That is a fault of the broker's own, of which nothing is to be learnt here.
 */
const RESTED_MS = 4_000;

/** What an operator does by hand in the management UI. */
async function atQueue(scene: Scene, queue: string | undefined, path: string): Promise<string | null> {
  const { vhost } = scene.installation;
  if (path === '' && !scene.mayDelete(queue ?? '', RESTED_MS)) return null;
  try {
    const there = (await vhost.manage('GET', `queues/${vhost.name}?columns=name`)) as { name: string }[];
    if (!there.some(({ name }) => name === queue)) return null;
    await vhost.manage('DELETE', `queues/${vhost.name}/${queue}${path}`);
    return queue ?? null;
  } catch {
    // The broker is away.
    return null;
  }
}

const queueFaults = Object.entries(QUEUES).flatMap(([which, queues]): Fault[] => [
  {
    name: `queue deleted (${which})`,
    heavy: false,
    act: (scene, random) => atQueue(scene, random.pick(queues), ''),
  },
  {
    name: `queue purged (${which})`,
    heavy: false,
    act: (scene, random) => atQueue(scene, random.pick(queues), '/contents'),
  },
]);

/** One seat's way to the broker, or everybody's. */
function ways({ seats }: Scene, random: Random): { proxies: Scene['api']['proxy'][]; whose: string } {
  const seat = random.next() < 0.3 ? undefined : random.pick(seats);
  if (seat) return { proxies: [seat.proxy], whose: seat.name };
  return { proxies: seats.map(({ proxy }) => proxy), whose: 'everybody' };
}

export const BROKER_FAULTS: readonly Fault[] = [
  {
    name: 'broker restarted',
    heavy: true,
    act: (scene) => scene.alone('broker', () => scene.node.restart().then(() => 'in order')),
  },
  {
    name: 'broker killed',
    heavy: true,
    act: (scene) => scene.alone('broker', () => scene.node.kill().then(() => 'with -9')),
  },
  {
    name: 'AMQP cut',
    heavy: false,
    async act(scene, random) {
      const { proxies, whose } = ways(scene, random);
      const milliseconds = random.between(100, 4_000);
      return scene.alone('connections', async () => {
        await Promise.all(proxies.map((proxy) => proxy.cut()));
        await sleep(milliseconds);
        await Promise.all(proxies.map((proxy) => proxy.restore()));
        return `${whose} for ${milliseconds} ms`;
      });
    },
  },
  {
    name: 'AMQP stalled',
    heavy: false,
    async act(scene, random) {
      const { proxies, whose } = ways(scene, random);
      const milliseconds = random.between(500, 8_000);
      return scene.alone('connections', async () => {
        for (const proxy of proxies) proxy.stall();
        await sleep(milliseconds);
        for (const proxy of proxies) proxy.resume();
        return `${whose} for ${milliseconds} ms`;
      });
    },
  },
  {
    name: 'AMQP reset',
    heavy: false,
    act(scene, random) {
      const { proxies, whose } = ways(scene, random);
      for (const proxy of proxies) proxy.reset();
      return Promise.resolve(whose);
    },
  },
  ...queueFaults,
];
