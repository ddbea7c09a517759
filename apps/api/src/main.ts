import 'reflect-metadata';
import { surviveLostChannels } from '@assay/broker';
import { BadEnvironment, type Config, readConfig } from '@assay/config';
import { InvalidProfileError, ProfilesFolderError } from '@assay/config/profiles';
import { answerAtOnce } from '@assay/files';
import { LedgerMisconfigured, LedgerUnavailable } from '@assay/ledger';
import { startApi } from './api';
import { BadTrustProxy } from './http-application';
import { createLog } from './log';
import { RealTime } from './real-time';

/** What an operator can mend, in words; null where the fault is ours. */
function mendable(error: unknown, config: Config | null): string | null {
  if (error instanceof BadEnvironment || error instanceof InvalidProfileError || error instanceof ProfilesFolderError)
    return error.message;
  if (error instanceof BadTrustProxy || error instanceof LedgerMisconfigured) return error.message;
  if (error instanceof LedgerUnavailable) return `DATABASE_URL: ${error.message}`;
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (syscall === 'listen' && config)
    return `HOST, PORT: ${config.http.host}:${config.http.port} can't be listened on (${code}); is it taken? Set another one`;
  return null;
}

async function main(): Promise<void> {
  let config: Config | null = null;
  try {
    config = readConfig();
    const log = createLog(config, 'api');
    surviveLostChannels(log, () => {
      log.flush();
      process.exit(1);
    });
    answerAtOnce();
    const api = await startApi(config, log);
    const drain = config.drainSeconds * 1000;
    let stopping = false;
    const stop = (signal: NodeJS.Signals): void => {
      // A terminal and npm may both pass one Ctrl-C on.
      if (stopping) return;
      stopping = true;
      log.info(`${signal}: taking no more, ending what is under way`);
      setTimeout(() => {
        log.warn('Not all ended in time; what is left is taken up by others');
        process.exit(0);
      }, drain).unref();
      void api.close(drain).then(() => {
        log.info('Stopped');
        process.exit(0);
      });
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
    // Not before: starting takes much of the processor.
    const realTime = config.http.realTime && new RealTime().begin();
    log.info(
      { realTime },
      realTime ? 'Requests go before other programs' : 'Requests share the processor with other programs',
    );
    process.send?.('ready');
  } catch (error) {
    const problem = mendable(error, config);
    console.error(problem ?? error);
    process.exit(1);
  }
}

void main();
