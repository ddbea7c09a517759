import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { emptyTotal, endChildren, inWords, runJest } from './run-jest.mjs';
import { CommandFailure, runCommand, say } from './say.mjs';
import { setUp } from './setup.mjs';
import { provideTestBroker } from './test-broker.mjs';
import { provideTestPostgres } from './test-postgres.mjs';

const USAGE = 'npm run test:faults -- [--minutes N] [--seed S]';

/**
 * `npm run test:faults`: deliveries through real processes while everything fails that can, for so many minutes (10 by default). The seed is printed;
 * given again, it makes the same schedule and the same choices. Ends with the figures.
 */
await runCommand('npm run test:faults', async (cleanUps) => {
  const { minutes, seed } = chosen();
  cleanUps.push(endChildren);
  await setUp();
  const { home, environment: broker } = await provideTestBroker(cleanUps);
  const { environment: database } = await provideTestPostgres(cleanUps);
  const faults = { ASSAY_FAULTS_SECONDS: String(Math.round(minutes * 60)), ASSAY_FAULTS_SEED: String(seed) };
  const environment = { ...broker, ...database, ...faults };
  const total = emptyTotal();
  await runJest({ project: 'product', chosen: ['test/faults/faults.test.ts'], home, environment, total });
  for (let next = cleanUps.pop(); next; next = cleanUps.pop()) await next();
  say(`\n${inWords(total)}; npm run test:faults -- --minutes ${minutes} --seed ${seed} does the same again`);
  if (total.failed > 0 || total.passed === 0) process.exitCode = 1;
});

function chosen() {
  let values;
  try {
    ({ values } = parseArgs({ options: { minutes: { type: 'string' }, seed: { type: 'string' } } }));
  } catch (error) {
    throw new CommandFailure(`${error.message}\nUsage: ${USAGE}`);
  }
  const minutes = Number(values.minutes ?? 10);
  const seed = Number(values.seed ?? randomInt(2 ** 31));
  if (!(minutes > 0 && minutes <= 24 * 60) || !Number.isSafeInteger(seed) || seed < 0)
    throw new CommandFailure(`--minutes is a number up to 1440, --seed a whole number.\nUsage: ${USAGE}`);
  return { minutes, seed };
}
