import { PRIORITIES, type Priority } from '@assay/broker';

/** Lets batches through a few at a time, always one of the highest priority that waits. */
export class Turnstile {
  private readonly waiting = new Map<Priority, (() => void)[]>(PRIORITIES.map((priority) => [priority, []]));
  private inside = 0;

  constructor(private readonly places: number) {}

  /** Runs `work` in its turn; passes its result or error on. */
  async through<T>(priority: Priority, work: () => Promise<T>): Promise<T> {
    if (this.inside >= this.places) await new Promise<void>((resolve) => this.waiting.get(priority)?.push(resolve));
    else this.inside += 1;
    try {
      return await work();
    } finally {
      const first = PRIORITIES.find((each) => (this.waiting.get(each)?.length ?? 0) > 0);
      const next = first && this.waiting.get(first)?.shift();
      if (next) next();
      else this.inside -= 1;
    }
  }
}
