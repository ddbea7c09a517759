import * as fs from 'node:fs';
import { join } from 'node:path';
import { Workbench, crashAt, namesOfOurs, tree } from './contract/workbench';

describe('what the sweep finds of those who died', () => {
  let bench: Workbench;
  beforeAll(async () => {
    bench = await Workbench.open();
  });
  afterAll(() => bench.close());

  it.each(['its message', 'a cancel'])(
    'is given back though its folder was away when its row was ended by %s, once the folder is there again',
    async (by) => {
      const made = await bench.scan([{ path: 'deep/a.jpg', content: 'staged' }]);
      await bench.deliver(bench.pool(crashAt('staged')));
      const [folder, away] = [join(made.directory, 'deep'), join(made.directory, 'away')];
      fs.renameSync(folder, away);
      if (by === 'a cancel') {
        bench.queue = [];
        await bench.ledger.cancelScan(made.id, null);
      }
      await bench.drain();
      await bench.sweep();
      expect(await bench.countsProblems(made.id)).toEqual([]);
      expect(await bench.rows(made.id)).toMatchObject([{ outcome: 'errored', reason: 'gone' }]);
      expect(namesOfOurs(tree(made.home))).toHaveLength(1);
      fs.renameSync(away, folder);
      await bench.sweep();
      expect([...tree(made.home)]).toEqual([[join(folder, 'a.jpg'), 'staged']]);
    },
  );

  it('is looked for no more where its folder went with what it held, a day after the end', async () => {
    const made = await bench.scan([{ path: 'deep/a.jpg', content: 'staged' }]);
    await bench.deliver(bench.pool(crashAt('staged')));
    fs.rmSync(join(made.directory, 'deep'), { recursive: true });
    await bench.drain();
    await bench.sweep();
    expect(await bench.ledger.unresolved([], 10)).toHaveLength(1);
    const now = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 25 * 3600_000);
    await bench.sweep();
    now.mockRestore();
    expect(await bench.ledger.unresolved([], 10)).toEqual([]);
  });
});
