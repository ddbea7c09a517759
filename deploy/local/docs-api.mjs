import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { CHECKOUT } from './checkout.mjs';
import { CommandFailure, runCommand, say } from './say.mjs';
import { setUp } from './setup.mjs';

const FOLDER = path.join('docs', 'api');
const OPENAPI = path.join(FOLDER, 'openapi.json');
const ASYNCAPI = path.join(FOLDER, 'asyncapi.json');

/** `npm run docs:api`: makes the OpenAPI and the AsyncAPI document in docs/api from the code. */
await runCommand('npm run docs:api', async () => {
  await setUp();
  const require = createRequire(path.join(CHECKOUT, 'package.json'));
  require('reflect-metadata');
  const { describedApi } = require('./dist/apps/api/src/docs/described-api.js');
  const { asyncApiDocument } = require('./dist/libs/broker/src/asyncapi/index.js');
  const { version } = JSON.parse(readFileSync(path.join(CHECKOUT, 'package.json'), 'utf8'));
  mkdirSync(path.join(CHECKOUT, FOLDER), { recursive: true });
  write(OPENAPI, await describedApi());
  write(ASYNCAPI, asyncApiDocument(version));
  const { status } = spawnSync(
    process.execPath,
    [path.join('node_modules', 'prettier', 'bin', 'prettier.cjs'), '--write', '--log-level', 'warn', FOLDER],
    { cwd: CHECKOUT, stdio: 'inherit' },
  );
  if (status !== 0) throw new CommandFailure('prettier failed; it said why above.');
  say(`Made from the code: ${OPENAPI} and ${ASYNCAPI}.`);
});

function write(file, document) {
  writeFileSync(path.join(CHECKOUT, file), `${JSON.stringify(document, null, 2)}\n`);
}
