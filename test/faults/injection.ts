import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from './kinds/fault';
import { Random } from './random';
import type { Planned } from './schedule';
import type { Scene } from './scene';

/** A fault that can't be injected at its moment is tried again: there may be nothing to disturb just then, or the broker is away. */
const TRIES = 8;
const AGAIN_MS = 900;

/**
 * Injects what is planned, each at its moment, whether or not the one before is over. Resolves when all are over, and everything is as it was. `until`:
 * milliseconds after the beginning, from when nothing new is begun.
 */
export async function inject(
  scene: Scene,
  planned: readonly Planned[],
  faults: readonly Fault[],
  until: number,
): Promise<void> {
  const began = Date.now();
  const underWay: Promise<void>[] = [];
  const late = (): boolean => Date.now() - began > until;
  const injectOne = async ({ kind, seed }: Planned): Promise<void> => {
    const fault = faults.find(({ name }) => name === kind);
    for (let tries = 0; fault !== undefined && tries < TRIES && !late(); tries += 1) {
      const done = await fault.act(scene, new Random(seed));
      if (done !== null) return scene.timeline.add(kind, done);
      await sleep(AGAIN_MS);
    }
  };
  for (const each of planned) {
    await sleep(Math.max(0, began + each.at - Date.now()));
    underWay.push(injectOne(each));
  }
  await Promise.all(underWay);
}
