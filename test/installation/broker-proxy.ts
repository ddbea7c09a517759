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
  private last: Buffer | null = null;

  private constructor(private readonly address: () => string) {}

  /** `url`: where the broker is; a function is asked at each connection. */
  static async before(url: string | (() => string)): Promise<BrokerProxy> {
    const proxy = new BrokerProxy(typeof url === 'string' ? () => url : url);
    await proxy.restore();
    return proxy;
  }

  /** The broker's address through this proxy. */
  get url(): string {
    const url = new URL(this.address());
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

  /** Resets every connection, as a firewall does that has forgotten them; new ones are taken. */
  reset(): void {
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  /** Lets the broker's words through up to those, and with them a first time; then every connection is lost. */
  cutAfterFirst(words: Buffer): void {
    this.last = words;
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
    const { port, hostname } = new URL(this.address());
    const broker = connect(Number(port || 5672), hostname);
    for (const [from, to] of [
      [client, broker],
      [broker, client],
    ] as const) {
      this.sockets.add(from);
      from.on('data', (piece) => {
        to.write(piece);
        if (from !== broker || this.last === null || !piece.includes(this.last)) return;
        this.last = null;
        for (const socket of this.sockets) socket.end();
      });
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
