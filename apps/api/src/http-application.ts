import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { VersioningType } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { SwaggerModule } from '@nestjs/swagger';
import type { NextFunction, Request, Response } from 'express';
import helmet from 'helmet';
import type { Logger } from 'pino';
import type { Config } from '@assay/config';
import { ApiModule } from './api.module';
import { openApiDocument } from './docs/open-api';
import { ScanEvents } from './events/scan-events';
import { gate } from './guards/gate';
import { loggerService, requestLog } from './log';
import type { Parts } from './parts';
import { answerUnreadable } from './problems/unreadable-request';
import { jsonBody } from './requests/json-body';

/** Longer than the usual 60 s of proxies, so that the proxy is the one who closes and never meets a closing connection. */
const KEEP_ALIVE_MS = 65_000;
const WHOLE_REQUEST_MS = 60_000;
const LOOK_AGAIN_MS = 50;

/** Makes the HTTP application, ready to listen. */
export async function httpApplication(parts: Parts, log: Logger): Promise<NestExpressApplication> {
  const { http } = parts.config;
  const app = await NestFactory.create<NestExpressApplication>(ApiModule.of(parts, log), {
    logger: loggerService(log),
    bodyParser: false,
    abortOnError: false,
  });
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  if (http.trustProxy !== null) trustProxy(app, http.trustProxy);
  app.use(requestLog(log));
  app.use(
    helmet({
      // Whether the host is to be reached by TLS alone is for the proxy in front to say, for all that it serves.
      strictTransportSecurity: false,
      contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
    }),
  );
  app.use(neverStale);
  app.use(gate(parts.config));
  app.use(jsonBody());
  if (http.basePath !== '') app.setGlobalPrefix(http.basePath);
  app.enableVersioning({ type: VersioningType.URI });
  SwaggerModule.setup('docs', app, () => openApiDocument(app, http.apiKeys.length > 0), {
    jsonDocumentUrl: 'docs-json',
    raw: ['json'],
    useGlobalPrefix: true,
    customSiteTitle: 'Assay',
  });
  return app;
}

/** Listens; the address on which it does. Throws as `listen` does (EADDRINUSE, EACCES). */
export async function listen(app: NestExpressApplication, { http }: Config): Promise<AddressInfo> {
  await app.listen(http.port, http.host);
  const server = app.getHttpServer();
  answerUnreadable(server);
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.headersTimeout = WHOLE_REQUEST_MS;
  server.requestTimeout = WHOLE_REQUEST_MS;
  return server.address() as AddressInfo;
}

/** Takes no new requests and waits at most `milliseconds` for those under way; what is not answered by then is cut off. */
export async function stopListening(app: NestExpressApplication, milliseconds: number): Promise<void> {
  // Their answers have no end of their own.
  app.get(ScanEvents).close();
  const server = app.getHttpServer();
  const deadline = Date.now() + milliseconds;
  let open = true;
  const closed = new Promise<void>((resolve) => server.close(() => resolve())).then(() => (open = false));
  while (open && Date.now() < deadline) {
    // A connection that was busy when the server closed stays open when it becomes idle.
    server.closeIdleConnections();
    await Promise.race([closed, sleep(LOOK_AGAIN_MS)]);
  }
  server.closeAllConnections();
  await closed;
}

/** What is told now may be otherwise in a moment: caches may keep an answer, and have to ask whether it still holds. */
function neverStale(_request: Request, response: Response, next: NextFunction): void {
  response.setHeader('Cache-Control', 'no-cache');
  next();
}

/** `TRUST_PROXY` holds what is no address. */
export class BadTrustProxy extends Error {
  override readonly name = 'BadTrustProxy';
}

function trustProxy(app: NestExpressApplication, value: number | readonly string[]): void {
  try {
    app.set('trust proxy', typeof value === 'number' ? value : [...value]);
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new BadTrustProxy(`TRUST_PROXY must be a number of hops, addresses or networks: ${reason}`, { cause });
  }
}
