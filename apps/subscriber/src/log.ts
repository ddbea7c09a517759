import type { LoggerService } from '@nestjs/common';
import { Logger as NestPinoLogger, PinoLogger } from 'nestjs-pino';
import { type Logger, pino, stdTimeFunctions } from 'pino';
import type { Config } from '@assay/config';

/** One line of JSON for each event, on standard output. */
export function createLog(config: Config): Logger {
  return pino({
    level: config.logLevel,
    base: { app: 'subscriber', pid: process.pid },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (level) => ({ level }) },
  });
}

/** The same log as Nest and the libraries want it. */
export function loggerService(log: Logger): LoggerService {
  return new NestPinoLogger(new PinoLogger({ pinoHttp: { logger: log } }), {});
}
