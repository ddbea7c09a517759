import { readFileSync } from 'node:fs';
import { getPriority, release } from 'node:os';
import { answerAtOnce, takeTurns } from './time-slice';

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
