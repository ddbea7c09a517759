import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { Config } from '@assay/config';
import { Problem } from '../problems/problem';
import { rememberCaller } from '../requests/caller';
import { ApiKeys } from './api-keys';
import { RateLimit } from './rate-limit';

const READ_ONLY = new Set(['GET', 'HEAD', 'OPTIONS']);

const unauthorized = (): Problem =>
  new Problem('unauthorized', 'Send a known key as `Authorization: Bearer KEY` or `X-API-Key: KEY`', {
    headers: { 'WWW-Authenticate': 'Bearer realm="assay"' },
  });

/**
 * Stands before every route, known or not, so that a new one can't be forgotten: keys, the rate of requests, and pages of other
 * sites. Health is open to all, since balancers and supervisors ask for it without a key.
 */
export function gate({ http }: Config): RequestHandler {
  const keys = new ApiKeys(http.apiKeys);
  const limit = http.rateLimit === null ? null : new RateLimit(http.rateLimit);
  const health = `${http.basePath}/health/`;
  return (request: Request, _response: Response, next: NextFunction) => {
    if (request.path.startsWith(health)) return next();
    const name = keys.required ? keys.nameOf(request) : null;
    // Callers without a key count by address, so that keys can't be guessed faster than requests are served.
    const wait = limit?.take(name === null ? `address ${request.ip}` : `key ${name}`, performance.now()) ?? 0;
    if (wait > 0)
      return next(
        new Problem('too-many-requests', `No more than ${http.rateLimit} requests a second`, {
          headers: { 'Retry-After': String(Math.ceil(wait)) },
        }),
      );
    if (keys.required && name === null) return next(unauthorized());
    // A browser sends simple requests across sites without asking first; without keys nothing else would hold them off.
    if (!READ_ONLY.has(request.method) && request.headers['sec-fetch-site'] === 'cross-site')
      return next(new Problem('cross-site', 'A page of another site sent this request'));
    rememberCaller(request, { name });
    next();
  };
}
