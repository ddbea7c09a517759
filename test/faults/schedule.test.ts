import { FAULTS } from './kinds/kinds';
import { schedule } from './schedule';

const MINUTE = 60_000;

describe('a schedule of faults', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(schedule(7, MINUTE, FAULTS)).toEqual(schedule(7, MINUTE, FAULTS));
    expect(schedule(8, MINUTE, FAULTS)).not.toEqual(schedule(7, MINUTE, FAULTS));
  });

  it('begins as a longer one of the same seed does', () => {
    const short = schedule(7, MINUTE, FAULTS);
    expect(schedule(7, 2 * MINUTE, FAULTS).slice(0, short.length)).toEqual(short);
  });

  it('has hundreds of faults in ten minutes, and each kind again and again', () => {
    for (const seed of [1, 2, 3]) {
      const planned = schedule(seed, 10 * MINUTE, FAULTS);
      expect(planned.length).toBeGreaterThan(500);
      for (const { name } of FAULTS) expect(planned.filter(({ kind }) => kind === name).length).toBeGreaterThan(8);
    }
  });

  it('is in the order of time, and ends in time', () => {
    const times = schedule(3, MINUTE, FAULTS).map(({ at }) => at);
    expect(times).toEqual([...times].sort((one, other) => one - other));
    expect(Math.max(...times)).toBeLessThanOrEqual(MINUTE);
  });
});
