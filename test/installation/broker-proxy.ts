import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';

/**
 * Stands between a process and the broker, so that a test can take the broker away from that process alone, and give it back.
 * Closed by the one who made it.
 */
export class BrokerProxy {
  private readonly sockets = new Set<Socket>();
  private server: Server | null = null;
  private port = 0;
  private stalled = false;

  private constructor(private readonly target: URL) {}

  /** `url`: where the broker is. */
  static async before(url: string): Promise<BrokerProxy> {
    const proxy = new BrokerProxy(new URL(url));
    await proxy.restore();
    return proxy;
  }

  /** The broker's address through this proxy. */
  get url(): string {
    const url = new URL(this.target);
    url.hostname = '127.0.0.1';
    url.port = String(this.port);
    return url.href;
  }

  /** Cuts every connection and refuses new ones: the broker is down. Idempotent. */
  async cut(): Promise<void> {
    const { server } = this;
    this.server = null;
    for (const socket of this.sockets) socket.destroy();
    if (server === null) return;
    server.close();
    await once(server, 'close');
  }

  /** Takes connections again, at the same address. Idempotent. */
  async restore(): Promise<void> {
    this.resume();
    if (this.server !== null) return;
    const server = createServer((client) => this.join(client));
    server.listen(this.port, '127.0.0.1');
    await once(server, 'listening');
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
  }

  /** Lets nothing through while connections stay open: the network hangs. */
  stall(): void {
    this.stalled = true;
    for (const socket of this.sockets) socket.pause();
  }

  /** Lets through what waited, in order. */
  resume(): void {
    this.stalled = false;
    for (const socket of this.sockets) socket.resume();
  }

  async close(): Promise<void> {
    await this.cut();
  }

  private join(client: Socket): void {
    const broker = connect(Number(this.target.port || 5672), this.target.hostname);
    for (const [from, to] of [
      [client, broker],
      [broker, client],
    ] as const) {
      this.sockets.add(from);
      from.on('data', (piece) => to.write(piece));
      // The other side learns of it; which error it was matters to nobody.
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.sockets.delete(from);
        to.destroy();
      });
      if (this.stalled) from.pause();
    }
  }
}
