import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { NORMAL, REAL_TIME, policyOf } from '../../../test/local/scheduling';
import { RealTime } from './real-time';

const allowed = process.platform === 'linux' && spawnSync('chrt', ['--rr', '2', 'true']).status === 0;

(allowed ? describe : describe.skip)('the thread of HTTP', () => {
  const realTime = new RealTime();
  afterEach(() => realTime.end());

  /** Computes nearly all the time, but for turns of the event loop. */
  const busyUntil = async (policy: number): Promise<void> => {
    for (const deadline = Date.now() + 10_000; policyOf(process.pid) !== policy && Date.now() < deadline;) {
      for (const end = performance.now() + 40; performance.now() < end;);
      await sleep(1);
    }
  };
  const idleUntil = async (policy: number): Promise<void> => {
    for (const deadline = Date.now() + 10_000; policyOf(process.pid) !== policy && Date.now() < deadline;)
      await sleep(50);
  };

  it('goes first while it does little, shares the processor while it has more to do than it can, and goes first again', async () => {
    expect(realTime.begin()).toBe(true);
    expect(policyOf(process.pid)).toBe(REAL_TIME);
    await busyUntil(NORMAL);
    expect(policyOf(process.pid)).toBe(NORMAL);
    await idleUntil(REAL_TIME);
    expect(policyOf(process.pid)).toBe(REAL_TIME);
    realTime.end();
    expect(policyOf(process.pid)).toBe(NORMAL);
  });
});
