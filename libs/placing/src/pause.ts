import type { Paused } from '@assay/ledger';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from './logger';

const LOOK_EVERY_MS = 1_000;
/** One place tells for the others: a batch goes to few file systems. */
const MOST_TROUBLES = 20;

/**
 * Holds batches back while the disk has no room or a root is away: what can't succeed for any file must not use up the attempts of each. It
 * goes on by itself.
 */
export class Pause {
  private paused: Paused | null = null;
  private stopped = false;
  /** Called when it begins, and when it is over. */
  onChange: () => void = () => undefined;
  /** What else must be over before it goes on: the trouble of the place where it was met. */
  private readonly troubles = new Set<() => string | null>();

  constructor(
    /** What keeps every file from being placed now, or null; never throws. */
    private readonly problem: () => string | null,
    private readonly logger: Logger,
  ) {}

  get state(): Paused | null {
    return this.paused;
  }

  /** `trouble`: why it can't go on yet, or null; never throws. It is asked beside what keeps every file from being placed. */
  begin(why: string, trouble?: () => string | null): void {
    if (trouble && this.troubles.size < MOST_TROUBLES) this.troubles.add(trouble);
    if (this.paused) return;
    this.paused = { by: 'assay', why, since: Date.now() };
    this.logger.warn(`Placing pauses: ${why}`);
    this.onChange();
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
      this.look();
    }
  }

  /** Ends the pause where nothing keeps files from being placed any more. To be called now and then: perhaps no batch waits for it. */
  look(): void {
    if (!this.paused || this.lasts()) return;
    this.logger.log(`Placing goes on after ${Math.round((Date.now() - this.paused.since) / 1000)} s`);
    this.paused = null;
    this.onChange();
  }

  private lasts(): boolean {
    for (const trouble of this.troubles) if (trouble() === null) this.troubles.delete(trouble);
    return this.troubles.size > 0 || this.problem() !== null;
  }
}
