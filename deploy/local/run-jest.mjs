import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { CHECKOUT } from './checkout.mjs';
import { withoutOwnVariables } from './own-variables.mjs';
import { CommandFailure, say } from './say.mjs';

const children = new Set();
/** True once the run is interrupted: nothing more is begun. */
let ending = false;

/**
 * What tests came to.
 * @typedef {{ passed: number, failed: number, skipped: number }} Total
 * @returns {Total}
 */
export function emptyTotal() {
  return { passed: 0, failed: 0, skipped: 0 };
}

/** `12 passed, 0 failed[, 1 skipped]` @param {Total} total */
export function inWords({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/** Specs beside the code need the processor; tests of the whole product wait half of their time, so that two beside each other take little longer than one. */
const ARGUMENTS = { libs: ['--maxWorkers=2'], product: ['--maxWorkers=2'] };

/**
 * Runs tests of one of jest's projects to their end and adds what they came to; its report for people goes to this
 * terminal. A run that ends without a report counts as one failure.
 * @param {object} run
 * @param {'libs' | 'product'} run.project
 * @param {string[]} run.chosen arguments of jest, such as patterns of paths; none: the whole project
 * @param {string} run.home a folder for jest's report
 * @param {Record<string, string>} run.environment on top of this program's, without the variables of an installation
 * @param {Total} run.total
 * @param {string} [run.node] program that runs them
 * @param {string} [run.checkout] whose tests they are
 */
export async function runJest({ project, chosen, home, environment, total, node, checkout }) {
  const output = path.join(home, `jest-${project}.json`);
  rmSync(output, { force: true });
  const args = [
    ...['--selectProjects', project, '--passWithNoTests', '--json', `--outputFile=${output}`],
    ...ARGUMENTS[project],
    ...chosen,
  ];
  // file-type is an ES module.
  const NODE_OPTIONS = '--experimental-vm-modules --no-warnings=ExperimentalWarning';
  const env = { ...withoutOwnVariables(), ...environment, NODE_OPTIONS };
  const code = await runScript('node_modules/jest/bin/jest.js', args, { env, node, checkout });
  if (!existsSync(output)) {
    say(`FAILED: jest (${project}) ended with code ${code} and reported nothing.`);
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

/**
 * Runs a script of the checkout to its end; resolves with its exit code, 1 where a signal ended it.
 * @param {string} script relative to the checkout
 * @param {string[]} args
 */
export function runScript(script, args, { env, node = process.execPath, checkout = CHECKOUT }) {
  if (ending) return Promise.reject(new CommandFailure('It was interrupted.'));
  return new Promise((resolve, reject) => {
    // jest's JSON goes to its file; its report for people is on stderr.
    const child = spawn(node, [path.join(checkout, script), ...args], {
      cwd: checkout,
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

/** Ends programs that still run, as those of an interrupted run do: they are asked to, and killed after 10 s; then none is started any more. */
export async function endChildren() {
  ending ||= children.size > 0;
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
