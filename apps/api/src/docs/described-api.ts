import { NestFactory } from '@nestjs/core';
import { VersioningType } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';
import { pino } from 'pino';
import { readConfig } from '@assay/config';
import { ApiModule } from '../api.module';
import type { Parts } from '../parts';
import { openApiDocument } from './open-api';

/** The parts of an API that only says what it can do: nothing of them is ever used. */
const absentParts = (): Parts => {
  const absent = {};
  return {
    config: readConfig({ AMQP_URL: 'amqp://127.0.0.1' }),
    ledger: absent,
    broker: absent,
    roots: absent,
    profiles: absent,
    readers: absent,
  } as unknown as Parts;
};

/** The document of the API as an installation with every default serves it, without broker, ledger or address. */
export async function describedApi(): Promise<OpenAPIObject> {
  const app = await NestFactory.create(ApiModule.of(absentParts(), pino({ level: 'silent' })), {
    logger: false,
    abortOnError: false,
  });
  app.enableVersioning({ type: VersioningType.URI });
  try {
    return openApiDocument(app, false);
  } finally {
    await app.close();
  }
}
