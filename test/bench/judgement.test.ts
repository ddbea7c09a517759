import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKOUT, evaluate } from '../local/run-program';

interface Row {
  target: number | null;
  floor: number | null;
  better: 'higher' | 'lower';
}

const FLOORS = JSON.parse(readFileSync(join(CHECKOUT, 'bench/floors.json'), 'utf8')) as {
  tolerance: number;
  rows: Record<string, Row>;
};

const inBench = (names: string, module: string, act: string): Promise<unknown> =>
  evaluate(`import { ${names} } from '${join(CHECKOUT, 'bench', module)}';
    const { judged: judgedRows } = await import('${join(CHECKOUT, 'bench/report/judgement.mjs')}');
    process.stdout.write(JSON.stringify(${act}));`);

const verdictsOf = async (key: string, values: number[]): Promise<string[]> => {
  const measured = JSON.stringify(values.map((value) => ({ key, value })));
  const rows = (await inBench('judged', 'report/judgement.mjs', `judged(${measured}, {})`)) as { verdict: string }[];
  return rows.map(({ verdict }) => verdict);
};

describe('the judgement of a benchmark', () => {
  it('tells a target reached from one missed, and a floor missed clearly from one missed by what runs differ', async () => {
    const { target, floor } = FLOORS.rows['than-loop'] as { target: number; floor: number };
    const clearly = floor * (1 - FLOORS.tolerance);
    expect(await verdictsOf('than-loop', [target, target - 0.01, clearly + 0.001, clearly - 0.001])).toEqual([
      'reached',
      'short of its target',
      'short of its target',
      'under its floor',
    ]);
  });

  it('does so the other way round where less is better', async () => {
    const { target, floor } = FLOORS.rows['first-move'] as { target: number; floor: number };
    const clearly = floor * (1 + FLOORS.tolerance);
    expect(await verdictsOf('first-move', [target, target + 0.01, clearly - 0.001, clearly + 0.001])).toEqual([
      'reached',
      'short of its target',
      'short of its target',
      'under its floor',
    ]);
  });

  it('holds what has no target against nothing', async () => {
    const key = Object.entries(FLOORS.rows).find(([, { target }]) => target === null)?.[0] ?? '';
    expect(await verdictsOf(key, [0, 1e9])).toEqual(['reported', 'reported']);
  });

  it('publishes of a run of some sections their rows alone, in the order of the page, each with its origin', async () => {
    const row = (key: string, value: number) => ({ key, value, rounds: [] });
    const machine = { date: '2026-01-02 03:04', commit: 'abc', processor: 'a processor' };
    const before = { took: 9, rows: [row('than-loop', 1), row('first-move', 2), row('reading', 3)] };
    const run = { took: 1, only: ['reading'], machine, rows: [row('reading', 4), row('original-size', 5)] };
    const published = (other: object) =>
      inBench('withRun', 'report/publish.mjs', `withRun(${JSON.stringify(before)}, ${JSON.stringify(other)})`);
    const note = '2026-01-02 03:04, commit abc, a processor';
    expect(await published(run)).toEqual({
      took: 9,
      rows: [
        row('than-loop', 1),
        { ...row('original-size', 5), note },
        row('first-move', 2),
        { ...row('reading', 4), note },
      ],
    });
    expect(await published({ ...run, only: null })).toMatchObject({ took: 1, rows: run.rows });
  });

  it('asks of no floor more than of its target', () => {
    for (const [key, { target, floor, better }] of Object.entries(FLOORS.rows)) {
      const asked = target === null || floor === null ? 0 : better === 'higher' ? floor - target : target - floor;
      expect({ key, asked: Math.max(0, asked) }).toEqual({ key, asked: 0 });
    }
  });

  it('says a row in the sizes of its plan', async () => {
    const act = `judged([{ key: 'wide-folder', value: 1 }], { wideFolder: { entries: 300000, folders: 1000 } })`;
    expect(await inBench('judged', 'report/judgement.mjs', act)).toMatchObject([
      { what: 'one folder of 300,000 files', peer: 'the same in 1,000 folders' },
    ]);
  });

  it('says on its page what keeps the main job from its floor, where it is clearly under it', async () => {
    const { floor } = FLOORS.rows['than-loop'] as { floor: number };
    const pageAt = (ratio: number): Promise<unknown> => {
      const rows = `judgedRows([{ key: 'than-loop', value: ${ratio}, ours: ${ratio * 10_000}, theirs: 10000, unit: 'files/s' }], {})`;
      const usage = { broker: 100, subscriber: 200, api: 100, reader: 100 };
      const each = Object.entries(usage).map(([name, microseconds]) => [
        name,
        { processes: 1, microseconds, peakMegabytes: 1 },
      ]);
      const run = `{ machine: { cores: 2, versions: {} }, versions: {}, notes: [], failures: [],
        usage: ${JSON.stringify(Object.fromEntries(each))}, rows: ${rows} }`;
      return inBench(
        'page',
        'report/page.mjs',
        `page({ run: ${run} }).match(/^Beside the best loop.*$/m)?.[0] ?? null`,
      );
    };
    expect(await pageAt(floor)).toBeNull();
    const told = await pageAt(floor / 2);
    expect(told).toContain('spend 500 µs of it on a file, so that 2 cores move 4,000 files/s at most');
    expect(told).toContain(`a file may cost ${2e6 / (floor * 10_000)} µs; RabbitMQ alone`);
  });

  it('compares round by round, and takes the middle', async () => {
    // By totals the ratio would be 2.2; the slow round of both is one round like the others.
    expect(await inBench('ratioOf', 'rounds.mjs', 'ratioOf([100, 10, 90], [50, 10, 30])')).toBe(2);
    expect(await inBench('median', 'probe/percentiles.mjs', 'median([4, 1, 3, 2])')).toBe(2.5);
    const waits = JSON.stringify(Array.from({ length: 200 }, (_, index) => 200 - index));
    expect(await inBench('summaryOf', 'probe/percentiles.mjs', `summaryOf(${waits})`)).toEqual({
      count: 200,
      p50: 100,
      p90: 180,
      p99: 198,
      max: 200,
    });
  });
});
