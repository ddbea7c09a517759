import { type AmqpConnection } from '@golevelup/nestjs-rabbitmq';
import type { ConfirmChannel, Message } from 'amqplib';
import { BrokerUnavailable, TopologyMismatch } from './errors';
import { HEADER, type PlaceMessage, type RedriveMessage, type WalkMessage } from './messages';
import { EXCHANGE, LADDER, type Priority, SCANS_KEY, filesKey } from './topology';

export interface Outgoing {
  exchange: string;
  key: string;
  body: WalkMessage | RedriveMessage | PlaceMessage | Buffer;
  headers: Record<string, string | number>;
}

/** To the scan threads. */
export const walkOutgoing = (body: WalkMessage | RedriveMessage, requestId: string | null): Outgoing => ({
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

/** What amqplib says of a message that the broker refused; of one whose channel was lost it says something else. */
const NACKED = 'message nacked';

interface Sent {
  message: Outgoing;
  id: string;
}

type End = (error: Error | 'lost' | null) => void;

/** A channel, and how each message that is unconfirmed on it ends. */
interface Link {
  channel: ConfirmChannel;
  open: Set<End>;
}

/** What amqplib throws where a channel is closing or closed. */
const isOfChannel = (error: unknown): boolean => (error as Error).name === 'IllegalOperationError';

/**
 * Publishes with confirms: a promise resolves when the broker has the messages in a queue. Messages that no queue
 * takes reject, though the broker confirms them too: their `basic.return` comes first and is matched by message id.
 *
 * It publishes on the channel itself, since the connection's own `publish` keeps a promise, a timer and a copy of each message.
 */
export class Publisher {
  private readonly returned = new Set<string>();
  /** Null while there is no channel that takes messages. */
  private link: Link | null = null;
  private count = 0;
  /** Called when there may be room, or a channel. */
  private waiting: (() => void)[] = [];
  private inFlight = 0;
  /** When the broker last confirmed anything, in milliseconds of this process' clock. */
  private confirmedAt = 0;

  /** `window`: messages unconfirmed at once; further calls wait. `milliseconds`: the longest wait for the next confirm. */
  constructor(
    private readonly connection: AmqpConnection,
    private readonly milliseconds: number,
    private readonly window: number,
    private readonly name: string,
  ) {}

  /** Called once, before the first publish; the connection does it again by itself after each reconnect. */
  async begin(): Promise<void> {
    await this.connection.managedChannel.addSetup((channel: ConfirmChannel) => {
      channel.on('return', (message: Message) => this.returned.add(String(message.properties.messageId)));
      const link: Link = { channel, open: new Set() };
      channel.once('close', () => this.lose(link));
      this.link = link;
      this.wake();
      return Promise.resolve();
    });
  }

  /** True while there is a channel that takes messages. */
  get linked(): boolean {
    return this.link !== null;
  }

  /** The same as {@link publishAll}, of one. */
  publish(message: Outgoing): Promise<void> {
    return this.publishAll([message]);
  }

  /**
   * Resolves when all are confirmed. What was under way when the connection was lost is sent again on the next one. Throws
   * {@link BrokerUnavailable} where no confirm came in time (messages may have arrived all the same), {@link TopologyMismatch} where no
   * queue takes one of them, both after all others have ended.
   */
  async publishAll(messages: readonly Outgoing[]): Promise<void> {
    const began = performance.now();
    let unsent = messages.map((message): Sent => ({ message, id: `${this.name}-${(this.count += 1)}` }));
    let failure: Error | null = null;
    while (unsent.length > 0) {
      const sent = await this.send(unsent, began);
      unsent = sent.lost;
      failure ??= sent.failure;
    }
    if (failure) throw failure;
  }

  /** Sends each once; resolves when each is confirmed, refused or lost with its channel. */
  private async send(all: Sent[], began: number): Promise<{ lost: Sent[]; failure: Error | null }> {
    const lost: Sent[] = [];
    let failure: Error | null = null;
    let open = all.length;
    let allSettled = (): void => undefined;
    const settled = new Promise<void>((resolve) => (allSettled = resolve));
    for (const sent of all) {
      while (!this.link || this.inFlight >= this.window) await this.until(this.change(), began);
      this.inFlight += 1;
      this.put(this.link, sent, (error) => {
        this.inFlight -= 1;
        if (error === 'lost') lost.push(sent);
        else {
          failure ??= error;
          this.confirmedAt = performance.now();
        }
        if ((open -= 1) === 0) allSettled();
        this.wake();
      });
    }
    await this.until(settled, began);
    return { lost, failure };
  }

  /** One message on a channel; `settled` is called once. */
  private put(link: Link, { message, id }: Sent, settled: End): void {
    const { exchange, key, body, headers } = message;
    const content = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
    const properties = {
      persistent: true,
      mandatory: true,
      messageId: id,
      contentType: 'application/json',
      timestamp: Math.floor(Date.now() / 1000),
      headers,
    };
    const end: End = (error) => {
      if (link.open.delete(end)) settled(error);
    };
    link.open.add(end);
    try {
      link.channel.publish(exchange, key, content, properties, (error: unknown) => {
        if (this.returned.delete(id))
          end(new TopologyMismatch(`No queue takes messages of exchange '${exchange}' with key '${key}'`));
        else if (error === null) end(null);
        else if ((error as Error).message !== NACKED) end('lost');
        else end(new BrokerUnavailable(`RabbitMQ refused a message to '${exchange}'`));
      });
    } catch (error) {
      if (!isOfChannel(error)) {
        // amqplib has counted it as sent: from here on it would take each confirm for that of the message before.
        end(error as Error);
        return this.lose(link);
      }
      // It is closing, which takes as long as the broker likes: the next message waits for the next channel.
      if (this.link === link) this.link = null;
      end('lost');
    }
  }

  /** amqplib itself forgets some of what is unconfirmed on a channel that closes: what stands behind a message that was confirmed out of turn. */
  private lose(link: Link): void {
    if (this.link === link) {
      this.link = null;
      this.returned.clear();
    }
    for (const end of link.open) end('lost');
  }

  /** Waits for a promise as long as the broker confirms anything, and a while longer. Throws {@link BrokerUnavailable}. */
  private async until(promise: Promise<void>, began: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const look = (): void => {
        const left = Math.max(began, this.confirmedAt) + this.milliseconds - performance.now();
        if (left > 0) timer = setTimeout(look, left);
        else reject(new BrokerUnavailable(`RabbitMQ confirmed no message for ${this.milliseconds / 1000} s`));
      };
      look();
    });
    try {
      await Promise.race([promise, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  private change(): Promise<void> {
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  private wake(): void {
    if (this.waiting.length === 0) return;
    const { waiting } = this;
    this.waiting = [];
    for (const go of waiting) go();
  }
}
