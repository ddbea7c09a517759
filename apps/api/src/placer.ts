import type { LoggerService } from '@nestjs/common';
import type { Config } from '@assay/config';
import { type Placing, startPlacingWhereAsked } from '@assay/placing';
import { setTimeout as sleep } from 'node:timers/promises';

/** Places files in this process too, where it is asked to: one process does all, for development. */
export class Placer {
  private placing: Promise<Placing | null> = Promise.resolve(null);

  constructor(
    private readonly config: Config,
    private readonly logger: LoggerService,
  ) {}

  /** Begins and returns: HTTP serves, and readiness tells, while the broker is away. */
  start(): void {
    this.placing = startPlacingWhereAsked(this.config, this.logger);
  }

  /** Takes no more and ends what is held, at most `milliseconds`. */
  async stop(milliseconds: number): Promise<void> {
    const deadline = Date.now() + milliseconds;
    const placing = await Promise.race([this.placing, sleep(milliseconds, null, { ref: false })]);
    await placing?.close(Math.max(0, deadline - Date.now()));
  }
}
