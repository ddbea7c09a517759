import { type AmqpConnection } from '@golevelup/nestjs-rabbitmq';
import type { ConfirmChannel, Message, Options } from 'amqplib';
import { BrokerUnavailable, TopologyMismatch } from './errors';
import { HEADER, type PlaceMessage, type WalkMessage } from './messages';
import { EXCHANGE, LADDER, type Priority, SCANS_KEY, filesKey } from './topology';

export interface Outgoing {
  exchange: string;
  key: string;
  body: WalkMessage | PlaceMessage | Buffer;
  headers: Record<string, string | number>;
}

export const walkOutgoing = (body: WalkMessage, requestId: string | null): Outgoing => ({
  exchange: EXCHANGE.work,
  key: SCANS_KEY,
  body,
  headers: requestId === null ? {} : { [HEADER.requestId]: requestId },
});

export const placeOutgoing = (body: PlaceMessage, priority: Priority, requestId: string | null): Outgoing => ({
  exchange: EXCHANGE.work,
  key: filesKey(priority),
  body,
  headers: requestId === null ? {} : { [HEADER.requestId]: requestId },
});

/** The same message by way of the delay ladder: it returns to its queue after the delay of `step` (0 … 3; more is the last). */
export function delayed(message: Outgoing, step: number): Outgoing {
  const rung = LADDER[Math.min(step, LADDER.length - 1)] ?? LADDER[0];
  return {
    ...message,
    exchange: EXCHANGE.retry,
    headers: { ...message.headers, [HEADER.delay]: rung.delay, [HEADER.step]: step + 1 },
  };
}

/** The same message as evidence in `inspection.dead`. */
export function dead(message: Outgoing, reason: string): Outgoing {
  return {
    ...message,
    exchange: EXCHANGE.dead,
    headers: { ...message.headers, [HEADER.reason]: reason.slice(0, 500) },
  };
}

/**
 * Publishes with confirms: a promise resolves when the broker has the message in a queue. Messages that no queue
 * takes reject, though the broker confirms them too: their `basic.return` comes first and is matched by message id.
 */
export class Publisher {
  private readonly returned = new Set<string>();
  private count = 0;
  private readonly waiting: (() => void)[] = [];
  private inFlight = 0;

  /** `window`: messages unconfirmed at once; further calls wait. The connection buffers without bound by itself. */
  constructor(
    private readonly connection: AmqpConnection,
    private readonly milliseconds: number,
    private readonly window: number,
    private readonly name: string,
  ) {}

  /** Called once, before the first publish; again by the connection itself after each reconnect. */
  async watchReturns(): Promise<void> {
    await this.connection.managedChannel.addSetup((channel: ConfirmChannel) => {
      channel.on('return', (message: Message) => this.returned.add(String(message.properties.messageId)));
      return Promise.resolve();
    });
  }

  /**
   * Resolves on the confirm. Throws {@link BrokerUnavailable} where none came in time (the message may have arrived all the
   * same), {@link TopologyMismatch} where no queue takes it.
   */
  async publish(message: Outgoing): Promise<void> {
    while (this.inFlight >= this.window) await new Promise<void>((resolve) => this.waiting.push(resolve));
    this.inFlight += 1;
    const messageId = `${this.name}-${(this.count += 1)}`;
    try {
      const options: Options.Publish & { timeout: number } = {
        persistent: true,
        mandatory: true,
        messageId,
        contentType: 'application/json',
        timestamp: Math.floor(Date.now() / 1000),
        headers: message.headers,
        // Without it the connection would hold the message until RabbitMQ is back.
        timeout: this.milliseconds,
      };
      await this.connection.publish(message.exchange, message.key, message.body, options);
    } catch (cause) {
      throw new BrokerUnavailable(
        `RabbitMQ did not confirm a message to '${message.exchange}': ${(cause as Error).message}`,
        { cause },
      );
    } finally {
      this.inFlight -= 1;
      this.waiting.shift()?.();
    }
    if (this.returned.delete(messageId))
      throw new TopologyMismatch(`No queue takes messages of exchange '${message.exchange}' with key '${message.key}'`);
  }

  /** Resolves when all are confirmed; rejects with the first failure after all have ended. */
  async publishAll(messages: readonly Outgoing[]): Promise<void> {
    const results = await Promise.allSettled(messages.map((message) => this.publish(message)));
    const failure = results.find((result) => result.status === 'rejected');
    if (failure) throw failure.reason as Error;
  }
}
