import { AmqpConnection } from '@golevelup/nestjs-rabbitmq';
import type { LoggerService } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { declareTopology } from './declare-topology';
import { CONNECT_MS, FAREWELL_MS } from './dial';
import { BrokerUnavailable } from './errors';
import { APART_AFTER_MS } from './gathered-acks';
import { Publisher } from './publisher';
import { QueueObserver } from './queue-observer';
import { Renewal } from './renewal';
import { Subscription, type SubscriptionOptions } from './subscription';

export interface BrokerOptions {
  url: string;
  /** Seen by an operator as the connections' name: what this is, and where. */
  name: string;
  /** Longest wait for a confirm. */
  publishMilliseconds: number;
  /** Unconfirmed messages at once. */
  window: number;
  logger: LoggerService;
}

const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 5_000;
const HEARTBEAT_S = 30;
const RECONNECT_S = 1;
/** Between two looks whether the publisher has a channel. */
const WATCH_MS = 5_000;

/**
 * Ends a connection for good. Never throws. Not by AmqpConnection.close(), which waits without limit for handlers; nor does the
 * other promise settle where the connection is lost meanwhile.
 */
async function end(connection: AmqpConnection): Promise<void> {
  const closed = Promise.resolve(connection.managedConnection?.close()).catch(() => undefined);
  await Promise.race([closed, sleep(FAREWELL_MS, undefined, { ref: false })]);
}

/**
 * One process' (or thread's) use of RabbitMQ: topology first, on a connection of its own; then one connection to publish and,
 * once something subscribes, one to consume, since a broker may block a publishing connection for its memory.
 * It comes up and stays up by itself while RabbitMQ comes and goes.
 */
export class Broker {
  readonly publisher: Publisher;
  private readonly publishing: AmqpConnection;
  private readonly renewal: Renewal;
  private readonly observer: QueueObserver;
  private consuming: AmqpConnection | null = null;
  private subscriptions: Subscription[] = [];
  private declared = false;
  private closed = false;
  private lastProblem = 'not connected yet';
  private starting: Promise<void> | null = null;
  private watch: NodeJS.Timeout | null = null;
  private missed = 0;

  constructor(private readonly options: BrokerOptions) {
    this.publishing = this.connection('publish', {});
    this.renewal = new Renewal(this.publishing);
    this.publisher = new Publisher(this.publishing, options.publishMilliseconds, options.window, options.name);
    this.observer = new QueueObserver(options.url, options.name);
  }

  /** Begins to connect and returns; never fails because RabbitMQ is away. Idempotent. */
  start(): void {
    this.starting ??= this.begin();
  }

  /** Resolves as soon as messages can be published; waits at most `milliseconds`, then throws {@link BrokerUnavailable}. */
  async ready(milliseconds: number): Promise<void> {
    const deadline = Date.now() + milliseconds;
    while (!this.usable) {
      if (Date.now() >= deadline) throw new BrokerUnavailable(`RabbitMQ is not usable: ${this.problem}`);
      await sleep(Math.min(50, Math.max(1, deadline - Date.now())));
    }
  }

  /** True while connected, with the topology in place. */
  get usable(): boolean {
    return this.declared && !this.closed && this.publisher.linked;
  }

  /** What keeps it from being usable, for a person. */
  get problem(): string {
    return this.declared ? 'the connection is lost and being made again' : this.lastProblem;
  }

