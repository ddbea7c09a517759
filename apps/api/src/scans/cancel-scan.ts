import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import type { Ledger, Scan } from '@assay/ledger';
import { LEDGER } from '../parts';
import { Problem } from '../problems/problem';

/** Rows ended in one transaction: few enough that other writers hardly wait. */
const CHUNK = 500;

export const noSuchScan = (id: string): Problem => new Problem('no-such-scan', `There is no scan '${id}'`);

/** Stops scans. Rows that nobody claimed are ended behind the answer; should this process die, the sweep goes on with them. */
@Injectable()
export class CancelScan implements OnApplicationShutdown {
  private readonly logger = new Logger(CancelScan.name);
  private readonly ending = new Map<string, Promise<void>>();
  private stopped = false;

  constructor(@Inject(LEDGER) private readonly ledger: Ledger) {}

  /** The scan as it stands after the wish to stop it was recorded. Idempotent. Throws `no-such-scan` and `scan-finished`. */
  async cancel(id: string, by: string | null): Promise<Scan> {
    const scan = await this.ledger.cancelScan(id, by);
    if (scan === null) throw noSuchScan(id);
    if (scan.state === 'completed' || scan.state === 'failed')
      throw new Problem('scan-finished', `The scan has ${scan.state} and can no longer be cancelled`);
    if (scan.state !== 'cancelled' && !this.ending.has(id))
      this.ending.set(
        id,
        this.endRows(id).finally(() => this.ending.delete(id)),
      );
    return scan;
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    await Promise.all(this.ending.values());
  }

  /** Never throws. */
  private async endRows(id: string): Promise<void> {
    try {
      while (!this.stopped && (await this.ledger.endUnclaimed(id, CHUNK)) > 0);
      await this.ledger.completeScan(id);
    } catch (error) {
      this.logger.warn({ scan: id, err: error }, 'Rows of a cancelled scan were not all ended; the sweep ends them');
    }
  }
}
