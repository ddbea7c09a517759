import { Broker, BrokerUnavailable, PRIORITIES, type Subscription, filesQueue } from '@assay/broker';
import type { Config } from '@assay/config';
import { Roots, noRoomIn } from '@assay/files';
import { type Ledger, type Paused, openLedger } from '@assay/ledger';
import type { LoggerService } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { Epilogues } from './epilogues';
import { Pause } from './pause';
import { Pool } from './pool';
import { RowResolver } from './resolve-row';
import type { OnStep } from './steps';
import { Sweep } from './sweep';
import { Turnstile } from './turnstile';

/** Unconfirmed messages at once: retries and dead letters are few. */
const WINDOW = 500;
/** Batches placed at once: while one waits for the ledger, another moves. */
const PLACES = 2;
/** Wait for a batch to fill; restarted by each message. */
const PATIENCE_MS = 20;
const ASK_AGAIN_MS = 500;

/** A process' part in the pool of subscribers. */
export interface Placing {
  /** True while every queue of files has its consumer of ours. */
  readonly live: boolean;
  /** Why it places nothing for the moment, or null. */
  readonly paused: Paused | null;
  /** Resolves when it is live for the first time, however long RabbitMQ takes. */
  readonly started: Promise<void>;
  /** Takes no more, finishes what it holds within this time, and leaves. What is not finished comes again to others. Idempotent. */
  close(milliseconds: number): Promise<void>;
}

class Placer implements Placing {
  readonly started: Promise<void>;
  private subscriptions: Subscription[] = [];
  private closing: Promise<void> | null = null;
  private readonly beat: NodeJS.Timeout;

  constructor(
    private readonly config: Config,
    private readonly broker: Broker,
    private readonly ledger: Ledger,
    private readonly pool: Pool,
    private readonly sweep: Sweep,
    private readonly epilogues: Epilogues,
    private readonly pause: Pause,
    private readonly holder: string,
    private readonly logger: LoggerService,
  ) {
    const every = Math.max(100, Math.min(5_000, (config.placing.sweepSeconds * 1000) / 8));
    this.beat = setInterval(() => void this.saySigns(), every).unref();
    pause.onChange = () => void this.saySigns();
    this.started = this.begin();
  }

  get live(): boolean {
    return this.subscriptions.length > 0 && this.subscriptions.every((subscription) => subscription.live);
  }

  get paused(): Paused | null {
    return this.pause.state;
  }

  close(milliseconds: number): Promise<void> {
    this.closing ??= this.end(milliseconds);
    return this.closing;
  }

  private async begin(): Promise<void> {
    await this.saySigns();
    this.sweep.start();
    this.epilogues.start();
    const { batch, prefetch } = this.config.placing;
    while (!this.closing) {
      try {
        await this.broker.ready(ASK_AGAIN_MS);
        this.subscriptions = await this.broker.subscribe(
          PRIORITIES.map((priority) => ({
            prefetch,
            options: {
              name: this.holder,
              queue: filesQueue(priority),
              batch,
              patience: PATIENCE_MS,
              onDeliveries: (deliveries) => this.pool.take(priority, deliveries),
              onReturned: (error, count) => {
                this.logger.warn(`${count} file messages returned: ${error.message}`);
              },
            },
          })),
        );
        this.logger.log(`Subscribed to the file messages of ${PRIORITIES.map(filesQueue).join(', ')}`);
        return;
      } catch (error) {
        if (!(error instanceof BrokerUnavailable)) this.logger.error(`Not subscribed yet: ${(error as Error).stack}`);
        await sleep(ASK_AGAIN_MS, undefined, { ref: false });
      }
    }
  }

  private async saySigns(): Promise<void> {
    // Who has taken leave is not to be counted among those who live.
    if (this.closing) return;
    try {
      this.pause.look();
      await this.ledger.beat(this.holder, this.pool.held, this.pause.state);
    } catch (error) {
      this.logger.warn(`The ledger did not take a sign of life: ${(error as Error).message}`);
    }
  }

  private async end(milliseconds: number): Promise<void> {
    const deadline = Date.now() + milliseconds;
    clearInterval(this.beat);
    this.pause.stop();
    // None begins any more from here on; what is under way has the broker as long as the deliveries in hand do.
    const stopped = Promise.all([this.sweep.stop(), this.epilogues.stop()]);
    await this.broker.close(milliseconds);
    await Promise.race([stopped, sleep(Math.max(0, deadline - Date.now()), undefined, { ref: false })]);
    try {
      await this.ledger.leave(this.holder);
    } catch (error) {
      this.logger.warn(`The ledger did not take leave: ${(error as Error).message}`);
    }
    await this.ledger.close();
  }
}

/**
 * Begins to place files in this process: the subscriber pool's share, with the sweep. To be called only where the gate is open. Resolves when the
 * ledger is open; RabbitMQ may come later, see {@link Placing.started}. Throws where the ledger can't be opened. `onStep` is for tests that
 * kill a process between two steps.
 */
export async function startPlacing(
  config: Config,
  logger: LoggerService,
  { onStep = () => undefined }: { onStep?: OnStep } = {},
): Promise<Placing> {
  const holder = `assay-subscriber@${hostname()}:${process.pid}/${randomUUID().slice(0, 8)}`;
  const ledger = await openLedger({ url: config.databaseUrl, home: config.home });
  const broker = new Broker({
    url: config.amqpUrl,
    name: holder,
    publishMilliseconds: config.publishTimeoutSeconds * 1000,
    window: WINDOW,
    logger,
  });
  broker.start();
  const roots = new Roots(config.roots);
  const resolver = new RowResolver(ledger, roots, `${holder}/resolver`);
  const pause = new Pause(() => problemOf(roots), logger);
  const pool = new Pool({
    publisher: broker.publisher,
    ledger,
    roots,
    resolver,
    turnstile: new Turnstile(PLACES),
    pause,
    logger,
    holder,
    maxAttempts: config.placing.maxAttempts,
    onStep,
  });
  const milliseconds = config.placing.sweepSeconds * 1000;
  const sweep = new Sweep({ broker, ledger, resolver, logger, holder, milliseconds });
  const epilogues = new Epilogues({ ledger, roots, logger, holder, onStep });
  return new Placer(config, broker, ledger, pool, sweep, epilogues, pause, holder, logger);
}

/** What keeps every file from being placed: a root that is away, or full. */
function problemOf(roots: Roots): string | null {
  try {
    roots.check();
    return (
      roots
        .resolvedPaths()
        .map(noRoomIn)
        .find((problem) => problem !== null) ?? null
    );
  } catch (error) {
    return (error as Error).message;
  }
}
