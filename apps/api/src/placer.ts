import type { LoggerService } from '@nestjs/common';
import type { Config } from '@assay/config';
import { type Placing, startPlacing } from '@assay/placing';
import { setTimeout as sleep } from 'node:timers/promises';

/** Places files in this process too, where it is asked to: one process does all, for development. */
export class Placer {
  private placing: Promise<Placing> | null = null;

  constructor(
    private readonly config: Config,
    private readonly logger: LoggerService,
  ) {}

  /** Begins and returns: HTTP serves, and readiness tells, while the broker is away. */
  start(): void {
    if (this.config.subscribe) this.placing = startPlacing(this.config, this.logger);
    else this.logger.log(gateClosed(this.config.subscribeSaid));
  }

  /** Takes no more and ends what is held, at most `milliseconds`. */
  async stop(milliseconds: number): Promise<void> {
    if (this.placing === null) return;
    const deadline = Date.now() + milliseconds;
    const placing = await Promise.race([this.placing, sleep(milliseconds, null, { ref: false })]);
    await placing?.close(Math.max(0, deadline - Date.now()));
  }
}

/** What the value of `activeInspectionSubscribe` means. `said`: undefined where it is not set. */
function gateClosed(said: string | undefined): string {
  const means = 'this process subscribes to nothing';
  if (said === undefined) return `activeInspectionSubscribe is not set: ${means}`;
  if (said === 'false') return `activeInspectionSubscribe is 'false': ${means}`;
  return `activeInspectionSubscribe is '${said}', not exactly 'true': ${means}`;
}
