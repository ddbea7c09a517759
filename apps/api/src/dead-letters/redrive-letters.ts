import { Inject, Injectable, Logger } from '@nestjs/common';
import { v7 as uuid } from 'uuid';
import { Broker, redrive as redriveMessage, walkOutgoing } from '@assay/broker';
import type { Ledger, Redrive } from '@assay/ledger';
import { LEDGER } from '../parts';
import { Problem } from '../problems/problem';
import { noSuchScan } from '../scans/cancel-scan';
import type { RedriveBody } from './dead-letter-schemas';

/** Takes orders of redrives. Each is on record when it is answered; scan threads carry it out, however many letters it is about. */
@Injectable()
export class RedriveLetters {
  private readonly logger = new Logger(RedriveLetters.name);

  constructor(
    @Inject(LEDGER) private readonly ledger: Ledger,
    private readonly broker: Broker,
  ) {}

  /** Throws `no-such-scan`, `scan-cancelled`, `overlap`. Does not wait for the broker: where that is away, the sweep passes the order on. */
  async order({ scan, reason }: RedriveBody, by: string | null, requestId: string): Promise<Redrive> {
    const asked = { id: uuid(), scan: scan ?? null, reason: reason ?? null, requestedBy: by, requestId };
    const created = await this.ledger.createRedrive(asked);
    switch (created.kind) {
      case 'no-such-scan':
        throw noSuchScan(scan ?? '');
      case 'cancelled':
        throw new Problem('scan-cancelled', `Scan ${scan} was cancelled: its files stay where they are`);
      case 'overlaps': {
        const { id, state } = created.scan;
        throw new Problem(
          'overlap',
          `Scan ${id}, which is ${state}, overlaps and may have the same files in its hands`,
        );
      }
      case 'created':
        void this.announce(created.redrive);
        return created.redrive;
    }
  }

  /** Never throws. */
  private async announce({ id, requestId }: Redrive): Promise<void> {
    try {
      await this.broker.publisher.publish(walkOutgoing(redriveMessage(id), requestId));
    } catch (error) {
      this.logger.warn({ redrive: id, requestId, err: error }, 'A redrive was not announced; the sweep announces it');
    }
  }
}