  /** Subscribes; resolves when the broker has accepted the consumer. `prefetch` must be at least twice the batch. */
  async subscribe(queues: { options: SubscriptionOptions; prefetch: number }[]): Promise<Subscription[]> {
    const channels = Object.fromEntries(
      queues.map(({ options, prefetch }) => [options.queue, { prefetchCount: prefetch }]),
    );
    const consuming = this.connection('consume', channels);
    const renewal = new Renewal(consuming);
    const subscriptions = queues.map(
      ({ options }) =>
        new Subscription(
          consuming,
          options,
          () => this.declare(),
          () => renewal.renew(),
        ),
    );
    this.consuming = consuming;
    this.subscriptions = subscriptions;
    try {
      await consuming.init();
      for (const subscription of subscriptions) await subscription.start();
      this.assertOpen();
      return subscriptions;
    } catch (error) {
      // It would go on by itself, and consume beside the one that the caller makes next.
      await Promise.all(subscriptions.map((subscription) => subscription.stop()));
      await end(consuming);
      // Perhaps the broker has lost the queues meanwhile: the next try is to find them.
      await this.declare().catch(() => undefined);
      throw error;
    }
  }

  /** Messages ready in each queue. Throws {@link BrokerUnavailable}. */
  async readyCounts(queues: readonly string[]): Promise<Map<string, number>> {
    this.assertOpen();
    return this.observer.readyCounts(queues);
  }

  /** Declares the topology again: whoever deleted a queue harms nothing for long. Idempotent. */
  async declare(): Promise<void> {
    this.assertOpen();
    await declareTopology(this.options.url);
  }

  /**
   * Takes no more, waits at most `milliseconds` for what is held, and closes. What was not finished returns to its queue with the
   * connection. Idempotent.
   */
  async close(milliseconds: number): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    if (this.watch) clearInterval(this.watch);
    const deadline = Date.now() + milliseconds;
    await Promise.all(this.subscriptions.map((subscription) => subscription.stop()));
    const idle = Promise.all(this.subscriptions.map((subscription) => subscription.idle()));
    await Promise.race([idle, sleep(Math.max(0, deadline - Date.now()), undefined, { ref: false })]);
    // What is done and lies behind something that is not is acked on its own by then.
    if (this.subscriptions.length > 0) await sleep(2 * APART_AFTER_MS);
    const observed = Promise.race([this.observer.close(), sleep(FAREWELL_MS, undefined, { ref: false })]);
    await Promise.all([
      observed,
      ...[this.consuming, this.publishing].map((connection) => connection && end(connection)),
    ]);
  }

  private async begin(): Promise<void> {
    for (let wait = FIRST_RETRY_MS; !this.closed; wait = Math.min(2 * wait, LAST_RETRY_MS)) {
      try {
        await this.declare();
        break;
      } catch (error) {
        const problem = (error as Error).message;
        if (problem !== this.lastProblem) this.options.logger.warn(problem);
        this.lastProblem = problem;
        await sleep(wait, undefined, { ref: false });
      }
    }
    if (this.closed) return;
    await this.publishing.init();
    await this.publisher.begin();
    if (this.closed) return end(this.publishing);
    this.declared = true;
    this.watch = setInterval(() => void this.mend(), WATCH_MS).unref();
  }

  /** Twice in a row connected and without a channel: not one that is being made, but one that could not be. */
  private async mend(): Promise<void> {
    const missing = this.publishing.connected && !this.publisher.linked;
    this.missed = missing ? this.missed + 1 : 0;
    if (this.missed < 2) return;
    this.missed = 0;
    await this.renewal.renew();
  }

  private assertOpen(): void {
    if (this.closed) throw new BrokerUnavailable('This connection to RabbitMQ was closed');
  }

  private connection(purpose: string, channels: Record<string, { prefetchCount: number }>): AmqpConnection {
    const { url, name, logger } = this.options;
    return new AmqpConnection({
      name: `${name} ${purpose}`,
      uri: url,
      channels,
      enableDirectReplyTo: false,
      connectionInitOptions: { wait: false, skipConnectionFailedLogging: true },
      connectionManagerOptions: {
        heartbeatIntervalInSeconds: HEARTBEAT_S,
        reconnectTimeInSeconds: RECONNECT_S,
        connectionOptions: { timeout: CONNECT_MS, clientProperties: { connection_name: `${name} ${purpose}` } },
      },
      logger,
    });
  }
}
