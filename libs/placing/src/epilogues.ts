import type { Roots } from '@assay/files';
import type { Ledger } from '@assay/ledger';
import { doEpilogue } from './epilogue';
import type { Logger } from './logger';
import type { OnStep } from './steps';
import { TakenOver } from './taken-over';

export interface EpiloguesOptions {
  ledger: Ledger;
  roots: Roots;
  logger: Logger;
  holder: string;
  onStep: OnStep;
}

const LEASE = 'epilogue';
/** How long one process has it to itself after its last sign. */
const LEASE_MS = 10_000;
/** Often: people look for the reasons as soon as a scan has finished. */
const EVERY_MS = 500;
/** Rows that are not resolved hold an epilogue up for so long. */
const PATIENCE_MS = 10 * 60_000;
const AT_ONCE = 200;
/** A failed epilogue rests, the longer the more often it failed. */
const LONGEST_REST_MS = 60_000;

/** Does what is to be done once at the end of each scan, soon after it. One process at a time, by a lease of the ledger. */
export class Epilogues {
  private timer: NodeJS.Timeout | null = null;
  private stopped = false;
  private running: Promise<void> | null = null;
  private renewedAt = 0;
  private readonly failed = new Map<string, { times: number; restsUntil: number }>();

  constructor(private readonly options: EpiloguesOptions) {}

  /** Looks now and then, until {@link stop}. */
  start(): void {
    this.timer = setInterval(() => void this.once(), EVERY_MS).unref();
    void this.once();
  }

  /** Resolves when what is under way has ended; what would take long is left to others. */
  async stop(): Promise<void> {
    this.stopped = true;
    if (this.timer) clearInterval(this.timer);
    this.timer = null;
    await this.running;
  }

  /** One look, unless one is under way. Never rejects: the next look tries again. */
  async once(): Promise<void> {
    if (this.running) return;
    this.running = this.look().catch((error: unknown) => {
      this.options.logger.warn(`Ends of scans will be looked at again: ${(error as Error).message}`);
    });
    await this.running;
    this.running = null;
  }

  private async look(): Promise<void> {
    const { ledger } = this.options;
    const waiting = await ledger.scansToFinish(Date.now() - PATIENCE_MS, AT_ONCE);
    const due = waiting.filter(({ id }) => (this.failed.get(id)?.restsUntil ?? 0) <= Date.now());
    if (due.length === 0 || !(await this.lease())) return;
    for (const { id } of due) if (!this.stopped) await this.finish(id);
  }

  private async finish(id: string): Promise<void> {
    const { ledger, roots, onStep, logger } = this.options;
    try {
      await doEpilogue(id, { ledger, roots, onStep, keep: () => this.keep(id) });
      this.failed.delete(id);
    } catch (error) {
      if (error instanceof TakenOver) return;
      const times = (this.failed.get(id)?.times ?? 0) + 1;
      const rest = Math.min(LONGEST_REST_MS, EVERY_MS * 2 ** times);
      if (this.failed.size > 1_000) this.failed.clear();
      this.failed.set(id, { times, restsUntil: Date.now() + rest });
      logger.warn({ scan: id }, `The end of a scan will be seen to later: ${(error as Error).message}`);
    }
  }

  private async lease(): Promise<boolean> {
    const has = await this.options.ledger.lease(LEASE, this.options.holder, LEASE_MS);
    if (has) this.renewedAt = Date.now();
    return has;
  }

  private async keep(id: string): Promise<void> {
    if (this.stopped) throw new TakenOver(id);
    if (Date.now() - this.renewedAt >= LEASE_MS / 4 && !(await this.lease())) throw new TakenOver(id);
  }
}
