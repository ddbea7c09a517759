import { type AmqpConnection } from '@golevelup/nestjs-rabbitmq';
import type { Channel, ConfirmChannel, ConsumeMessage, MessagePropertyHeaders } from 'amqplib';
import { setTimeout as sleep } from 'node:timers/promises';
import { FAREWELL_MS } from './dial';
import { BrokerUnavailable } from './errors';
import { gatherAcks } from './gathered-acks';
import { HEADER } from './messages';
import { type Outgoing } from './publisher';
import { EXCHANGE } from './topology';

/** One message as it arrived; nothing of it has been believed. */
export interface Delivery {
  body: Buffer;
  key: string;
  headers: Record<string, string | number>;
  redelivered: boolean;
}

/**
 * What a subscriber does with deliveries. When the promise resolves, all of them are acked: the callee has by then seen to each
 * itself (done, given to the delay ladder, dead-lettered; each confirmed). When it rejects, all are returned to their queue.
 */
export type OnDeliveries = (deliveries: Delivery[]) => Promise<void>;

export interface SubscriptionOptions {
  /** Who subscribes, as an operator sees it in the consumer tag. */
  name: string;
  queue: string;
  /** Deliveries at once; 1: each by itself. */
  batch: number;
  /** Wait for a batch to fill, restarted by each message. Milliseconds. */
  patience: number;
  onDeliveries: OnDeliveries;
  /** Told of deliveries that were returned to their queue, with the reason. */
  onReturned: (error: Error, count: number) => void;
}

/** Pause before deliveries go back, so that what can't be served now does not turn in a hot loop. */
const RETURN_PAUSE_MS = 1_000;
const SUBSCRIBE_MS = 10_000;
const WATCH_MS = 2_000;

function headersOf(given: MessagePropertyHeaders | undefined): Delivery['headers'] {
  const headers: Delivery['headers'] = {};
  const requestId: unknown = given?.[HEADER.requestId];
  const step: unknown = given?.[HEADER.step];
  if (typeof requestId === 'string') headers[HEADER.requestId] = requestId.slice(0, 200);
  if (typeof step === 'number' && Number.isSafeInteger(step) && step >= 0) headers[HEADER.step] = step;
  return headers;
}

const delivery = (message: ConsumeMessage): Delivery => ({
  body: message.content,
  key: message.fields.routingKey,
  headers: headersOf(message.properties.headers),
  redelivered: message.fields.redelivered,
});

/** The delivery as a message to publish again: to its own queue, the ladder, or the dead letters. */
export const again = (from: Delivery): Outgoing => ({
  exchange: EXCHANGE.work,
  key: from.key,
  body: from.body,
  headers: from.headers,
});

/**
 * A subscription that stays: golevelup subscribes anew after each reconnect; a consumer that the broker cancelled (its queue was
 * deleted, its ack took too long) is noticed here, since the connection itself stays silent about it.
 */
export class Subscription {
  private readonly working = new Set<Promise<void>>();
  private readonly tag: string;
  private stopped = false;
  private watch: NodeJS.Timeout | null = null;
  private missed = 0;
  private mending = false;
  /** While it stops: until the broker knows. */
  private cancelled: Promise<unknown> = Promise.resolve();
  /** The one that is open now. */
  private channel: ConfirmChannel | null = null;

  /** `connection` has a channel named like the queue that serves this subscription alone. */
  constructor(
    private readonly connection: AmqpConnection,
    private readonly options: SubscriptionOptions,
    /** Brings exchanges and queues back that someone deleted. */
    private readonly declare: () => Promise<void>,
    /** Makes the connection anew. */
    private readonly renew: () => Promise<void>,
  ) {
    this.tag = `${options.name}/${options.queue}`;
  }

