import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from './logger';

export interface Paused {
  /** `assay`: the pool paused itself. */
  by: string;
  why: string;
  /** Epoch milliseconds. */
  since: number;
}

const LOOK_EVERY_MS = 1_000;

/**
 * Holds batches back while the disk has no room or a root is away: what can't succeed for any file must not use up the attempts of each. It
 * goes on by itself.
 */
export class Pause {
  private paused: Paused | null = null;
  private stopped = false;

  constructor(
    /** True when placing may be tried again; never throws. */
    private readonly mayGoOn: () => boolean,
    private readonly logger: Logger,
  ) {}

  get state(): Paused | null {
    return this.paused;
  }

  begin(why: string): void {
    if (this.paused) return;
    this.paused = { by: 'assay', why, since: Date.now() };
    this.logger.warn(`Placing pauses: ${why}`);
  }

  /** Nobody waits any more: {@link over} rejects, so that what is held returns to its queue. */
  stop(): void {
    this.stopped = true;
  }

  /** Resolves when nothing is paused. */
  async over(): Promise<void> {
    while (this.paused) {
      if (this.stopped) throw new Error(`stopping while placing is paused: ${this.paused.why}`);
      await sleep(LOOK_EVERY_MS, undefined, { ref: false });
      if (!this.paused || !this.mayGoOn()) continue;
      this.logger.log(`Placing goes on after ${Math.round((Date.now() - this.paused.since) / 1000)} s`);
      this.paused = null;
    }
  }
}
