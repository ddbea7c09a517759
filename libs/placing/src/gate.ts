import type { Config } from '@assay/config';
import type { LoggerService } from '@nestjs/common';
import { type Placing, startPlacing } from './placing';

/** What a value of `activeInspectionSubscribe` that keeps the gate closed means; undefined where it is not set. */
export function gateClosed(said: string | undefined): string {
  const means = 'this process subscribes to nothing';
  if (said === undefined) return `activeInspectionSubscribe is not set: ${means}`;
  if (said === 'false') return `activeInspectionSubscribe is 'false': ${means}`;
  return `activeInspectionSubscribe is '${said}', not exactly 'true': ${means}`;
}

/**
 * Begins to place files where `activeInspectionSubscribe` is exactly `true`, in whatever process this is. Anywhere else it says what the value
 * means and subscribes to nothing: null. Throws as {@link startPlacing} does.
 */
export async function startPlacingWhereAsked(config: Config, logger: LoggerService): Promise<Placing | null> {
  if (config.subscribe) return startPlacing(config, logger);
  logger.log(gateClosed(config.subscribeSaid));
  return null;
}
