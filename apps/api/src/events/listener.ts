import type { Response } from 'express';

/** A client that took nothing for this long is gone, whatever its connection says. */
const STUCK_MS = 30_000;

/** One client's stream of events. A client that is slow misses states, never the last one: each state says everything. */
export class Listener {
  private fullSince: number | null = null;
  private pending: string | null = null;

  constructor(private readonly response: Response) {
    response.on('drain', () => {
      this.fullSince = null;
      const { pending } = this;
      this.pending = null;
      if (pending !== null) this.say(pending);
    });
  }

  get gone(): boolean {
    return this.response.destroyed || this.response.writableEnded;
  }

  /** Writes it, or keeps it as the latest for when the client has taken what was written before. */
  say(text: string): void {
    if (this.gone) return;
    if (this.fullSince !== null) {
      this.pending = text;
      if (performance.now() - this.fullSince > STUCK_MS) this.response.destroy();
    } else if (!this.response.write(text)) this.fullSince = performance.now();
  }

  /** The last words, which no client misses that still reads. */
  end(text: string): void {
    if (this.gone) return;
    this.pending = null;
    this.response.end(text);
  }
}
