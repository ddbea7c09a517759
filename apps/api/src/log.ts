import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LoggerService } from '@nestjs/common';
import { Logger as NestPinoLogger, PinoLogger } from 'nestjs-pino';
import { type Logger, pino, stdTimeFunctions } from 'pino';
import { type HttpLogger, pinoHttp } from 'pino-http';
import type { Config } from '@assay/config';
import { requestIdOf } from './requests/request-id';

/** Whatever somebody logs, these never stand in it. */
const SECRETS = ['headers.authorization', 'headers["x-api-key"]', 'headers.cookie'].flatMap((path) => [
  path,
  `*.${path}`,
  `*.*.${path}`,
]);

/** One line of JSON for each event, on standard output. */
export function createLog(config: Config, app: string): Logger {
  return pino({
    level: config.logLevel,
    base: { app, pid: process.pid },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (level) => ({ level }) },
    redact: { paths: SECRETS, censor: '[redacted]' },
  });
}

/** What Nest says of its own start: every module and every route. */
const OF_NEST = new Set<unknown>([
  'InstanceLoader',
  'NestApplication',
  'NestFactory',
  'RouterExplorer',
  'RoutesResolver',
]);

class QuietLogger extends NestPinoLogger {
  override log(message: unknown, ...rest: unknown[]): void {
    if (OF_NEST.has(rest.at(-1))) this.debug(message, ...rest);
    else super.log(message, ...rest);
  }
}

/** The same log as Nest and the libraries want it. */
export function loggerService(log: Logger): LoggerService {
  return new QuietLogger(new PinoLogger({ pinoHttp: { logger: log } }), {});
}

const isHealth = (request: IncomingMessage): boolean => /\/health\//.test(request.url ?? '');

function levelOf(request: IncomingMessage, response: ServerResponse, error?: Error) {
  if (isHealth(request)) return response.statusCode < 500 ? 'debug' : 'warn';
  return error || response.statusCode >= 500 ? 'error' : 'info';
}

/** Gives each request its id and its log, and writes a line at its end. */
export function requestLog(log: Logger): HttpLogger {
  return pinoHttp({
    logger: log,
    genReqId: requestIdOf,
    quietReqLogger: true,
    customAttributeKeys: { reqId: 'requestId', responseTime: 'milliseconds' },
    customLogLevel: levelOf,
    // Headers stay out of the log: secrets travel in them.
    serializers: {
      req: ({ method, url, remoteAddress }: { method: string; url: string; remoteAddress: string }) => ({
        method,
        url,
        remoteAddress,
      }),
      res: ({ statusCode }: { statusCode: number }) => ({ statusCode }),
    },
    customSuccessMessage: (request, response) => `${request.method} ${request.url} ${response.statusCode}`,
    customErrorMessage: (request, response) => `${request.method} ${request.url} ${response.statusCode}`,
  });
}
