import type { Logger } from 'pino';
import { Broker } from '@assay/broker';
import type { Config } from '@assay/config';
import { ProfilesFolder } from '@assay/config/profiles';
import { FactReaders, Roots } from '@assay/files';
import { openThreadedLedger } from '@assay/ledger';
import { hostname } from 'node:os';
import { httpApplication, listen, stopListening } from './http-application';
import { loggerService } from './log';
import type { Parts } from './parts';
import { Placer } from './placer';
import { ScanThreads } from './scan-threads';

/** Unconfirmed messages at once: HTTP publishes one a scan. */
const WINDOW = 100;
/** Kept of the drain's time for closing what is left. */
const CLOSING_MS = 1_000;

export interface Api {
  /** Where it listens, as a URL. */
  readonly url: string;
  /** Takes no more, ends what is under way within `milliseconds`, and closes everything. */
  close(milliseconds: number): Promise<void>;
}

/**
 * Starts everything that this process is: HTTP, scan threads and, where it subscribes, the placing of files. Comes up while
 * the broker or a root is away; throws where profiles, ledger or address can't be used.
 */
export async function startApi(config: Config, log: Logger): Promise<Api> {
  const logger = loggerService(log);
  const profiles = new ProfilesFolder(config.profilesDir);
  const loaded = profiles.loadAll();
  const milliseconds = config.publishTimeoutSeconds * 1000;
  const ledger = await openThreadedLedger({ url: config.databaseUrl, home: config.home, patience: milliseconds });
  const broker = new Broker({
    url: config.amqpUrl,
    name: `assay-api ${hostname()} ${process.pid}`,
    publishMilliseconds: milliseconds,
    window: WINDOW,
    logger,
  });
  const { seconds, megabytes } = config.reading;
  // Somebody waits for its answer: it goes before the readers of scans.
  const readers = new FactReaders({
    processes: 1,
    secondsPerFile: seconds,
    megabytesPerFile: megabytes,
    niceness: 0,
    realTime: config.http.realTime,
  });
  const parts: Parts = { config, ledger, broker, roots: new Roots(config.roots), profiles, readers };
  const closeParts = async (): Promise<void> => {
    await readers.close();
    await broker.close(CLOSING_MS);
    await ledger.close();
  };
  try {
    broker.start();
    const app = await httpApplication(parts, log);
    const { address, port, family } = await listen(app, config);
    const url = `http://${family === 'IPv6' ? `[${address}]` : address}:${port}${config.http.basePath}`;
    const threads = new ScanThreads(config, logger);
    threads.start();
    const placer = new Placer(config, logger);
    placer.start();
    log.info({ url, port, profiles: loaded.map(({ definition }) => definition.name) }, `Listening on ${url}`);
    return {
      url,
      async close(drain) {
        const left = Math.max(CLOSING_MS, drain - CLOSING_MS);
        await Promise.all([stopListening(app, left), threads.stop(left), placer.stop(left)]);
        await app.close();
        await closeParts();
      },
    };
  } catch (error) {
    await closeParts();
    throw error;
  }
}
