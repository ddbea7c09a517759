import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { INTERFERENCES, STEPS, Trial } from './contract/trial';
import { OTHER_DEVICE, Stall, Workbench, crashAt } from './contract/workbench';

/* Run once as the kernel is, and once more in a process to which it refuses renameat2: see the last test. */
const REFUSED = process.env['ASSAY_TEST_RENAMEAT2'] === 'refused';
const WAYS = [
  { way: REFUSED ? 'by link and unlink' : 'by rename', copies: false },
  ...(OTHER_DEVICE ? [{ way: 'to another device', copies: true }] : []),
];
if (!OTHER_DEVICE) console.warn('No second device beside the temp folder: placing by copy is not tested');

jest.setTimeout(300_000);

describe.each(WAYS)('a file that is moved $way', ({ copies }) => {
  let bench: Workbench;
  beforeAll(async () => {
    bench = await Workbench.open();
  });
  afterAll(() => bench.close());

  /** Runs all, so that a failure shows the whole pattern. */
  async function every<T>(cases: readonly T[], run: (one: T) => Promise<string[]>): Promise<void> {
    const wrong: string[] = [];
    for (const one of cases)
      try {
        wrong.push(...(await run(one)).map((problem) => `${JSON.stringify(one)}: ${problem}`));
      } catch (error) {
        wrong.push(`${JSON.stringify(one)}: ${(error as Error).stack}`);
      }
    expect(wrong).toEqual([]);
  }

  const pairs = STEPS.flatMap((first) => INTERFERENCES.map((what) => ({ first, what })));

  it.each(['number', 'fail'] as const)(
    'survives a crash at any step, whatever others do meanwhile (on conflict: %s)',
    async (onConflict) => {
      await every(pairs, async ({ first, what }) => {
        const trial = await Trial.begin(bench, { copies, onConflict });
        await trial.crash(crashAt(first));
        trial.interfere(what);
        return trial.problems();
      });
    },
  );

  it('survives a second crash at any step', async () => {
    const cases = STEPS.flatMap((first) => STEPS.map((second) => ({ first, second })));
    await every(cases, async ({ first, second }) => {
      const trial = await Trial.begin(bench, { copies });
      await trial.crash(crashAt(first));
      await trial.crash(crashAt(second));
      return trial.problems();
    });
  });

  it('survives a second crash, whatever others did after the first', async () => {
    const cases = pairs.flatMap(({ first, what }) =>
      (['taken-over', 'staged', 'checked', 'published', 'dead-lettered'] as const).map((second) => ({
        first,
        what,
        second,
      })),
    );
    await every(cases, async ({ first, what, second }) => {
      const trial = await Trial.begin(bench, { copies });
      await trial.crash(crashAt(first));
      trial.interfere(what);
      await trial.crash(crashAt(second));
      return trial.problems();
    });
  });

  it.each(['its message', 'the sweep'] as const)(
    'is put back or found placed by %s, when its scan was cancelled after a crash at any step',
    async (by) => {
      await every(pairs, async ({ first, what }) => {
        const trial = await Trial.begin(bench, { copies });
        await trial.crash(crashAt(first));
        trial.interfere(what);
        await bench.ledger.cancelScan(trial.made.id, null);
        if (by === 'the sweep') bench.queue = [];
        return trial.problems();
      });
    },
  );

  it('is seen to by the sweep alone, when its message was lost with a crash after its last attempt', async () => {
    await every(pairs, async ({ first, what }) => {
      const trial = await Trial.begin(bench, { copies });
      await trial.crash(crashAt(first));
      trial.interfere(what);
      const [delivery] = bench.queue.splice(0);
      if (!delivery) return trial.problems();
      // No attempt is left, and the process dies as soon as the row has ended.
      bench.queue.push(delivery);
      await bench.deliver(bench.pool(undefined, 1));
      await bench.deliver(bench.pool(undefined, 1));
      return trial.problems();
    });
  });

  it('survives a subscriber that stops at any step while another finishes, and then goes on', async () => {
    await every(pairs, async ({ first, what }) => {
      const trial = await Trial.begin(bench, { copies });
      const duplicate = [...bench.queue];
      const stall = new Stall(first);
      const slow = trial.crash(stall.onStep);
      await Promise.race([stall.reached, slow]);
      trial.interfere(what);
      bench.queue.push(...duplicate);
      await bench.drain();
      stall.goOn();
      await slow;
      return trial.problems();
    });
  });

  it('survives a subscriber that goes on only to die at a later step', async () => {
    const cases = STEPS.flatMap((first, at) => STEPS.slice(at + 1).map((then) => ({ first, then })));
    await every(cases, async ({ first, then }) => {
      const trial = await Trial.begin(bench, { copies });
      const duplicate = [...bench.queue];
      const stall = new Stall(first, crashAt(then));
      const slow = trial.crash(stall.onStep);
      await Promise.race([stall.reached, slow]);
      bench.queue.push(...duplicate);
      await bench.drain();
      stall.goOn();
      await slow;
      return trial.problems();
    });
  });

  it('leaves no name of ours when a subscriber goes on, after its row has ended, only to die', async () => {
    const firsts = ['claimed', 'taken-over'] as const;
    const cases = firsts.flatMap((first) => STEPS.slice(STEPS.indexOf(first) + 1).map((then) => ({ first, then })));
    await every(cases, async ({ first, then }) => {
      const trial = await Trial.begin(bench, { copies, onConflict: 'fail' });
      const duplicate = [...bench.queue];
      const stall = new Stall(first, crashAt(then));
      const slow = trial.crash(stall.onStep);
      await Promise.race([stall.reached, slow]);
      trial.interfere('a foreign file at the destination');
      bench.queue.push(...duplicate);
      await bench.drain();
      stall.goOn();
      await slow;
      // The broker has settled its message with another: only the sweep can see to what it left.
      bench.queue = [];
      return trial.problems();
    });
  });

  it('survives a subscriber that goes on while the other is between two steps', async () => {
    const cases = STEPS.flatMap((first) => STEPS.map((other) => ({ first, other })));
    await every(cases, async ({ first, other }) => {
      const trial = await Trial.begin(bench, { copies });
      const duplicate = [...bench.queue];
      const one = new Stall(first);
      const slow = trial.crash(one.onStep);
      await Promise.race([one.reached, slow]);
      bench.queue.push(...duplicate);
      const two = new Stall(other);
      const slower = trial.crash(two.onStep);
      await Promise.race([two.reached, slower]);
      one.goOn();
      await slow;
      two.goOn();
      await slower;
      return trial.problems();
    });
  });

  it('is placed or left, one of the two, when its scan is cancelled at any step', async () => {
    await every(STEPS, async (first) => {
      const trial = await Trial.begin(bench, { copies });
      const stall = new Stall(first);
      const slow = trial.crash(stall.onStep);
      await Promise.race([stall.reached, slow]);
      await bench.ledger.cancelScan(trial.made.id, null);
      stall.goOn();
      await slow;
      // Also where nobody but its holder, which lives on, could end it.
      bench.queue = [];
      return trial.problems();
    });
  });

  it('is placed once, however often its message is delivered to however many subscribers', async () => {
    await every([1, 2, 3, 4, 5], async () => {
      const trial = await Trial.begin(bench, { copies });
      const message = bench.queue.splice(0);
      const pools = Array.from({ length: 4 }, () => bench.pool());
      const deliveries = Array.from({ length: 5 }, () =>
        pools.map((pool) => pool.take('normal', [...message, ...message])),
      );
      await Promise.all(deliveries.flat());
      const problems = await trial.problems();
      const row = await bench.row(trial.made.id);
      if (row.outcome !== 'accepted') problems.push(`${row.outcome}: ${row.reason ?? ''}`);
      if (bench.dead.length > 0) problems.push(`dead letters: ${bench.dead.join()}`);
      return problems;
    });
  });
});

const onlyUnrefused = REFUSED || process.platform !== 'linux' ? it.skip : it;
onlyUnrefused('All of this holds where the kernel or the file system has no rename without replacing', () => {
  const preload = join(__dirname, '../../files/src/move-file/refuse-renameat2.cjs');
  const jest = join(__dirname, '../../../node_modules/jest/bin/jest.js');
  const { status, stderr } = spawnSync(
    process.execPath,
    [
      '--require',
      preload,
      jest,
      '--runInBand',
      '--selectProjects',
      'libs',
      '--runTestsByPath',
      __filename,
      join(__dirname, 'place-batch.spec.ts'),
      join(__dirname, 'place-batch-attempts.spec.ts'),
    ],
    { env: { ...process.env, ASSAY_TEST_RENAMEAT2: 'refused' }, encoding: 'utf8', cwd: join(__dirname, '../../..') },
  );
  if (status !== 0) throw new Error(stderr.slice(-6_000));
});
