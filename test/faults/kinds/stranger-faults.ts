import * as fs from 'node:fs';
import { dirname } from 'node:path';
import { digest } from '../../installation';
import type { Delivery } from '../delivery';
import type { Random } from '../random';
import { exchange, renameNew } from '../rename';
import type { Scene } from '../scene';
import type { Fault } from './fault';

/** Files that one fault lays hands on, where it finds so many. */
const MOST = 6;

type Act = (scene: Scene, delivery: Delivery, path: string, random: Random) => boolean;

const isSwapped = ({ swapped }: Scene, absolute: string): boolean => swapped.has(dirname(absolute));

/** A file with a content of its own, elsewhere on the device of the sources, that is to be given a name. */
function made(scene: Scene, absolute: string, random: Random): { at: string; content: Buffer } {
  const content = scene.contents.make(absolute, random.between(80, 2_000));
  const at = scene.elsewhere();
  fs.writeFileSync(at, content);
  return { at, content };
}

/** Somebody was quicker, or there is no room: then this one does nothing. */
const isInVain = (error: unknown): boolean =>
  ['ENOENT', 'EEXIST', 'ENOTDIR', 'ENOSPC'].includes((error as NodeJS.ErrnoException).code ?? '');

/** Appends to whatever file has the name. */
const change: Act = ({ contents }, delivery, path) => {
  const absolute = delivery.sourceOf(path);
  const { O_RDWR, O_APPEND, O_NOFOLLOW } = fs.constants;
  const file = fs.openSync(absolute, O_RDWR | O_APPEND | O_NOFOLLOW);
  try {
    const content = fs.readFileSync(file);
    const before = digest(content);
    if (!contents.knows(before)) return false;
    const more = Buffer.from('and more');
    fs.writeSync(file, more);
    // Copied and removed in that very moment: what was written is lost with the name, as the limits say.
    if (fs.fstatSync(file).nlink > 0)
      contents.changed(absolute, before, digest(Buffer.concat([content, more])), delivery.places.copied);
    return true;
  } finally {
    fs.closeSync(file);
  }
};

/** Puts another file in the place of one, as a supplier's program does that writes beside and renames. */
const replace: Act = (scene, delivery, path, random) => {
  const absolute = delivery.sourceOf(path);
  const { at, content } = made(scene, absolute, random);
  if (!exchange(at, absolute)) {
    fs.unlinkSync(at);
    return false;
  }
  scene.contents.add(absolute, content, 'stranger');
  return true;
};

const remove: Act = (scene, delivery, path) => {
  fs.renameSync(delivery.sourceOf(path), scene.elsewhere());
  return true;
};

/** Gives a new file the name of a source that has gone its way. */
const addAtSource: Act = (scene, delivery, path, random) => {
  const absolute = delivery.sourceOf(path);
  const { at, content } = made(scene, absolute, random);
  if (!renameNew(at, absolute)) {
    fs.unlinkSync(at);
    return false;
  }
  scene.contents.add(absolute, content, 'stranger');
  return true;
};

const addAtDestination: Act = (scene, delivery, path, random) => {
  const absolute = delivery.destinationOf(path);
  if (isSwapped(scene, absolute)) return false;
  const content = scene.contents.make(absolute, random.between(80, 2_000));
  fs.mkdirSync(dirname(absolute), { recursive: true });
  const file = fs.openSync(absolute, 'wx');
  try {
    fs.writeSync(file, content);
  } catch (error) {
    // The disk is full just now: what is empty was nobody's content.
    fs.unlinkSync(absolute);
    throw error;
  } finally {
    fs.closeSync(file);
  }
  scene.contents.add(absolute, content, 'stranger');
  return true;
};

/** Does something to a few files of a delivery that is under way; `there`: to those that still have their source's name. */
const stranger = (name: string, there: boolean, act: Act): Fault => ({
  name,
  heavy: false,
  act(scene, random) {
    const delivery = random.pick(scene.current);
    if (delivery === undefined) return Promise.resolve(null);
    const done: string[] = [];
    for (const path of random.shuffled(delivery.paths)) {
      const absolute = delivery.sourceOf(path);
      if (done.length === MOST) break;
      if (isSwapped(scene, absolute) || (there && !fs.existsSync(absolute))) continue;
      delivery.disturb(path);
      try {
        if (act(scene, delivery, path, random)) done.push(path);
      } catch (error) {
        if (!isInVain(error)) throw error;
      }
    }
    return Promise.resolve(done.length === 0 ? null : `${delivery.name}: ${done.join(' ')}`);
  },
});

export const STRANGER_FAULTS: readonly Fault[] = [
  stranger('source changed', true, change),
  stranger('source replaced', true, replace),
  stranger('source removed', true, remove),
  stranger('new file under a source’s name', false, addAtSource),
  stranger('foreign file at a destination', true, addAtDestination),
];
