import type { ChannelModel } from 'amqplib';
import { dial, hangUp, openChannel, within } from './dial';
import { BrokerUnavailable, TopologyMismatch } from './errors';
import { EXCHANGES, QUEUES } from './topology';

/** RabbitMQ makes a quorum queue in tens of milliseconds, on a busy machine in a second or two. */
const DECLARE_MS = 30_000;

/** amqplib reports a refused declaration as a channel error with the broker's reply code. */
const PRECONDITION_FAILED = 406;

async function reach(url: string): Promise<ChannelModel> {
  try {
    return await dial(url, 'assay topology');
  } catch (cause) {
    throw new BrokerUnavailable(`RabbitMQ can't be reached: ${(cause as Error).message}`, { cause });
  }
}

const codeOf = (error: unknown): number | undefined => (error as { code?: number }).code;

async function declareOn(connection: ChannelModel): Promise<void> {
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
}

/**
 * Declares every exchange, queue and binding on a connection of its own, so that a refusal breaks nobody's work. Idempotent.
 * Throws {@link BrokerUnavailable}, or {@link TopologyMismatch} where something of ours exists with other properties.
 */
export async function declareTopology(url: string): Promise<void> {
  const connection = await reach(url);
  try {
    await within(connection, DECLARE_MS, declareOn(connection));
  } catch (cause) {
    const error = cause as Error;
    if (codeOf(error) === PRECONDITION_FAILED)
      throw new TopologyMismatch(
        `An exchange or queue exists with other properties than Assay's (delete it, or use another vhost): ${error.message}`,
        { cause },
      );
    throw new BrokerUnavailable(`The topology can't be declared: ${error.message}`, { cause });
  } finally {
    await hangUp(connection);
  }
}
