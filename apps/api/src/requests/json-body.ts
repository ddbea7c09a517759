import express, { type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import { Problem } from '../problems/problem';

/** No body of this API needs more. */
export const LARGEST_BODY = 64 * 1024;

const hasBody = (request: Request): boolean =>
  request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;

/** body-parser tells its errors apart by `type`. */
function problemOfBody(error: Error & { type?: string; status?: number }): Error {
  if (error.type === 'entity.too.large')
    return new Problem('too-large', `The body is larger than ${LARGEST_BODY} bytes`, { cause: error });
  if (error.type === 'encoding.unsupported' || error.type === 'charset.unsupported')
    return new Problem('unsupported-media-type', error.message, { cause: error });
  if (error.status !== undefined && error.status < 500) {
    const message = error.type === 'entity.parse.failed' ? `is not JSON: ${error.message}` : error.message;
    return new Problem('malformed', `The body ${message}`, { errors: [{ field: 'body', message }], cause: error });
  }
  return error;
}

/** What comes with these means nothing, and is not looked at. */
const WITHOUT_BODY = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Parses JSON bodies; a body of any other media type is refused, wherever one may be sent. */
export function jsonBody(): RequestHandler {
  const parse = express.json({ limit: LARGEST_BODY, strict: false });
  return (request: Request, response: Response, next: NextFunction) => {
    if (WITHOUT_BODY.has(request.method)) return next();
    if (hasBody(request) && !request.is('application/json')) {
      const given = request.headers['content-type'];
      const detail = `The body is ${given === undefined ? 'of no media type' : `'${given}'`}; send application/json`;
      return next(new Problem('unsupported-media-type', detail, { headers: { Accept: 'application/json' } }));
    }
    parse(request, response, (error?: unknown) => next(error instanceof Error ? problemOfBody(error) : error));
  };
}
