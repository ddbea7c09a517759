import type { AmqpConnection } from '@golevelup/nestjs-rabbitmq';
import { hangUp } from './dial';

/**
 * Makes a connection anew that is there and of no use: its channel or consumer is gone. Not by amqp-connection-manager's `reconnect`, which takes its
 * listeners off first: a connection that is lost at that moment ends the process, and two calls at once leave a connection behind that still consumes.
 */
export class Renewal {
  private underWay: Promise<void> | null = null;

  constructor(private readonly connection: AmqpConnection) {}

  /** Resolves when the old connection has ended; the next one is made by itself a second later. One at a time, whoever asks. Never throws. */
  renew(): Promise<void> {
    this.underWay ??= this.end().finally(() => (this.underWay = null));
    return this.underWay;
  }

  private async end(): Promise<void> {
    const managed = this.connection.managedConnection;
    const old = managed.connection;
    // Being made already.
    if (!old) return;
    if ((await hangUp(old)) === 'hung up' || managed.connection !== old) return;
    // It ended before the manager listened, and the manager takes it for a living one. Nothing can happen to it any more.
    try {
      managed.reconnect();
    } catch {
      // Closed for good meanwhile.
    }
  }
}
