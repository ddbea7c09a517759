import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from './fault';

export const DISK_FULL: Fault = {
  name: 'disk of the destination full',
  heavy: true,
  act(scene, random) {
    const milliseconds = random.between(1_500, 6_000);
    return scene.alone('disk', async () => {
      scene.disk.fill();
      await sleep(milliseconds);
      scene.disk.empty();
      return `for ${milliseconds} ms`;
    });
  },
};
