import type { IncomingMessage, ServerResponse } from 'node:http';
import { v7 as uuid } from 'uuid';

export const REQUEST_ID_HEADER = 'X-Request-Id';

/** It goes into message headers and logs, so nothing may stand in it that means something there. */
const SANE = /^[\w.:@/+=-]{1,128}$/;

/** The caller's own id where it is sane, else a new one; told back in the answer. */
export function requestIdOf(request: IncomingMessage, response: ServerResponse): string {
  const given = request.headers['x-request-id'];
  const id = typeof given === 'string' && SANE.test(given) ? given : uuid();
  response.setHeader(REQUEST_ID_HEADER, id);
  return id;
}

/** The id that the request was given at its beginning. */
export const requestIdFor = ({ id }: Pick<IncomingMessage, 'id'>): string => (typeof id === 'string' ? id : '');
