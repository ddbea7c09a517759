import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import type { LoggerService } from '@nestjs/common';
import type { Config } from '@assay/config';

export type ToThread = { kind: 'stop'; milliseconds: number };
export type FromThread = { kind: 'started' } | { kind: 'stopped' };

const FIRST_PAUSE_MS = 500;
const LAST_PAUSE_MS = 30_000;
/** A thread that lived this long had started well: the next pause is the first again. */
const LIVED_WELL_MS = 60_000;
/**
 * What a thread makes for a few groups of files dies with them. Where there is room for all of it at once it is never copied: with a third of this
 * room, collecting took more of the processor than reading the facts.
 */
const YOUNG_MEGABYTES = 48;
/** Many times what a walk holds at once. The limit makes V8 collect before a heap has grown to several times what is in use. */
const OLD_MEGABYTES = 256;

/**
 * Keeps a number of threads walking. One that dies is started again after a pause that grows while they die young; the walks that
 * it held are taken up by others from the ledger. Ends in order by {@link stop}.
 */
export class ScanThreads {
  private readonly workers = new Set<Worker>();
  private readonly slots: Promise<void>[] = [];
  private readonly stopping = new AbortController();
  private deadline = 0;

  constructor(
    private readonly config: Config,
    private readonly logger: LoggerService,
    private readonly entry = join(__dirname, 'scan-thread.js'),
  ) {}

  /** Begins and returns; never fails because of a thread. */
  start(): void {
    for (let slot = 0; slot < this.config.scanning.threads; slot += 1) this.slots.push(this.keep(slot));
  }

  /** Lets each thread end what it has under way, at most `milliseconds`; ends those that are not done by then. Idempotent. */
  async stop(milliseconds: number): Promise<void> {
    this.deadline = Date.now() + milliseconds;
    this.stopping.abort();
    for (const worker of this.workers) worker.postMessage({ kind: 'stop', milliseconds } satisfies ToThread);
    const late = sleep(milliseconds, undefined, { ref: false });
    await Promise.race([Promise.all(this.slots), late]);
    for (const worker of this.workers) {
      this.logger.warn('A scan thread did not end in time and is ended; its walk is taken up by another');
      await worker.terminate();
    }
    await Promise.all(this.slots);
  }

  private async keep(slot: number): Promise<void> {
    let pause = FIRST_PAUSE_MS;
    while (!this.stopping.signal.aborted) {
      const startedAt = Date.now();
      await this.run(slot);
      if (this.stopping.signal.aborted) return;
      if (Date.now() - startedAt > LIVED_WELL_MS) pause = FIRST_PAUSE_MS;
      this.logger.error(`Scan thread ${slot} ended; it is started again in ${pause / 1000} s`);
      await this.pause(pause);
      pause = Math.min(2 * pause, LAST_PAUSE_MS);
    }
  }

  /** Cut short when the threads are stopped. */
  private async pause(milliseconds: number): Promise<void> {
    try {
      await sleep(milliseconds, undefined, { signal: this.stopping.signal, ref: false });
    } catch (error) {
      if (!this.stopping.signal.aborted) throw error;
    }
  }

  /** Runs one thread to its end, however it ends. */
  private async run(slot: number): Promise<void> {
    // The process' own limit (ecosystem.config.js) would count more than the thread's; 0 means none, for threads that begin from now on.
    setFlagsFromString('--max-semi-space-size=0');
    const worker = new Worker(this.entry, {
      workerData: this.config,
      name: `scan ${slot}`,
      // Descriptors of folders are opened by system calls that Node.js knows nothing of, and it would warn at each close.
      trackUnmanagedFds: false,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MEGABYTES, maxOldGenerationSizeMb: OLD_MEGABYTES },
    });
    this.workers.add(worker);
    worker.on('error', (err: unknown) => {
      this.logger.error({ err }, `Scan thread ${slot} failed`);
    });
    worker.on('message', (message: FromThread) => {
      if (message.kind === 'started') this.logger.log(`Scan thread ${slot} is ready`);
      // It was still starting when it was asked to stop, and heard nothing.
      if (message.kind === 'started' && this.stopping.signal.aborted)
        worker.postMessage({ kind: 'stop', milliseconds: Math.max(0, this.deadline - Date.now()) } satisfies ToThread);
    });
    // Not events.once: it rejects on the error that comes before the exit of a thread that threw.
    await new Promise<void>((resolve) => {
      worker.once('exit', () => resolve());
    });
    this.workers.delete(worker);
  }
}
