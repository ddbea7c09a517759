import { type Broker, type Priority, SCANS_QUEUE, filesQueue } from '@assay/broker';
import { setTimeout as sleep } from 'node:timers/promises';

/** Messages that may wait for subscribers before the walk stops: seconds of work, so that the pool never runs dry. */
const HIGH_WATER = 50_000;
const LOW_WATER = 25_000;
const LOOK_EVERY_MS = 500;
const PATIENCE_MS = 5_000;

/** Keeps a walk from running away from the subscribers, and sees when another scan waits. */
export class Backlog {
  private lookedAt = 0;
  private waiting = 0;
  private scansWaiting = 0;

  constructor(
    private readonly broker: Broker,
    private readonly priority: Priority,
  ) {}

  /** True where another scan's message waits for a walker, as last looked. */
  get othersWait(): boolean {
    return this.scansWaiting > 0;
  }

  /** True when the walk may go on; waits a while for the queue to empty, then false. */
  async mayGoOn(): Promise<boolean> {
    if (Date.now() - this.lookedAt >= LOOK_EVERY_MS) await this.look();
    if (this.waiting < HIGH_WATER) return true;
    for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await this.look()) {
      if (this.waiting < LOW_WATER) return true;
      await sleep(LOOK_EVERY_MS / 2);
    }
    return this.waiting < HIGH_WATER;
  }

  private async look(): Promise<void> {
    const queue = filesQueue(this.priority);
    const counts = await this.broker.readyCounts([queue, SCANS_QUEUE]);
    this.waiting = counts.get(queue) ?? 0;
    this.scansWaiting = counts.get(SCANS_QUEUE) ?? 0;
    this.lookedAt = Date.now();
  }
}
