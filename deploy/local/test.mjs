import path from 'node:path';
import { withoutOwnVariables } from './own-variables.mjs';
import { emptyTotal, endChildren, inWords, runJest, runScript } from './run-jest.mjs';
import { CommandFailure, runCommand, say } from './say.mjs';
import { setUp } from './setup.mjs';
import { provideTestBroker } from './test-broker.mjs';
import { provideTestPostgres } from './test-postgres.mjs';

/**
 * What a run of the whole suite checks besides jest; each counts as one test. Two rows, one beside the other: lint takes as long as the rest.
 */
const CHECKS = [
  [{ name: 'lint', program: 'eslint/bin/eslint.js', args: ['.'] }],
  [
    { name: 'types', program: 'typescript/bin/tsc', args: ['--noEmit', '-p', 'tsconfig.json'] },
    {
      name: 'architecture',
      program: 'dependency-cruiser/bin/dependency-cruise.mjs',
      args: ['--config', '.dependency-cruiser.js', 'apps', 'libs', 'test'],
    },
    { name: 'format', program: 'prettier/bin/prettier.cjs', args: ['--check', '--log-level', 'warn', '.'] },
  ],
];

/**
 * `npm test [-- WHAT]`: the whole suite, or only the tests that match WHAT (arguments of jest), against a private
 * broker of its own, which is stopped whatever happens. The last line is `N passed, N failed[, N skipped]`.
 */
await runCommand('npm test', async (cleanUps) => {
  const chosen = process.argv.slice(2);
  const total = emptyTotal();
  cleanUps.push(endChildren);
  await setUp();
  if (chosen.length === 0) {
    await Promise.all(CHECKS.map((row) => runChecks(row, total)));
  }
  say('Starting a private broker and a private database …');
  const { home, environment: broker } = await provideTestBroker(cleanUps);
  const { environment: database } = await provideTestPostgres(cleanUps);
  const environment = { ...broker, ...database };
  for (const project of ['libs', 'product']) await runJest({ project, chosen, home, environment, total });
  for (let next = cleanUps.pop(); next; next = cleanUps.pop()) await next();
  if (total.passed + total.failed + total.skipped === 0) {
    throw new CommandFailure(`No test matches ${chosen.join(' ')}.`);
  }
  say(`\n${inWords(total)}`);
  if (total.failed > 0) process.exitCode = 1;
});

async function runChecks(row, total) {
  for (const check of row) await runCheck(check, total);
}

async function runCheck({ name, program, args }, total) {
  const code = await runScript(path.join('node_modules', program), args, { env: withoutOwnVariables() });
  say(`${code === 0 ? 'passed' : 'FAILED'}: ${name}`);
  if (code === 0) total.passed++;
  else total.failed++;
}
