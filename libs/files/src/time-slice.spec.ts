import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { getPriority, release } from 'node:os';
import { join, resolve } from 'node:path';
import { NORMAL, REAL_TIME, policyIn } from '../../../test/local/scheduling';
import { answerAtOnce, answerInRealTime, shareProcessor, takeTurns } from './time-slice';

/** For programs of their own. */
const COMPILED = resolve(
  process.env['ASSAY_BUILD'] ?? join(__dirname, '../../../dist'),
  'libs/files/src/time-slice.js',
);

/** Milliseconds of this thread's slice, as the kernel shows it; null where it does not. */
function slice(): number | null {
  try {
    const shown = /^se\.slice\s*:\s*([\d.]+)$/m.exec(readFileSync('/proc/thread-self/sched', 'utf8'))?.[1];
    return shown === undefined ? null : Number(shown) / 1e6;
  } catch {
    return null;
  }
}

const [major = 0, minor = 0] = release().split('.').map(Number);
const known = process.platform === 'linux' && (major > 6 || (major === 6 && minor >= 12)) && slice() !== null;

(known ? it : it.skip)('a thread that answers at once asks for short turns, until it takes its turns again', () => {
  takeTurns();
  const before = slice();
  answerAtOnce();
  expect(slice()).toBe(0.1);
  takeTurns();
  expect(slice()).toBe(before);
});

it('asking changes no priority, and fails nowhere', () => {
  const before = getPriority();
  answerAtOnce();
  takeTurns();
  expect(getPriority()).toBe(before);
});

describe('a thread that answers in real time', () => {
  const own = () => policyIn(readFileSync('/proc/thread-self/stat', 'latin1'));
  const linux = process.platform === 'linux';
  const allowed = linux && spawnSync('chrt', ['--rr', '2', 'true']).status === 0;

  (allowed ? it : it.skip)('is one of real time, and what it starts is not', () => {
    try {
      expect(answerInRealTime('answers')).toBe(true);
      expect(own()).toBe(REAL_TIME);
      expect(policyIn(execFileSync('cat', ['/proc/self/stat'], { encoding: 'latin1' }))).toBe(NORMAL);
      expect(answerInRealTime('answers')).toBe(true);
    } finally {
      expect(shareProcessor(0)).toBe(true);
    }
    expect(own()).toBe(NORMAL);
  });

  (linux ? it : it.skip)('is a thread as before where that is not allowed', () => {
    const script = `const { answerInRealTime } = require(${JSON.stringify(COMPILED)});
      console.log(answerInRealTime('answers'), require('node:fs').readFileSync('/proc/thread-self/stat', 'latin1'));`;
    const without =
      process.getuid?.() === 0 ? ['setpriv', '--bounding-set', '-sys_nice', '--inh-caps', '-sys_nice'] : [];
    const [command = '', ...args] = [...without, 'prlimit', '--rtprio=0', process.execPath, '-e', script];
    const [said, stat = ''] = execFileSync(command, args, { encoding: 'latin1' }).split(/ (.*)/s);
    expect([said, policyIn(stat)]).toEqual(['false', NORMAL]);
  });

  (allowed ? it : it.skip)('is left as it is where an operator made it nice', () => {
    const script = `const { answerInRealTime } = require(${JSON.stringify(COMPILED)}); console.log(answerInRealTime('answers'));`;
    const said = execFileSync('nice', ['-n', '5', process.execPath, '-e', script], { encoding: 'latin1' });
    expect(said.trim()).toBe('false');
  });
});
