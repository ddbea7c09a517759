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
    /** What keeps every file from being placed now, or null; never throws. */
    private readonly problem: () => string | null,
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

  /** Resolves when nothing keeps files from being placed; looks before every batch, so that no attempt is made in vain. */
  async over(): Promise<void> {
    const before = this.paused === null ? this.problem() : null;
    if (before !== null) this.begin(before);
    while (this.paused) {
      if (this.stopped) throw new Error(`stopping while placing is paused: ${this.paused.why}`);
      await sleep(LOOK_EVERY_MS, undefined, { ref: false });
      if (!this.paused || this.problem() !== null) continue;
      this.logger.log(`Placing goes on after ${Math.round((Date.now() - this.paused.since) / 1000)} s`);
      this.paused = null;
    }
  }
}
