import { type Broker, type Outgoing, place, placeOutgoing } from '@assay/broker';
import type { Ledger, Publication, Scan } from '@assay/ledger';

/** Publications under way at once: with 500 rows each they keep a quorum queue busy. */
const UNDER_WAY = 3;

/**
 * Publishes what was recorded, while the walk goes on: each publication's messages, then its confirm is noted. A failure is kept and thrown
 * by the next call; what is unconfirmed then is published again by whoever takes the walk over.
 */
export class Publications {
  private readonly underWay = new Set<Promise<void>>();
  private failure: Error | null = null;

  constructor(
    private readonly broker: Broker,
    private readonly ledger: Ledger,
    private readonly scan: Scan,
  ) {}

  /** Resolves when there is room for more; rejects with an earlier failure. */
  async begin(publication: Publication): Promise<void> {
    const work = this.publish(publication)
      .catch((error: unknown) => {
        this.failure ??= error as Error;
      })
      .finally(() => this.underWay.delete(work));
    this.underWay.add(work);
    while (this.underWay.size >= UNDER_WAY) await Promise.race(this.underWay);
    if (this.failure) throw this.failure;
  }

  /** Resolves when everything begun is confirmed and noted. */
  async ended(): Promise<void> {
    while (this.underWay.size > 0) await Promise.all(this.underWay);
    if (this.failure) throw this.failure;
  }

  private async publish({ id, assignments }: Publication): Promise<void> {
    const { priority, requestId } = this.scan;
    const messages = assignments.map(({ scan, generation, seq, path }): Outgoing =>
      placeOutgoing(place(scan, generation, [{ seq, path }]), priority, requestId),
    );
    await this.broker.publisher.publishAll(messages);
    await this.ledger.confirmPublication(this.scan.id, id);
  }
}
