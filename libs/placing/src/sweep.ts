import {
  type Broker,
  FILE_QUEUES,
  type Outgoing,
  SCAN_QUEUES,
  place,
  placeOutgoing,
  redrive,
  walk,
  walkOutgoing,
} from '@assay/broker';
import type { Ledger } from '@assay/ledger';
import type { Logger } from './logger';
import type { RowResolver } from './resolve-row';

export interface SweepOptions {
  broker: Broker;
  ledger: Ledger;
  resolver: RowResolver;
  logger: Logger;
  holder: string;
  /** Age at which something counts as left behind. */
  milliseconds: number;
}

const LEASE = 'sweep';
/** Rows taken at once. */
const ROWS = 1_000;
/** Ages, in sweeps, after which is published again although the queues hold messages: they can't all be waiting for so long. */
const PATIENCE = 15;

/**
 * Ends what else would never end: messages that no queue holds any more (an operator's purge, a queue deleted), scans without a walker, rows of
 * cancelled scans, completions missed, names of ours left by the dead. One process at a time, by a lease of the ledger; every act is
 * harmless when done twice.
 */
export class Sweep {
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> | null = null;

  constructor(private readonly options: SweepOptions) {}

  /** Sweeps now and then, until {@link stop}. */
  start(): void {
    const every = Math.max(250, Math.min(10_000, this.options.milliseconds / 4));
    this.timer = setInterval(() => void this.once(), every).unref();
    void this.once();
  }

  /** Resolves when a sweep under way has ended. */
  async stop(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    this.timer = null;
    await this.running;
  }

  /** One sweep, unless one is under way or another process has the lease. Never rejects: the next sweep tries again. */
  async once(): Promise<void> {
    if (this.running) return;
    this.running = this.sweep().catch((error: unknown) => {
      this.options.logger.warn(`The sweep will try again: ${(error as Error).message}`);
    });
    await this.running;
    this.running = null;
  }

  private async sweep(): Promise<void> {
    const { ledger, broker, holder, milliseconds } = this.options;
    if (!(await ledger.lease(LEASE, holder, Math.max(milliseconds, 5_000)))) return;
    await this.endScans();
    await this.resolveRows();
    if (!broker.usable) return;
    // Whoever deletes a queue takes its messages along; the queue itself comes back here.
    await broker.declare();
    await this.walkAgain();
    await this.redriveAgain();
    await this.publishAgain();
  }

  /** Names of holders that have been heard of lately and hold deliveries: one that holds none works on no row, whatever it claimed before. */
  private async working(): Promise<string[]> {
    const recent = Date.now() - this.options.milliseconds;
    const holders = await this.options.ledger.holders();
    return holders.filter(({ seenAt, held }) => seenAt >= recent && held > 0).map(({ name }) => name);
  }

  private async endScans(): Promise<void> {
    const { ledger } = this.options;
    for (const scan of await ledger.scansToEnd()) {
      if (scan.cancelRequestedAt !== null) while ((await ledger.endUnclaimed(scan.id, ROWS)) > 0);
      await ledger.completeScan(scan.id);
    }
  }

  private async resolveRows(): Promise<void> {
    const { ledger, resolver, logger } = this.options;
    for (const row of await ledger.unresolved(await this.working(), ROWS))
      try {
        if (await resolver.resolve(row)) await ledger.forgetSuperseded(row);
      } catch (error) {
        // One row's disk error must not keep the others; it is met again by the next sweep.
        logger.warn({ scan: row.scan, seq: row.seq }, `A row is not resolved yet: ${(error as Error).message}`);
      }
  }

  private async walkAgain(): Promise<void> {
    const { ledger, broker, milliseconds, logger } = this.options;
    const waiting = await this.waiting(SCAN_QUEUES);
    const now = Date.now();
    for (const scan of await ledger.scansToWalk(now, now - milliseconds * (waiting === 0 ? 1 : PATIENCE))) {
      logger.log({ scan: scan.id, requestId: scan.requestId }, 'A scan without a message is published again');
      await broker.publisher.publish(walkOutgoing(walk(scan.id), scan.requestId));
    }
  }

  private async redriveAgain(): Promise<void> {
    const { ledger, broker, milliseconds, logger } = this.options;
    const waiting = await this.waiting(SCAN_QUEUES);
    for (const { id, requestId } of await ledger.redrivesToGoOn(
      Date.now() - milliseconds * (waiting === 0 ? 1 : PATIENCE),
    )) {
      logger.log({ redrive: id, requestId }, 'A redrive without a message is published again');
      await broker.publisher.publish(walkOutgoing(redrive(id), requestId));
    }
  }

  private async publishAgain(): Promise<void> {
    const { ledger, broker, milliseconds, logger } = this.options;
    const idle = (await this.waiting(FILE_QUEUES)) === 0 && (await this.working()).length === 0;
    const before = Date.now() - milliseconds * (idle ? 1 : PATIENCE);
    for (;;) {
      const rows = await ledger.republish(before, ROWS);
      if (rows.length === 0) return;
      logger.log(`${rows.length} file messages that no queue holds are published again`);
      await broker.publisher.publishAll(
        rows.map(({ scan, generation, seq, path, priority, requestId }): Outgoing =>
          placeOutgoing(place(scan, generation, [{ seq, path }]), priority, requestId),
        ),
      );
      if (rows.length < ROWS) return;
    }
  }

  private async waiting(queues: readonly string[]): Promise<number> {
    const counts = await this.options.broker.readyCounts(queues);
    return [...counts.values()].reduce((sum, count) => sum + count, 0);
  }
}
