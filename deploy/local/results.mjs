import { inWords } from './run-jest.mjs';
import { say } from './say.mjs';

/**
 * What a suite came to in one surrounding.
 * @typedef {{ what: string, total: import('./run-jest.mjs').Total } | { what: string, skipped: string }} Result `skipped`: why
 */

/**
 * Prints one line a result and sets the exit code: 1 where a test failed or nothing ran at all. What was skipped is
 * told and fails nothing.
 * @param {Result[]} results
 */
export function report(results) {
  const width = Math.max(...results.map(({ what }) => what.length));
  say('');
  for (const { what, total, skipped } of results) {
    say(`${what.padEnd(width)}  ${total ? inWords(total) : `skipped: ${skipped}`}`);
  }
  const ran = results.filter(({ total }) => total && total.passed + total.failed > 0);
  if (ran.length === 0 || ran.some(({ total }) => total.failed > 0)) process.exitCode = 1;
}
