import { performance } from 'node:perf_hooks';
import { answerInRealTime, shareProcessor } from '@assay/files';

const LOOK_MS = 250;
/** Parts of its time that the thread computes. Above the first it leaves the processor to others as well; below the second it goes first again. */
const TOO_MUCH = 0.6;
const LITTLE = 0.3;

/**
 * Keeps the thread that answers requests one of real time, as long as it has time to spare: more requests than it can answer must not keep
 * the processor from the broker, the database and whoever logs in.
 */
export class RealTime {
  private timer: NodeJS.Timeout | null = null;
  private before = performance.eventLoopUtilization();
  private goesFirst = false;

  /** True where the system allows it; else nothing is done. */
  begin(): boolean {
    if (!answerInRealTime('answers')) return false;
    this.goesFirst = true;
    this.before = performance.eventLoopUtilization();
    this.timer = setInterval(() => this.look(), LOOK_MS).unref();
    return true;
  }

  /** From now on the thread shares the processor. Idempotent. */
  end(): void {
    if (this.timer === null) return;
    clearInterval(this.timer);
    this.timer = null;
    shareProcessor(0);
  }

  private look(): void {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, this.before);
    this.before = now;
    if (this.goesFirst && utilization > TOO_MUCH) {
      shareProcessor(0);
      this.goesFirst = false;
    } else if (!this.goesFirst && utilization < LITTLE) this.goesFirst = answerInRealTime('answers');
  }
}
