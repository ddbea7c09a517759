import { AmqpConnection } from '@golevelup/nestjs-rabbitmq';
import type { LoggerService } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { declareTopology } from './declare-topology';
import { BrokerUnavailable } from './errors';
import { Publisher } from './publisher';
import { QueueObserver } from './queue-observer';
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

/**
 * One process' (or thread's) use of RabbitMQ: topology first, on a connection of its own; then one connection to publish and,
 * once something subscribes, one to consume, since a broker may block a publishing connection for its memory.
 * It comes up and stays up by itself while RabbitMQ comes and goes.
 */
export class Broker {
  readonly publisher: Publisher;
  private readonly publishing: AmqpConnection;
  private readonly observer: QueueObserver;
  private consuming: AmqpConnection | null = null;
  private readonly subscriptions: Subscription[] = [];
  private declared = false;
  private closed = false;
  private lastProblem = 'not connected yet';
  private starting: Promise<void> | null = null;

  constructor(private readonly options: BrokerOptions) {
    this.publishing = this.connection('publish', {});
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
    return this.declared && !this.closed && this.publishing.managedConnection?.isConnected() === true;
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
    this.consuming = consuming;
    await consuming.init();
    const subscriptions = queues.map(({ options }) => new Subscription(consuming, options, () => this.declare()));
    for (const subscription of subscriptions) await subscription.start();
    this.subscriptions.push(...subscriptions);
    return subscriptions;
  }

  /** Messages ready in each queue. Throws {@link BrokerUnavailable}. */
  readyCounts(queues: readonly string[]): Promise<Map<string, number>> {
    return this.observer.readyCounts(queues);
  }

  /** Declares the topology again: whoever deleted a queue harms nothing for long. Idempotent. */
  async declare(): Promise<void> {
    await declareTopology(this.options.url);
  }

  /**
   * Takes no more, waits at most `milliseconds` for what is held, and closes. What was not finished returns to its queue with the
   * connection. Idempotent.
   */
  async close(milliseconds: number): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await Promise.all(this.subscriptions.map((subscription) => subscription.stop()));
    const idle = Promise.all(this.subscriptions.map((subscription) => subscription.idle()));
    await Promise.race([idle, sleep(milliseconds, undefined, { ref: false })]);
    await Promise.race([this.observer.close(), sleep(2_000, undefined, { ref: false })]);
    // Not AmqpConnection.close(): it waits without limit for handlers.
    for (const connection of [this.consuming, this.publishing])
      await Promise.race([connection?.managedConnection?.close(), sleep(2_000, undefined, { ref: false })]);
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
    await this.publisher.watchReturns();
    this.declared = true;
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
        connectionOptions: { clientProperties: { connection_name: `${name} ${purpose}` } },
      },
      logger,
    });
  }
}
