import net from 'node:net';

/**
 * Whether a listener on 127.0.0.1:`port` could be opened now. Both ways are asked: where an address may be shared
 * (macOS), listening succeeds although another program answers on the wildcard address.
 * @param {number} port
 */
export async function isFree(port, host = '127.0.0.1') {
  return !(await answers(port, host)) && (await canListen(port, host));
}

/**
 * The first free port from `first` on that is not in `taken`; at most 200 further ones are tried.
 * @param {number} first
 * @param {Set<number>} taken
 */
export async function freePort(first, taken = new Set()) {
  for (let port = first; port <= Math.min(first + 200, 65_535); port++) {
    if (!taken.has(port) && (await isFree(port))) return port;
  }
  throw new Error(`No free port between ${first} and ${first + 200} on 127.0.0.1.`);
}

/** Whether anything accepts connections there within `ms`. */
export function answers(port, host = '127.0.0.1', ms = 1_000) {
  return new Promise((resolve) => {
    const socket = net.connect({ port, host });
    const end = (result) => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(ms, () => end(false));
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}

function canListen(port, host) {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
