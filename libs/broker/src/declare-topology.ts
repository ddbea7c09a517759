import { type ChannelModel, connect } from 'amqplib';
import { BrokerUnavailable, TopologyMismatch } from './errors';
import { EXCHANGES, QUEUES } from './topology';

const CONNECT_MS = 5_000;

/** amqplib reports a refused declaration as a channel error with the broker's reply code. */
const PRECONDITION_FAILED = 406;

async function dial(url: string): Promise<ChannelModel> {
  try {
    const connection = await connect(url, {
      timeout: CONNECT_MS,
      clientProperties: { connection_name: 'assay topology' },
    });
    // Without a listener the loss of this connection would end the process; the declaration under way rejects by itself.
    connection.on('error', () => undefined);
    return connection;
  } catch (cause) {
    throw new BrokerUnavailable(`RabbitMQ can't be reached: ${(cause as Error).message}`, { cause });
  }
}

/**
 * Declares every exchange, queue and binding on a connection of its own, so that a refusal breaks nobody's work. Idempotent.
 * Throws {@link BrokerUnavailable}, or {@link TopologyMismatch} where something of ours exists with other properties.
 */
export async function declareTopology(url: string): Promise<void> {
  const connection = await dial(url);
  try {
    const channel = await connection.createChannel();
    channel.on('error', () => undefined);
    for (const { name, type } of EXCHANGES) await channel.assertExchange(name, type, { durable: true });
    for (const { name, options, bindings } of QUEUES) {
      await channel.assertQueue(name, options);
      for (const binding of bindings) await channel.bindQueue(name, binding.exchange, binding.key, binding.arguments);
    }
    await channel.close();
  } catch (cause) {
    const error = cause as Error & { code?: number };
    if (error.code === PRECONDITION_FAILED)
      throw new TopologyMismatch(
        `An exchange or queue exists with other properties than Assay's (delete it, or use another vhost): ${error.message}`,
        { cause },
      );
    throw new BrokerUnavailable(`The topology can't be declared: ${error.message}`, { cause });
  } finally {
    // It may be closed by the broker already; there is nothing more to do with it then.
    await connection.close().catch(() => undefined);
  }
}
