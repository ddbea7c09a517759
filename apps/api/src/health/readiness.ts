import { Inject, Injectable } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { Broker } from '@assay/broker';
import { Roots } from '@assay/files';
import type { Ledger, Paused } from '@assay/ledger';
import { LEDGER } from '../parts';
import { Pauses } from '../scans/pauses';

/** `ok`, or why not. */
export interface ReadinessParts {
  broker: string;
  ledger: string;
  roots: string;
}

/** An answer is given to all who ask within this time: probes must not become load. */
const FRESH_MS = 500;
/** A part that says nothing for this long is not usable. */
const PATIENCE_MS = 2_000;

async function asked(part: () => Promise<void> | void): Promise<string> {
  const silent = sleep(PATIENCE_MS, `no answer within ${PATIENCE_MS / 1000} s`, { ref: false });
  const answer = (async () => {
    try {
      await part();
      return 'ok';
    } catch (error) {
      return (error as Error).message.toWellFormed();
    }
  })();
  return Promise.race([answer, silent]);
}

/** Whether the parts that every call relies on can be used now. */
@Injectable()
export class Readiness {
  private latest: { at: number; parts: Promise<ReadinessParts> } | null = null;

  constructor(
    @Inject(LEDGER) private readonly ledger: Ledger,
    private readonly broker: Broker,
    private readonly roots: Roots,
    private readonly pauses: Pauses,
  ) {}

  /** At most half a second old. Never throws. */
  parts(): Promise<ReadinessParts> {
    const now = performance.now();
    if (this.latest === null || now - this.latest.at > FRESH_MS) this.latest = { at: now, parts: this.look() };
    return this.latest.parts;
  }

  /** Why subscribers place nothing for the moment; null where they do, or where the ledger does not say: {@link parts} tells of that. */
  async paused(): Promise<Paused | null> {
    const silent = sleep(PATIENCE_MS, null, { ref: false });
    return Promise.race([this.pauses.now().catch(() => null), silent]);
  }

  private async look(): Promise<ReadinessParts> {
    const [broker, ledger, roots] = await Promise.all([
      asked(() => {
        if (!this.broker.usable) throw new Error(this.broker.problem);
      }),
      asked(() => this.ledger.ping()),
      asked(() => this.roots.check()),
    ]);
    return { broker, ledger, roots };
  }
}
