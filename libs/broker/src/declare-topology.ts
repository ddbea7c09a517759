import { type Channel, type ChannelModel, connect } from 'amqplib';
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

async function openChannel(connection: ChannelModel): Promise<Channel> {
  const channel = await connection.createChannel();
  // A refused declaration rejects by itself; without a listener it would end the process too.
  channel.on('error', () => undefined);
  return channel;
}

const codeOf = (error: unknown): number | undefined => (error as { code?: number }).code;

/**
 * Declares every exchange, queue and binding on a connection of its own, so that a refusal breaks nobody's work. Idempotent.
 * Throws {@link BrokerUnavailable}, or {@link TopologyMismatch} where something of ours exists with other properties.
 */
export async function declareTopology(url: string): Promise<void> {
  const connection = await dial(url);
  try {
    let channel = await openChannel(connection);
    for (const { name, type } of EXCHANGES) await channel.assertExchange(name, type, { durable: true });
    for (const { name, options, earlier, bindings } of QUEUES) {
      try {
        await channel.assertQueue(name, options);
      } catch (error) {
        if (!earlier || codeOf(error) !== PRECONDITION_FAILED) throw error;
        // The refusal closed the channel.
        channel = await openChannel(connection);
        await channel.assertQueue(name, earlier);
      }
      for (const binding of bindings) await channel.bindQueue(name, binding.exchange, binding.key, binding.arguments);
    }
    await channel.close();
  } catch (cause) {
    const error = cause as Error;
    if (codeOf(error) === PRECONDITION_FAILED)
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
