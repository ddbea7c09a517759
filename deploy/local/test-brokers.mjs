import { CORE_WITH_BROKER, runSuite } from './core-suite.mjs';
import { provideRabbitmqOfDebian13 } from './debian-13.mjs';
import { report } from './results.mjs';
import { endChildren } from './run-jest.mjs';
import { runCommand, say } from './say.mjs';
import { setUp } from './setup.mjs';
import { provideTestBroker } from './test-broker.mjs';

/**
 * `npm run test:brokers`: what speaks to a broker, and the product's core, against the RabbitMQ that `npm test` uses
 * and against the RabbitMQ 4 of Debian 13, each a private node that is gone afterwards. Ends with a line for each.
 */
await runCommand('npm run test:brokers', async (cleanUps) => {
  await setUp();
  const results = [await runOn(undefined, cleanUps)];
  const four = await provideRabbitmqOfDebian13();
  results.push(
    four.unavailable
      ? { what: 'RabbitMQ 4 of Debian 13', skipped: four.unavailable }
      : await runOn(four.server, cleanUps),
  );
  report(results);
});

/** @param {string | undefined} server start script of the RabbitMQ that is wanted */
async function runOn(server, cleanUps) {
  const { environment } = await provideTestBroker(cleanUps, { server });
  cleanUps.push(endChildren);
  const what = await versionOf(environment);
  say(`\n${what}`);
  const total = await runSuite(CORE_WITH_BROKER, { environment });
  for (let next = cleanUps.pop(); next; next = cleanUps.pop()) await next();
  return { what, total };
}

/** As the node itself says it: `RabbitMQ 3.10.8 (Erlang 25.2.3)`. */
async function versionOf(environment) {
  const credentials = `${environment.ASSAY_TEST_MANAGEMENT_USER}:${environment.ASSAY_TEST_MANAGEMENT_PASSWORD}`;
  const authorization = `Basic ${Buffer.from(credentials).toString('base64')}`;
  const answer = await fetch(`${environment.ASSAY_TEST_MANAGEMENT_URL}/api/overview`, { headers: { authorization } });
  if (!answer.ok) throw new Error(`GET /api/overview: ${answer.status} ${await answer.text()}`);
  const overview = await answer.json();
  return `RabbitMQ ${overview.rabbitmq_version} (Erlang ${overview.erlang_version})`;
}
