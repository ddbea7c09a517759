import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { version } from '../../../../package.json';
import { componentSchemas } from './components';
import { type ProblemCode, PROBLEMS } from '../problems/problem-codes';

const codes = (Object.keys(PROBLEMS) as ProblemCode[])
  .map((code) => `| ${PROBLEMS[code].status} | \`${code}\` | ${PROBLEMS[code].meaning.replaceAll('|', '\\|')} |`)
  .join('\n');

const DESCRIPTION = `Inspects deliveries of files, moves each to where it belongs, and accounts for every one.

Whatever is no success is \`application/problem+json\` (RFC 9457) with a stable \`code\`:

| status | code | meaning |
| --- | --- | --- |
${codes}

Every answer carries \`X-Request-Id\`: yours where you sent one, else a new one. It stands in the logs of everything that the request set off.`;

/** The document of the API, made from the code. */
export function openApiDocument(app: INestApplication, keysNeeded: boolean): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Assay')
    .setVersion(version)
    .setDescription(DESCRIPTION)
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'A key of API_KEYS.' }, 'bearer')
    .addApiKey({ type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'A key of API_KEYS.' }, 'key')
    .addSecurityRequirements('bearer')
    .addSecurityRequirements('key');
  if (!keysNeeded) builder.addSecurityRequirements({});
  const document = SwaggerModule.createDocument(app, builder.build(), {
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '').toLowerCase()}_${method}`,
  });
  return { ...document, components: { ...document.components, schemas: componentSchemas() } };
}
