import { Agent, type IncomingMessage, request } from 'node:http';
import type { FuzzedRequest } from './call-arbitrary';

/** No request may take longer. */
export const DEADLINE_MS = 10_000;
/** A stream of events has no end of its own: so much of it is looked at. */
const STREAM_MS = 100;

export interface WireAnswer {
  status: number;
  headers: IncomingMessage['headers'];
  body: Buffer;
}

/** Sends requests one after the other over one connection that stays. Closed by {@link close}. */
export class Wire {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 1 });

  constructor(private readonly url: string) {}

  /** Rejects where no whole answer comes within {@link DEADLINE_MS}, or none that is HTTP. */
  send({ method, path, headers, body }: FuzzedRequest): Promise<WireAnswer> {
    const { hostname, port } = new URL(this.url);
    const bytes = body === null ? null : Buffer.from(body, 'latin1');
    return new Promise((resolve, reject) => {
      const length = bytes === null ? {} : { 'content-length': bytes.length };
      const sent = request({ agent: this.agent, hostname, port, method, path, headers: { ...headers, ...length } });
      const late = setTimeout(() => {
        sent.destroy(new Error(`No answer within ${DEADLINE_MS} ms`));
      }, DEADLINE_MS);
      const fail = (error: Error): void => {
        clearTimeout(late);
        reject(error);
      };
      sent.on('error', fail);
      sent.on('response', (response) => {
        const pieces: Buffer[] = [];
        const end = (): void => {
          clearTimeout(late);
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(pieces) });
        };
        response.on('data', (piece: Buffer) => pieces.push(piece));
        response.on('end', end);
        response.on('error', fail);
        if (response.headers['content-type']?.startsWith('text/event-stream') === true)
          setTimeout(() => {
            response.removeAllListeners('error').on('error', () => undefined);
            response.destroy();
            end();
          }, STREAM_MS);
      });
      sent.end(bytes ?? undefined);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}
