import { once } from 'node:events';
import { type AddressInfo, type Server, type Socket, connect, createServer } from 'node:net';

/** Stands between a ledger and its server for a test that takes replies away. Closed by the one who made it. */
export class ReplyCutter {
  private readonly sockets = new Set<Socket>();
  private cut: 'nothing' | 'commit' | 'reply' = 'nothing';
  private stalled = false;

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
  ) {}

  static async before(url: string): Promise<ReplyCutter> {
    const server = createServer((client) => cutter.join(client));
    const cutter = new ReplyCutter(server, new URL(url));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return cutter;
  }

  get url(): string {
    const url = new URL(this.target);
    url.hostname = '127.0.0.1';
    url.port = String((this.server.address() as AddressInfo).port);
    return url.href;
  }

  /** The next COMMIT is lost with its connection before the server has it (`commit`), or its reply after the server did it (`reply`). */
  cutNext(what: 'commit' | 'reply'): void {
    this.cut = what;
  }

  /** Lets nothing through while connections stay open: the network hangs. */
  stall(): void {
    this.stalled = true;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  private join(client: Socket): void {
    const server = connect(Number(this.target.port), this.target.hostname);
    const end = () => {
      client.destroy();
      server.destroy();
    };
    let replyIsLost = false;
    client.on('data', (piece) => {
      if (this.stalled) return;
      if (this.cut !== 'nothing' && piece.includes('COMMIT\0')) {
        const { cut } = this;
        this.cut = 'nothing';
        if (cut === 'commit') return end();
        replyIsLost = true;
      }
      server.write(piece);
    });
    server.on('data', (piece) => {
      if (this.stalled) return;
      if (replyIsLost) end();
      else client.write(piece);
    });
    for (const socket of [client, server]) {
      this.sockets.add(socket);
      // The other side learns of it; which error it was matters to nobody.
      socket.on('error', end);
      socket.on('close', () => {
        this.sockets.delete(socket);
        end();
      });
    }
  }
}
