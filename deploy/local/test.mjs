import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { CHECKOUT } from './checkout.mjs';
import { withoutOwnVariables } from './own-variables.mjs';
import { CommandFailure, runCommand, say } from './say.mjs';
import { setUp } from './setup.mjs';
import { provideTestBroker } from './test-broker.mjs';
import { provideTestPostgres } from './test-postgres.mjs';

/** What a run of the whole suite checks besides jest; each counts as one test. */
const CHECKS = [
  { name: 'lint', program: 'eslint/bin/eslint.js', args: ['.'] },
  { name: 'types', program: 'typescript/bin/tsc', args: ['--noEmit', '-p', 'tsconfig.json'] },
  {
    name: 'architecture',
    program: 'dependency-cruiser/bin/dependency-cruise.mjs',
    args: ['--config', '.dependency-cruiser.js', 'apps', 'libs', 'test'],
  },
  { name: 'format', program: 'prettier/bin/prettier.cjs', args: ['--check', '--log-level', 'warn', '.'] },
];

/** Specs beside the code share the cores; tests of the whole product each want the machine for themselves. */
const PROJECTS = [
  { name: 'libs', args: ['--maxWorkers=2'] },
  { name: 'product', args: ['--runInBand'] },
];

const children = new Set();

/**
 * `npm test [-- WHAT]`: the whole suite, or only the tests that match WHAT (arguments of jest), against a private
 * broker of its own, which is stopped whatever happens. The last line is `N passed, N failed[, N skipped]`.
 */
await runCommand('npm test', async (cleanUps) => {
  const chosen = process.argv.slice(2);
  const total = { passed: 0, failed: 0, skipped: 0 };
  cleanUps.push(endChildren);
  await setUp();
  if (chosen.length === 0) {
    for (const check of CHECKS) await runCheck(check, total);
  }
  say('Starting a private broker and a private database …');
  const { home, environment: broker } = await provideTestBroker(cleanUps);
  const { environment: database } = await provideTestPostgres(cleanUps);
  const environment = { ...broker, ...database };
  for (const project of PROJECTS) await runJest(project, chosen, home, environment, total);
  for (let next = cleanUps.pop(); next; next = cleanUps.pop()) await next();
  if (total.passed + total.failed + total.skipped === 0) {
    throw new CommandFailure(`No test matches ${chosen.join(' ')}.`);
  }
  say(`\n${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`);
  if (total.failed > 0) process.exitCode = 1;
});

async function runCheck({ name, program, args }, total) {
  const code = await run(path.join('node_modules', program), args, withoutOwnVariables());
  say(`${code === 0 ? 'passed' : 'FAILED'}: ${name}`);
  if (code === 0) total.passed++;
  else total.failed++;
}

async function runJest({ name, args }, chosen, home, environment, total) {
  const output = path.join(home, `jest-${name}.json`);
  const all = ['--selectProjects', name, '--passWithNoTests', '--json', `--outputFile=${output}`, ...args, ...chosen];
  const code = await run('node_modules/jest/bin/jest.js', all, {
    ...withoutOwnVariables(),
    ...environment,
    // file-type is an ES module.
    NODE_OPTIONS: '--experimental-vm-modules --no-warnings=ExperimentalWarning',
  });
  if (!existsSync(output)) {
    say(`FAILED: jest (${name}) ended with code ${code} and reported nothing.`);
    total.failed++;
    return;
  }
  const result = JSON.parse(readFileSync(output, 'utf8'));
  total.passed += result.numPassedTests;
  // A suite that could not even be loaded has no tests to count.
  const failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
  total.failed += failed > 0 || code === 0 ? failed : 1;
  total.skipped += result.numPendingTests + result.numTodoTests;
}

function run(script, args, env) {
  return new Promise((resolve, reject) => {
    // jest's JSON goes to its file; its report for people is on stderr.
    const child = spawn(process.execPath, [path.join(CHECKOUT, script), ...args], {
      cwd: CHECKOUT,
      env,
      stdio: ['ignore', args.includes('--json') ? 'ignore' : 'inherit', 'inherit'],
    });
    children.add(child);
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      children.delete(child);
      resolve(signal ? 1 : code);
    });
  });
}

/** An interrupted run: its programs are asked to end, and killed after 10 s. */
async function endChildren() {
  await Promise.all(
    [...children].map(
      (child) =>
        new Promise((resolve) => {
          child.once('exit', resolve);
          child.kill('SIGTERM');
          setTimeout(() => child.kill('SIGKILL'), 10_000).unref();
        }),
    ),
  );
}
