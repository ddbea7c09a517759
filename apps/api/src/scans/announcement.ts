import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { Broker, BrokerUnavailable, walk, walkOutgoing } from '@assay/broker';
import type { Config } from '@assay/config';
import type { Ledger, Scan } from '@assay/ledger';
import { CONFIG, LEDGER } from '../parts';

/** How much later than its deadline the end of another request's announcement is surely in the ledger, if that one lives. */
const MARGIN_MS = 1_000;
const LOOK_AGAIN_MS = 50;
const WITHDRAW_AGAIN_MS = 1_000;

const undecided = (scan: Scan): boolean =>
  scan.state === 'queued' && scan.announcedAt === null && scan.startedAt === null;

/**
 * Brings a recorded scan before the broker, or takes it back: whoever is told 503 may rely on it that the scan never runs, whoever
 * is told 202 that it does.
 */
@Injectable()
export class Announcement implements OnApplicationShutdown {
  private readonly logger = new Logger(Announcement.name);
  private readonly milliseconds: number;
  private stopped = false;

  constructor(
    @Inject(CONFIG) config: Config,
    @Inject(LEDGER) private readonly ledger: Ledger,
    private readonly broker: Broker,
  ) {
    this.milliseconds = config.publishTimeoutSeconds * 1000;
  }

  /** Resolves once the broker has confirmed the scan's message and the ledger knows. Throws after the scan was withdrawn. */
  async announce(scan: Scan): Promise<void> {
    try {
      await this.publish(scan);
      await this.ledger.announceScan(scan.id);
    } catch (error) {
      if (await this.withdraw(scan.id)) throw error;
      // The message arrived though its confirm did not, and the scan is walked already.
      return;
    }
    // A request with the same key may have taken us for dead.
    if ((await this.ledger.scan(scan.id)) === null) throw new BrokerUnavailable('The scan was withdrawn meanwhile');
  }

  /**
   * Waits until another request's announcement of this scan has ended. The scan where it stands; null where it was withdrawn. One that
   * is undecided past its deadline was left by a process that died: it is withdrawn here.
   */
  async settled(scan: Scan): Promise<Scan | null> {
    const patience = this.milliseconds + MARGIN_MS;
    const deadline = Math.min(scan.createdAt, Date.now()) + patience;
    let current: Scan | null = scan;
    while (current !== null && undecided(current)) {
      if (Date.now() >= deadline) return (await this.ledger.voidScan(scan.id)) ? null : this.ledger.scan(scan.id);
      await sleep(LOOK_AGAIN_MS);
      current = await this.ledger.scan(scan.id);
    }
    return current;
  }

  /**
   * The scan never runs. False where it is walked already. Where the ledger is away, it is done as soon as it is back, and the scan is
   * cancelled if somebody began it meanwhile. Never throws.
   */
  async withdraw(id: string): Promise<boolean> {
    try {
      return await this.ledger.voidScan(id);
    } catch (error) {
      this.logger.warn({ scan: id, err: error }, 'The ledger is away; the scan is withdrawn as soon as it is back');
      void this.withdrawLater(id);
      return true;
    }
  }

  onApplicationShutdown(): void {
    this.stopped = true;
  }

  private async publish(scan: Scan): Promise<void> {
    const deadline = Date.now() + this.milliseconds;
    await this.broker.ready(this.milliseconds);
    const published = this.broker.publisher.publish(walkOutgoing(walk(scan.id), scan.requestId));
    const late = sleep(Math.max(1, deadline - Date.now()), 'late' as const, { ref: false });
    // The loser of the race may still reject, and nobody waits for it any more.
    published.catch(() => undefined);
    if ((await Promise.race([published, late])) === 'late')
      throw new BrokerUnavailable(`RabbitMQ did not confirm the scan's message within ${this.milliseconds / 1000} s`);
  }

  private async withdrawLater(id: string): Promise<void> {
    while (!this.stopped) {
      await sleep(WITHDRAW_AGAIN_MS, undefined, { ref: false });
      try {
        if (!(await this.ledger.voidScan(id))) await this.ledger.cancelScan(id, null);
        this.logger.log({ scan: id }, 'The scan is withdrawn');
        return;
      } catch (error) {
        this.logger.debug({ scan: id, err: error }, 'The ledger is still away');
      }
    }
    this.logger.warn({ scan: id }, 'The scan could not be withdrawn before this process ended');
  }
}
