import { type Channel, type ConfirmChannel, type GetMessage, connect } from 'amqplib';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Installation } from './installation';

const SETTLES_MS = 20_000;

/** Does on the broker what only a person with the operator's rights does: puts messages in, takes dead ones out, looks. */
export class BrokerOperator {
  constructor(private readonly installation: Pick<Installation, 'vhost'>) {}

  /** Publishes to `inspection` with this key; resolves on the confirms. */
  async publish(key: string, ...bodies: (string | Buffer | object)[]): Promise<void> {
    await this.confirmed(async (channel) => {
      for (const body of bodies) channel.publish('inspection', key, bytesOf(body), { persistent: true });
      await channel.waitForConfirms();
    });
  }

  /** Takes everything that rests in a queue. */
  async takeAll(queue: string): Promise<GetMessage[]> {
    return this.on(async (channel) => {
      const taken: GetMessage[] = [];
      for (;;) {
        const message = await channel.get(queue);
        if (message === false) return taken;
        taken.push(message);
        channel.ack(message);
      }
    });
  }

  async purge(queue: string): Promise<void> {
    await this.on((channel) => channel.purgeQueue(queue));
  }

  /** Messages ready in a queue. */
  depth(queue: string): Promise<number> {
    return this.on(async (channel) => (await channel.checkQueue(queue)).messageCount);
  }

  /** Resolves once a queue holds so many messages; throws where it does not within 20 s. */
  async settles(queue: string, count: number): Promise<void> {
    for (const deadline = Date.now() + SETTLES_MS; ; await sleep(50)) {
      const depth = await this.depth(queue);
      if (depth === count) return;
      if (Date.now() > deadline) throw new Error(`${queue} holds ${depth} messages and does not come to ${count}`);
    }
  }

  private async on<T>(act: (channel: Channel) => Promise<T>): Promise<T> {
    const connection = await connect(this.installation.vhost.operatorUrl);
    try {
      return await act(await connection.createChannel());
    } finally {
      await connection.close();
    }
  }

  private async confirmed(act: (channel: ConfirmChannel) => Promise<void>): Promise<void> {
    const connection = await connect(this.installation.vhost.operatorUrl);
    try {
      await act(await connection.createConfirmChannel());
    } finally {
      await connection.close();
    }
  }
}

function bytesOf(body: string | Buffer | object): Buffer {
  if (Buffer.isBuffer(body)) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}
