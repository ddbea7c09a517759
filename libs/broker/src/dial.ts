import { type Channel, type ChannelModel, connect } from 'amqplib';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

/** Longest silence while a connection is made. */
export const CONNECT_MS = 5_000;
/** Longest wait for a goodbye. */
export const FAREWELL_MS = 2_000;
/** Left to itself amqplib takes RabbitMQ's, a minute, and notices a network that hangs after two or three. */
const HEARTBEAT_S = 15;

/** A connection for one purpose, which an operator sees as its `name`. Throws what amqplib does; ended by {@link hangUp}. */
export async function dial(url: string, name: string): Promise<ChannelModel> {
  const address = new URL(url);
  if (!address.searchParams.has('heartbeat')) address.searchParams.set('heartbeat', String(HEARTBEAT_S));
  const connection = await connect(address.href, { timeout: CONNECT_MS, clientProperties: { connection_name: name } });
  // Without a listener the loss of this connection would end the process; the call under way rejects by itself.
  connection.on('error', () => undefined);
  return connection;
}

/** A channel whose errors reject the call under way and harm nobody else. */
export async function openChannel(connection: ChannelModel): Promise<Channel> {
  const channel = await connection.createChannel();
  channel.on('error', () => undefined);
  return channel;
}

/** Ends a connection as the loss of the network does: amqplib tells all who wait on it. */
export function cut(connection: ChannelModel, why: string): void {
  // amqplib hears of errors of its socket and of the other side's end, not of a socket that was closed here.
  const { stream } = connection.connection as unknown as { stream: Duplex };
  stream.destroy(new Error(why));
}

/**
 * Closes a connection, and with it what was open on it; `closed` where amqplib said of it before that it is. Idempotent; never throws.
 * amqplib's own promise stays open for ever where the connection is lost before the broker has said goodbye.
 */
export async function hangUp(connection: ChannelModel): Promise<'hung up' | 'closed'> {
  const lost = new Promise<'hung up'>((resolve) => {
    connection.once('close', () => resolve('hung up'));
  });
  const closed = connection.close().then(
    () => 'hung up' as const,
    () => 'closed' as const,
  );
  const late = sleep(FAREWELL_MS, 'late' as const, { ref: false });
  const end = await Promise.race([closed, lost, late]);
  if (end !== 'late') return end;
  cut(connection, `RabbitMQ said no goodbye within ${FAREWELL_MS / 1000} s`);
  return 'hung up';
}

/** What `work` comes to; where it takes longer, the connection that it needs is cut, so that it fails. */
export async function within<T>(connection: ChannelModel, milliseconds: number, work: Promise<T>): Promise<T> {
  const timer = setTimeout(() => cut(connection, `no answer within ${milliseconds / 1000} s`), milliseconds);
  timer.unref();
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}
