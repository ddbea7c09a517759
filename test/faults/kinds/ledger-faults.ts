import type { Random } from '../random';
import type { Scene } from '../scene';
import type { Fault } from './fault';

/** So that somebody comes while the ledger can't be used: whoever has it open may not notice. */
function killOne({ seats }: Scene, random: Random): string {
  const seat = random.pick(seats);
  return seat?.kill() ? `, and ${seat.name} killed` : '';
}

export const LEDGER_FAULTS: readonly Fault[] = [
  {
    name: 'ledger locked',
    heavy: false,
    act(scene, random) {
      const milliseconds = random.between(300, 7_000);
      return scene.alone('ledger', async () =>
        (await scene.ledger.lock(milliseconds)) ? `for ${milliseconds} ms` : null,
      );
    },
  },
  {
    name: 'ledger read-only',
    heavy: true,
    act(scene, random) {
      const milliseconds = random.between(1_000, 6_000);
      return scene.alone('ledger', async () => {
        let killed = '';
        await scene.ledger.readOnly(milliseconds, () => (killed = killOne(scene, random)));
        return `for ${milliseconds} ms${killed}`;
      });
    },
  },
  {
    name: 'ledger gone',
    heavy: true,
    act(scene, random) {
      const milliseconds = random.between(500, 5_000);
      return scene.alone('ledger', async () => {
        let killed = '';
        await scene.ledger.gone(milliseconds, () => {
          if (random.next() < 0.5) killed = killOne(scene, random);
        });
        return `for ${milliseconds} ms${killed}`;
      });
    },
  },
];
