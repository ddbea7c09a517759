import { once } from 'node:events';
import { type AddressInfo, type Server, type Socket, connect, createServer } from 'node:net';

/** Class and method: a client's farewell is on channel 0 and stands alone; a consume may come with others in one piece. */
const CONNECTION_CLOSE = Buffer.from([0, 10, 0, 50]);
const CONSUME = Buffer.from([0, 60, 0, 20]);
/** A client closes its connection. */
export const farewell = (piece: Buffer): boolean => piece.subarray(7, 11).equals(CONNECTION_CLOSE);
/** A client asks for a consumer. */
export const consume = (piece: Buffer): boolean => piece.includes(CONSUME);

/**
 * A proxy before a broker that hands everything on until the client says the fatal words; then the network is lost before they arrive, the first
 * `times` of these. Its server is closed by the caller.
 */
export async function losesTheNetworkAt(
  url: string,
  fatal: (piece: Buffer) => boolean,
  times = Infinity,
): Promise<{ url: string; server: Server }> {
  let left = times;
  const server = createServer((client) => {
    const { hostname, port } = new URL(url);
    const broker = connect(Number(port), hostname);
    const both: Socket[] = [client, broker];
    const lose = (): void => both.forEach((socket) => void socket.destroy());
    client.on('data', (piece) => {
      if (!fatal(piece) || left <= 0) return void broker.write(piece);
      left -= 1;
      lose();
    });
    broker.on('data', (piece) => client.write(piece));
    for (const socket of both) socket.on('error', lose).on('close', lose);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const through = new URL(url);
  through.hostname = '127.0.0.1';
  through.port = String((server.address() as AddressInfo).port);
  return { url: through.href, server };
}
