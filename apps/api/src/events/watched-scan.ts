import type { ShownScan } from '../scans/pauses';
import { commentText } from './event-text';
import type { Listener } from './listener';
import { isFinished, progressText, finishedText } from './scan-event';

/** How often the ledger is asked: with room for a slow answer, a state is told every second. */
const EVERY_MS = 500;

/**
 * One scan that somebody listens to. Asks the ledger for it at an even pace, however many listen, and tells each what it says; ends by itself
 * after the scan has, or when nobody is left.
 */
export class WatchedScan {
  private readonly listeners = new Set<Listener>();
  private timer: NodeJS.Timeout | null = null;
  private closed = false;

  /** `latest`: the scan as it was just read. `ask` reads it again; null where it is no more. `onEnd` is called once. */
  constructor(
    private latest: ShownScan,
    private readonly ask: () => Promise<ShownScan | null>,
    private readonly onEnd: () => void,
  ) {
    this.later();
  }

  get size(): number {
    return this.listeners.size;
  }

  /** The scan as it was last read, half a second ago at most while the ledger answers. */
  get scan(): ShownScan {
    return this.latest;
  }

  /** Tells the listener the state at once, and every later one. */
  add(listener: Listener): void {
    this.listeners.add(listener);
    listener.say(progressText(this.latest));
  }

  remove(listener: Listener): void {
    this.listeners.delete(listener);
    if (this.listeners.size === 0) this.end('');
  }

  /** Ends every stream with these last words. Idempotent. */
  end(text: string): void {
    if (this.closed) return;
    this.closed = true;
    if (this.timer !== null) clearTimeout(this.timer);
    this.onEnd();
    for (const listener of this.listeners) listener.end(text);
    this.listeners.clear();
  }

  private later(): void {
    this.timer = setTimeout(() => void this.look(), EVERY_MS);
  }

  /** Never throws. */
  private async look(): Promise<void> {
    let scan: ShownScan | null;
    try {
      scan = await this.ask();
    } catch {
      // Readiness and the log tell of it; listeners wait for it to come back.
      this.tell(commentText('the ledger is away'));
      if (!this.closed) this.later();
      return;
    }
    if (this.closed) return;
    if (scan === null) return this.end(commentText('the scan is no more'));
    this.latest = scan;
    if (isFinished(scan)) return this.end(finishedText(scan));
    this.tell(progressText(scan));
    if (!this.closed) this.later();
  }

  private tell(text: string): void {
    for (const listener of this.listeners) listener.say(text);
  }
}
