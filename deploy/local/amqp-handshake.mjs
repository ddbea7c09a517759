import net from 'node:net';
import tls from 'node:tls';

/**
 * Opens an AMQP 0-9-1 connection as far as `connection.open-ok` and closes it: proof that the broker runs, knows the
 * user and the vhost. Resolves to nothing; rejects with the reason (the broker's own words where it gave any).
 * @param {string} url `amqp(s)://user:password@host:port/vhost`
 */
export function amqpHandshake(url, { timeoutMs = 5_000 } = {}) {
  const target = parse(url);
  return new Promise((resolve, reject) => {
    const socket = target.secure
      ? tls.connect({ host: target.host, port: target.port, servername: net.isIP(target.host) ? '' : target.host })
      : net.connect({ host: target.host, port: target.port });
    const end = (error) => {
      clearTimeout(timer);
      socket.removeAllListeners();
      socket.on('error', () => {});
      socket.destroy();
      if (error) reject(error);
      else resolve();
    };
    const where = `${target.host}:${target.port}`;
    const timer = setTimeout(() => end(new Error(`No AMQP answer from ${where} within ${timeoutMs} ms`)), timeoutMs);
    let received = Buffer.alloc(0);
    socket.once(target.secure ? 'secureConnect' : 'connect', () =>
      socket.write(Buffer.from('AMQP\0\0\x09\x01', 'latin1')),
    );
    socket.once('error', (error) => end(new Error(`${where}: ${error.message}`, { cause: error })));
    socket.once('close', () => end(new Error(`${where} closed the connection during the AMQP handshake`)));
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (received.length >= 4 && received.toString('latin1', 0, 4) === 'AMQP') {
        return end(new Error(`${where} does not speak AMQP 0-9-1`));
      }
      for (let frame = nextFrame(received); frame; frame = nextFrame(received)) {
        received = received.subarray(frame.length);
        const done = answer(frame.payload, target, socket);
        if (done) return end(done === true ? null : new Error(`${where}: ${done}`));
      }
    });
  });
}

/** @param {string} url */
function parse(url) {
  const { protocol, hostname, port, username, password, pathname } = new URL(url);
  if (protocol !== 'amqp:' && protocol !== 'amqps:')
    throw new Error(`Not an amqp:// or amqps:// address: ${protocol}//…`);
  const secure = protocol === 'amqps:';
  return {
    secure,
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port) || (secure ? 5671 : 5672),
    user: username ? decodeURIComponent(username) : 'guest',
    password: password ? decodeURIComponent(password) : username ? '' : 'guest',
    vhost: pathname.length > 1 ? decodeURIComponent(pathname.slice(1)) : '/',
  };
}

function nextFrame(bytes) {
  if (bytes.length < 7) return null;
  const length = bytes.readUInt32BE(3) + 8;
  return bytes.length < length ? null : { length, payload: bytes.subarray(7, length - 1) };
}

/** Answers one method of class 10 (connection). True: open. Text: refused. */
function answer(payload, target, socket) {
  const method = payload.readUInt16BE(2);
  if (method === 10) {
    const capabilities = table(shortString('authentication_failure_close'), Buffer.from('t\x01', 'latin1'));
    const properties = table(shortString('capabilities'), Buffer.from('F'), capabilities);
    const response = longString(`\0${target.user}\0${target.password}`);
    socket.write(frame(11, properties, shortString('PLAIN'), response, shortString('en_US')));
  } else if (method === 30) {
    socket.write(frame(31, payload.subarray(4, 12)));
    socket.write(frame(40, shortString(target.vhost), shortString(''), Buffer.from([0])));
  } else if (method === 41) {
    socket.write(frame(50, Buffer.from([0, 200]), shortString('checked'), Buffer.alloc(4)));
    return true;
  } else if (method === 50) {
    return payload.toString('utf8', 7, 7 + payload[6]);
  }
  return false;
}

function frame(method, ...parts) {
  const body = Buffer.concat([Buffer.from([0, 10, 0, method]), ...parts]);
  const head = Buffer.from([1, 0, 0, 0, 0, 0, 0]);
  head.writeUInt32BE(body.length, 3);
  return Buffer.concat([head, body, Buffer.from([0xce])]);
}

function shortString(text) {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}

function longString(text) {
  return table(Buffer.from(text));
}

function table(...parts) {
  const body = Buffer.concat(parts);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  return Buffer.concat([length, body]);
}
