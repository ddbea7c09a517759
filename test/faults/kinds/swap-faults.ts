import * as fs from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Delivery } from '../delivery';
import type { Random } from '../random';
import type { Scene } from '../scene';
import type { Fault } from './fault';

/** Puts a symlink in the place of a folder, to one outside that has files of the same names, and the folder back after a while. */
async function swap(scene: Scene, folder: string, names: string[], milliseconds: number): Promise<boolean> {
  const away = scene.elsewhere();
  const outside = fs.mkdtempSync(join(scene.outside, 'led-'));
  for (const name of names) fs.writeFileSync(join(outside, name), `outside: ${name}`);
  scene.lead(outside);
  try {
    fs.renameSync(folder, away);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
  fs.symlinkSync(outside, folder);
  scene.swapped.add(folder);
  await sleep(milliseconds);
  fs.unlinkSync(folder);
  fs.renameSync(away, folder);
  scene.swapped.delete(folder);
  return true;
}

async function swapOf(scene: Scene, random: Random, place: (delivery: Delivery) => string): Promise<string | null> {
  // Elsewhere than on their device a folder can't be put aside by renaming it.
  const delivery = random.pick(scene.current.filter(({ places }) => !places.copied));
  const path = random.pick(delivery?.folders ?? []);
  if (delivery === undefined || path === undefined) return null;
  const milliseconds = random.between(300, 6_000);
  const folder = join(place(delivery), path);
  const names = delivery.paths.filter((each) => each.startsWith(`${path}/`)).map((each) => each.slice(path.length + 1));
  return scene.alone(folder, async () => {
    const lane = scene.lanes.find(({ deliveries }) => deliveries.includes(delivery));
    const first = lane?.deliveries.indexOf(delivery) ?? 0;
    delivery.disturb(`${path}/`);
    const swapped = await swap(scene, folder, names, milliseconds);
    // Deliveries that came meanwhile go to the same destinations.
    for (const later of lane?.deliveries.slice(first) ?? []) later.disturb(`${path}/`);
    return swapped ? `${folder} for ${milliseconds} ms` : null;
  });
}

export const SWAP_FAULTS: readonly Fault[] = [
  {
    name: 'source’s folder swapped for a symlink',
    heavy: false,
    act: (scene, random) => swapOf(scene, random, ({ directory }) => directory),
  },
  {
    name: 'destination’s folder swapped for a symlink',
    heavy: false,
    act: (scene, random) => swapOf(scene, random, ({ places }) => places.accept),
  },
];
