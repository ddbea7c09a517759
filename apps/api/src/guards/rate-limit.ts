interface Bucket {
  tokens: number;
  /** Milliseconds of the clock that the caller gives. */
  filledAt: number;
}

/** More callers than this at once are not remembered: the one that was quiet for the longest time is forgotten, and its bucket is full again. */
const MOST_BUCKETS = 20_000;

/**
 * One bucket of tokens for each caller: it holds a second's worth and fills at `perSecond`. Counts in this process alone:
 * with several API processes each grants the rate by itself.
 */
export class RateLimit {
  private readonly buckets = new Map<string, Bucket>();

  constructor(private readonly perSecond: number) {}

  /** Takes a token: 0 where there was one, else the seconds after which there will be one. `now` in milliseconds, never falling. */
  take(caller: string, now: number): number {
    const bucket = this.buckets.get(caller) ?? { tokens: this.perSecond, filledAt: now };
    bucket.tokens = Math.min(this.perSecond, bucket.tokens + ((now - bucket.filledAt) / 1000) * this.perSecond);
    bucket.filledAt = now;
    // Moved to the end: the first in the map is the one that was quiet for the longest time.
    this.buckets.delete(caller);
    this.buckets.set(caller, bucket);
    if (this.buckets.size > MOST_BUCKETS) this.forgetQuietest();
    if (bucket.tokens < 1) return (1 - bucket.tokens) / this.perSecond;
    bucket.tokens -= 1;
    return 0;
  }

  private forgetQuietest(): void {
    const [quietest] = this.buckets.keys();
    if (quietest !== undefined) this.buckets.delete(quietest);
  }
}
