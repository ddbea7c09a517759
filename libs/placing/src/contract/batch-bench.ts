import { type Plan, Workbench, namesOfOurs, tree } from './workbench';

type Made = Awaited<ReturnType<Workbench['scan']>>;

/** A workbench for the tests of one suite, its queues empty for each, and what they look at in the end. */
export class BatchBench {
  bench!: Workbench;

  /** To be called where a suite is described. */
  static forSuite(): BatchBench {
    const batch = new BatchBench();
    beforeAll(async () => {
      batch.bench = await Workbench.open();
    });
    afterAll(() => batch.bench.close());
    beforeEach(() => {
      batch.bench.queue = [];
      batch.bench.dead = [];
    });
    return batch;
  }

  /** Relative path → content of everything of one scan, sources and destinations. */
  files({ home, away }: Made): Record<string, string> {
    const all = [...tree(home, away)].map(([path, content]): [string, string] => {
      const top = [home, away].find((each) => path.startsWith(`${each}/`)) ?? '';
      return [path.slice(top.length + 1), content];
    });
    return Object.fromEntries(all);
  }

  async outcomes(made: Made): Promise<string[]> {
    return (await this.bench.rows(made.id)).map(({ outcome, reason }) =>
      reason === null ? outcome : `${outcome}: ${reason}`,
    );
  }

  /** Messages and sweeps until nothing is to be done: counts balance, and no name of ours is left. */
  async ended(made: Made): Promise<void> {
    await this.bench.drain();
    await this.bench.sweep();
    expect(await this.bench.countsProblems(made.id)).toEqual([]);
    expect(namesOfOurs(tree(made.home, made.away))).toEqual([]);
  }
}

export const many = (count: number): Plan[] =>
  Array.from({ length: count }, (_, at) => ({ path: `${at % 3}/f${at}.jpg`, content: `content ${at}` }));
