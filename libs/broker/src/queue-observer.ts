import type { Channel, ChannelModel } from 'amqplib';
import { dial, hangUp, openChannel, within } from './dial';
import { BrokerUnavailable } from './errors';

const LOOK_MS = 10_000;

interface Link {
  connection: ChannelModel;
  channel: Channel;
}

/**
 * Looks at queues over a connection of its own that it keeps: looking at a queue that is gone closes the channel, and that must be nobody
 * else's. Made anew after any error.
 */
export class QueueObserver {
  private link: Promise<Link> | null = null;

  constructor(
    private readonly url: string,
    private readonly name: string,
  ) {}

  /** Messages ready for delivery in each queue. Throws {@link BrokerUnavailable}. */
  async readyCounts(queues: readonly string[]): Promise<Map<string, number>> {
    try {
      this.link ??= this.begin();
      const { connection, channel } = await this.link;
      const looks = Promise.all(queues.map((queue) => channel.checkQueue(queue)));
      const replies = await within(connection, LOOK_MS, looks);
      return new Map(replies.map((reply) => [reply.queue, reply.messageCount]));
    } catch (cause) {
      await this.close();
      throw new BrokerUnavailable(`Queues can't be looked at: ${(cause as Error).message}`, { cause });
    }
  }

  /** Idempotent; it may be used again. */
  async close(): Promise<void> {
    const { link } = this;
    this.link = null;
    // Where none could be made there is none to close.
    const made = await link?.catch(() => null);
    if (made) await hangUp(made.connection);
  }

  /** What is lost between two looks is made anew at the next. */
  private begin(): Promise<Link> {
    const link = this.open();
    const forget = (): void => {
      if (this.link === link) this.link = null;
    };
    link
      .then(({ connection, channel }) => {
        connection.once('close', forget);
        channel.once('close', () => {
          forget();
          void hangUp(connection);
        });
      })
      // Told to whoever looks.
      .catch(() => undefined);
    return link;
  }

  private async open(): Promise<Link> {
    const connection = await dial(this.url, `${this.name} observe`);
    try {
      return { connection, channel: await within(connection, LOOK_MS, openChannel(connection)) };
    } catch (error) {
      await hangUp(connection);
      throw error;
    }
  }
}
