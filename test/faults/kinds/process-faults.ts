import { setTimeout as sleep } from 'node:timers/promises';
import { ACK_TIMEOUT_MS } from '../broker-node';
import type { Fault } from './fault';

export const PROCESS_FAULTS: readonly Fault[] = [
  {
    name: 'API killed',
    heavy: false,
    act: ({ api }) => Promise.resolve(api.kill() ? 'its scan thread and readers with it' : null),
  },
  {
    name: 'reader killed',
    heavy: false,
    act({ api }, random) {
      const reader = random.pick(api.readers);
      if (reader === undefined) return Promise.resolve(null);
      try {
        process.kill(reader, 'SIGKILL');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
        return Promise.resolve(null);
      }
      return Promise.resolve(`process ${reader}`);
    },
  },
  {
    name: 'subscriber killed',
    heavy: false,
    act({ subscribers }, random) {
      const seat = random.pick(subscribers);
      return Promise.resolve(seat?.kill() ? seat.name : null);
    },
  },
  {
    name: 'everything killed',
    heavy: false,
    act: ({ seats }) => Promise.resolve(seats.filter((seat) => seat.kill()).length > 0 ? 'at once' : null),
  },
  {
    name: 'subscriber stopped',
    heavy: false,
    async act({ subscribers }, random) {
      const seat = random.pick(subscribers);
      const milliseconds = random.between(200, 5_000);
      return (await seat?.stall(milliseconds)) ? `${seat?.name} for ${milliseconds} ms` : null;
    },
  },
  {
    name: 'ack timed out',
    heavy: true,
    async act({ subscribers, node }) {
      const before = node.logged;
      // All of them: whichever holds a message then is late with its ack.
      await Promise.all(subscribers.map((seat) => seat.stall(ACK_TIMEOUT_MS + 2_500)));
      await sleep(500);
      const times = node.timeoutsSince(before);
      return times > 0 ? `${times} times` : null;
    },
  },
];
