import 'reflect-metadata';
import { setPriority } from 'node:os';
import { surviveLostChannels } from '@assay/broker';
import { BadEnvironment, readConfig } from '@assay/config';
import { yieldSession } from '@assay/files';
import { LedgerMisconfigured, LedgerUnavailable } from '@assay/ledger';
import { createLog } from './log';
import { startSubscriber } from './subscriber';

/** Moving files yields to serving HTTP. */
const NICENESS = 19;
/** Kept of the drain's time for closing connections; a drain is at least a second. */
const CLOSING_MS = 500;

/** What an operator can mend, in words; null where the fault is ours. */
function mendable(error: unknown): string | null {
  if (error instanceof BadEnvironment || error instanceof LedgerMisconfigured) return error.message;
  if (error instanceof LedgerUnavailable) return `DATABASE_URL: ${error.message}`;
  return null;
}

async function main(): Promise<void> {
  try {
    const config = readConfig();
    const log = createLog(config);
    surviveLostChannels(log, () => {
      log.flush();
      process.exit(1);
    });
    setPriority(NICENESS);
    const subscriber = await startSubscriber(config, log);
    const drain = config.drainSeconds * 1000;
    let stopping = false;
    const stop = (signal: NodeJS.Signals): void => {
      // A terminal and npm may both pass one Ctrl-C on.
      if (stopping) return;
      stopping = true;
      log.info(`${signal}: taking no more, ending what is held`);
      setTimeout(() => {
        log.warn('Not all ended in time; what is left comes again to others');
        process.exit(0);
      }, drain).unref();
      void subscriber.close(drain - CLOSING_MS).then(() => {
        log.info('Stopped');
        process.exit(0);
      });
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
    await subscriber.started;
    if (!stopping) process.send?.('ready');
    // Not before: starting is no moving of files.
    void yieldSession();
  } catch (error) {
    console.error(mendable(error) ?? error);
    process.exit(1);
  }
}

void main();
