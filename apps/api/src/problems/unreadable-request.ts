import { type IncomingMessage, STATUS_CODES, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { v7 as uuid } from 'uuid';
import { REQUEST_ID_HEADER } from '../requests/request-id';
import { Problem, PROBLEM_MEDIA_TYPE } from './problem';

/** A socket as Node.js' HTTP server has it. */
interface HttpSocket extends Duplex {
  destroySoon?(): void;
  /** The answer under way on it. */
  _httpMessage?: Pick<ServerResponse, 'headersSent'> | null;
}

/** What Node.js could not read, with the packet in which it gave up. */
type ClientError = NodeJS.ErrnoException & { rawPacket?: Buffer };

/** What HEAD asks for has no body, also where it is refused; of a request that came in several packets this can't be known. */
const isHead = ({ rawPacket }: ClientError): boolean => rawPacket?.subarray(0, 5).toString('latin1') === 'HEAD ';

function problemOf({ code }: ClientError): Problem {
  switch (code ?? '') {
    case 'HPE_HEADER_OVERFLOW':
      return new Problem('headers-too-large', 'The request line and headers are larger than 16 kB together');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new Problem('request-timeout', 'The request was not sent in time');
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new Problem('too-large', 'The extensions of a chunk are larger than 16 kB');
    default:
      return new Problem('malformed', 'The request is no HTTP that can be read');
  }
}

/** The whole answer as bytes on the wire: there is no request to which an answer could be made. */
function written(problem: Problem, withBody: boolean): string {
  const body = JSON.stringify(problem.toJson(''));
  return [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    'Connection: close',
    `Content-Type: ${PROBLEM_MEDIA_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    `${REQUEST_ID_HEADER}: ${uuid()}`,
    '',
    withBody ? body : '',
  ].join('\r\n');
}

/**
 * Answers what Node.js refuses by itself, before any of our code sees it, as the problems that everything else is refused with. Where an answer has
 * begun already, the connection is cut.
 */
export function answerUnreadable(server: Server): void {
  server.on('clientError', (error: ClientError, socket: HttpSocket) => {
    if (error.code === 'ECONNRESET' || !socket.writable || socket._httpMessage?.headersSent === true) {
      socket.destroy();
      return;
    }
    socket.write(written(problemOf(error), !isHead(error)));
    socket.destroySoon?.();
  });
  // What a client expects beside `100-continue` is a mystery, and no call needs it.
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    delete request.headers.expect;
    server.emit('request', request, response);
  });
}
