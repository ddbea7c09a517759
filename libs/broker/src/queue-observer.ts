import { type Channel, type ChannelModel, connect } from 'amqplib';
import { BrokerUnavailable } from './errors';

const CONNECT_MS = 5_000;

/**
 * Looks at queues over a connection of its own that it keeps: looking at a queue that is gone closes the channel, and that must be nobody
 * else's. Made anew after any error.
 */
export class QueueObserver {
  private connection: ChannelModel | null = null;
  private channel: Promise<Channel> | null = null;

  constructor(
    private readonly url: string,
    private readonly name: string,
  ) {}

  /** Messages ready for delivery in each queue. Throws {@link BrokerUnavailable}. */
  async readyCounts(queues: readonly string[]): Promise<Map<string, number>> {
    try {
      this.channel ??= this.open();
      const channel = await this.channel;
      const replies = await Promise.all(queues.map((queue) => channel.checkQueue(queue)));
      return new Map(replies.map((reply) => [reply.queue, reply.messageCount]));
    } catch (cause) {
      await this.close();
      throw new BrokerUnavailable(`Queues can't be looked at: ${(cause as Error).message}`, { cause });
    }
  }

  /** Idempotent; it may be used again. */
  async close(): Promise<void> {
    const connection = this.connection;
    this.connection = null;
    this.channel = null;
    // Closed by the broker already, perhaps: there is nothing more to do with it then.
    await connection?.close().catch(() => undefined);
  }

  private async open(): Promise<Channel> {
    const connection = await connect(this.url, {
      timeout: CONNECT_MS,
      clientProperties: { connection_name: `${this.name} observe` },
    });
    this.connection = connection;
    // The call under way rejects by itself; without a listener the loss would end the process.
    const forget = (): void => {
      if (this.connection === connection) {
        this.connection = null;
        this.channel = null;
      }
    };
    connection.on('error', forget);
    connection.on('close', forget);
    const channel = await connection.createChannel();
    channel.on('error', forget);
    return channel;
  }
}
