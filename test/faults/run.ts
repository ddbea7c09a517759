import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { STORES, type Store } from '../installation';
import { Accounts } from './accounts';
import { BrokerNode } from './broker-node';
import { type Figures, sumOf } from './figures';
import { inject } from './injection';
import { FAULTS, STANDING } from './kinds/kinds';
import { DISK_FULL } from './kinds/disk-faults';
import { Random } from './random';
import { restingQueues, tendQueues } from './queues';
import { Scene } from './scene';
import { schedule } from './schedule';
import { Timeline } from './timeline';

/** An installation is disturbed for so long; then another one, its ledger in the other store. */
const ROUND_MS = 75_000;
/** After the last fault everything must come to its end within this time. */
const CALM_MS = 180_000;

export interface RunOptions {
  seed: number;
  /** Of faults; calm comes on top. */
  milliseconds: number;
  told: (line: string) => void;
}

export interface Run {
  figures: Figures;
  timeline: Timeline;
}

/** Deliveries through real processes while faults are injected; then everything is held to the promise. */
export async function runFaults({ seed, milliseconds, told }: RunOptions): Promise<Run> {
  const random = new Random(seed);
  const timeline = new Timeline(told);
  const node = await BrokerNode.start();
  const figures: Figures[] = [];
  try {
    for (let left = milliseconds, round = 0; left > 0; left -= ROUND_MS, round += 1) {
      const store = STORES[round % STORES.length] ?? 'SQLite';
      timeline.note(`an installation with its ledger in ${store}`);
      figures.push(await runRound(node, store, random.seed(), Math.min(left, ROUND_MS), timeline));
    }
  } finally {
    await node.close();
  }
  return { figures: sumOf(figures), timeline };
}

async function runRound(
  node: BrokerNode,
  store: Store,
  seed: number,
  milliseconds: number,
  timeline: Timeline,
): Promise<Figures> {
  const random = new Random(seed);
  const scene = await Scene.make(node, store, random.seed(), timeline);
  try {
    await scene.ready();
    const faults = FAULTS.filter(({ name }) => name !== DISK_FULL.name || scene.disk.isFillable);
    if (!scene.disk.isFillable) timeline.skip(DISK_FULL.name, 'no file system may be mounted here');
    const began = Date.now();
    let calm = false;
    const late = (): boolean => calm && Date.now() - began > milliseconds + CALM_MS;
    const lanes = scene.lanes.map((lane) => lane.run(() => !calm, late));
    await inject(scene, schedule(random.seed(), milliseconds, faults), faults, milliseconds);
    calm = true;
    timeline.note('no more faults');
    let ended = false;
    const tended = tendQueues(scene, () => ended);
    const figures = await Promise.all(lanes)
      .then(() => account(scene))
      .finally(() => (ended = true));
    await tended;
    countStanding(scene);
    if (Object.values(figures.wrong).some((found: string[]) => found.length > 0)) keepLogs(scene);
    return figures;
  } catch (error) {
    // Closing may fail for the same reason, and must not hide it.
    timeline.note(`the round failed: ${(error as Error).stack}`);
    throw error;
  } finally {
    await scene.close();
  }
}

/** Looks at everything once it has come to rest. */
async function account(scene: Scene): Promise<Figures> {
  const resting = await restingQueues(scene);
  // Names of ours that a sweep is about to resolve.
  await sleep(1_000);
  const figures = await Accounts.of(scene);
  figures.deadLetters = resting.deadLetters;
  figures.wrong.astray.push(...resting.astray, ...scene.lanes.flatMap(({ problems }) => problems));
  return figures;
}

/** What the processes wrote, for whoever is to find out why. */
function keepLogs({ seats, timeline }: Scene): void {
  const folder = mkdtempSync(join(tmpdir(), 'assay-fault-logs-'));
  for (const seat of seats) writeFileSync(join(folder, `${seat.name}.log`), seat.output);
  timeline.note(`what the processes wrote is in ${folder}`);
}

function countStanding({ timeline, lanes, subscribers, installation: { root }, disk }: Scene): void {
  const far = lanes.filter(({ options }) => options.places.copied).flatMap(({ deliveries }) => deliveries);
  if (disk.isOtherThan(root)) timeline.count(STANDING.otherDevice, far.length);
  else timeline.skip(STANDING.otherDevice, 'there is one device alone');
  const [noRename, noLinks] = subscribers;
  timeline.count(STANDING.noRename, noRename?.count ?? 0);
  timeline.count(STANDING.noLinks, noLinks?.count ?? 0);
}