  /** Resolves when the broker has accepted the consumer. The queue must exist. Throws {@link BrokerUnavailable} after 10 s. */
  async start(): Promise<void> {
    const { queue, batch, patience } = this.options;
    const settings = {
      queue,
      createQueueIfNotExists: false,
      // A tag of our own: golevelup would keep one more stale tag after each reconnect.
      queueOptions: { channel: queue, consumerOptions: { consumerTag: this.tag } },
      deserializer: (body: Buffer) => body,
      errorHandler: (channel: Channel, message: ConsumeMessage, error: Error) =>
        this.giveBack(channel, [message], error),
    };
    const batchOptions = {
      size: batch,
      timeout: patience,
      errorHandler: (channel: Channel, messages: ConsumeMessage[], error: Error) =>
        this.giveBack(channel, messages, error),
    };
    const subscribe = async (): Promise<void> => {
      await this.connection.managedChannels[queue]?.addSetup((channel: ConfirmChannel) => this.open(channel));
      if (batch > 1)
        await this.connection.createBatchSubscriber<Buffer>(
          (_bodies, messages) => this.take((messages ?? []).map(delivery)),
          { ...settings, batchOptions },
        );
      else
        await this.connection.createSubscriber<Buffer>(
          (_body, message) => this.take(message ? [delivery(message)] : []),
          settings,
          queue,
        );
    };
    const subscribed = subscribe();
    // One that fails when it is late already is heard by nobody.
    subscribed.catch(() => undefined);
    // A set-up that fails never settles its promise.
    const late = sleep(SUBSCRIBE_MS, 'late' as const, { ref: false });
    if ((await Promise.race([subscribed, late])) === 'late')
      throw new BrokerUnavailable(`RabbitMQ did not accept a consumer of '${queue}' within ${SUBSCRIBE_MS / 1000} s`);
    if (!this.stopped) this.watch = setInterval(() => void this.mend(), WATCH_MS).unref();
  }

  /** True while the broker has our consumer. */
  get live(): boolean {
    // amqplib forgets a consumer when the broker cancels it; golevelup does not.
    const channel = this.channel as unknown as { consumers: Map<string, unknown> } | null;
    return this.connection.connected && channel?.consumers.has(this.tag) === true;
  }

  /** Takes no more; what is held goes on. Idempotent; never throws; waits 2 s for the broker at most. */
  async stop(): Promise<void> {
    this.stopped = true;
    if (this.watch) clearInterval(this.watch);
    if (!this.live) return;
    try {
      const late = sleep(FAREWELL_MS, undefined, { ref: false });
      const cancelled = Promise.race([this.channel?.cancel(this.tag), late]);
      this.cancelled = cancelled.catch(() => undefined);
      await cancelled;
    } catch (error) {
      // The channel went away first: then the consumer is gone too.
      this.options.onReturned(error as Error, 0);
    }
  }

  /** Resolves when nothing is being worked on. */
  async idle(): Promise<void> {
    while (this.working.size > 0) await Promise.allSettled([...this.working]);
  }

  /** To be called before anything is consumed on it. */
  private open(channel: ConfirmChannel): Promise<void> {
    gatherAcks(channel);
    this.channel = channel;
    channel.once('close', () => {
      if (this.channel === channel) this.channel = null;
    });
    return Promise.resolve();
  }

  private async take(deliveries: Delivery[]): Promise<void> {
    if (this.stopped) throw new BrokerUnavailable('This subscriber is stopping');
    const work = this.options.onDeliveries(deliveries);
    this.working.add(work);
    try {
      await work;
    } finally {
      this.working.delete(work);
    }
  }

  private async giveBack(channel: Channel, messages: ConsumeMessage[], error: Error): Promise<void> {
    this.options.onReturned(error, messages.length);
    // A connection that was made anew subscribes again: given back, they would come again at once, until they count as poison. Its end returns them.
    if (!this.stopped) await sleep(RETURN_PAUSE_MS);
    await this.cancelled;
    if (this.stopped && this.live) return;
    try {
      for (const message of messages) channel.nack(message, false, true);
    } catch (gone) {
      // The channel is closed: the broker has taken them back by itself.
      this.options.onReturned(gone as Error, 0);
    }
  }

  /** Twice in a row without a consumer: not a set-up under way after a reconnect, but a consumer that is gone. */
  private async mend(): Promise<void> {
    if (this.mending) return;
    this.missed = this.live || this.stopped ? 0 : this.missed + 1;
    if (this.missed < 2) return;
    this.missed = 0;
    this.mending = true;
    try {
      await this.declare();
      // Sets up every channel and consumer anew; what others held on this connection is delivered again, which is harmless.
      if (this.connection.connected && !this.live && !this.stopped) await this.renew();
    } catch (error) {
      this.options.onReturned(error as Error, 0);
    } finally {
      this.mending = false;
    }
  }
}
