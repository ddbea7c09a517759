import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Logger } from 'pino';
import type { Config } from '@assay/config';
import { startPlacingWhereAsked } from '@assay/placing';
import { loggerService } from './log';

export interface Subscriber {
  /** Resolves once its subscriptions are live, however long RabbitMQ takes; at once where the gate is closed. */
  readonly started: Promise<void>;
  /** Takes no more, ends what it holds within `milliseconds`, and leaves. */
  close(milliseconds: number): Promise<void>;
}

@Module({})
class SubscriberModule {}

/**
 * Starts this process' part in the pool. Where the gate is closed it stays, idle, and subscribes to nothing: a supervisor would
 * start again whoever left. Throws where the ledger can't be opened.
 */
export async function startSubscriber(config: Config, log: Logger): Promise<Subscriber> {
  const logger = loggerService(log);
  const context = await NestFactory.createApplicationContext(SubscriberModule, { logger, abortOnError: false });
  const placing = await startPlacingWhereAsked(config, logger);
  // Without connections nothing else would keep an idle process alive.
  const stay = setInterval(() => undefined, 60_000);
  return {
    started: placing?.started ?? Promise.resolve(),
    async close(milliseconds) {
      clearInterval(stay);
      await placing?.close(milliseconds);
      await context.close();
    },
  };
}
