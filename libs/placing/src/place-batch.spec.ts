import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { OTHER_DEVICE, Stall, crashAt, tree } from './contract/workbench';
import { BatchBench, many } from './contract/batch-bench';
import { rounds } from './place-batch';

jest.setTimeout(60_000);

describe('placing a batch', () => {
  const suite = BatchBench.forSuite();

  it('moves every file to its destination, its bytes unchanged', async () => {
    const made = await suite.bench.scan(many(30));
    await suite.ended(made);
    expect(await suite.outcomes(made)).toEqual(Array.from({ length: 30 }, () => 'accepted'));
    expect(suite.files(made)).toEqual(
      Object.fromEntries(many(30).map(({ path, content }) => [`accepted/${path}`, content])),
    );
  });

  it('counts a file once that is named twice in a batch, and in two subscribers at once', async () => {
    const made = await suite.bench.scan(many(10));
    const batch = [...suite.bench.queue, ...suite.bench.queue];
    suite.bench.queue = [];
    await Promise.all([suite.bench.pool().take('normal', batch), suite.bench.pool().take('normal', batch)]);
    await suite.ended(made);
    expect(Object.keys(suite.files(made)).sort()).toEqual(
      many(10)
        .map(({ path }) => `accepted/${path}`)
        .sort(),
    );
    expect(suite.bench.dead).toEqual([]);
  });

  it('gives the second file of one destination a number, and the first of a foreign file too', async () => {
    const made = await suite.bench.scan([
      { path: 'x/a.jpg', content: 'one', to: 'a.jpg' },
      { path: 'y/a.jpg', content: 'two', to: 'a.jpg' },
    ]);
    fs.mkdirSync(made.destination, { recursive: true });
    fs.writeFileSync(join(made.destination, 'a.jpg'), 'foreign');
    fs.writeFileSync(join(made.destination, 'a-3.jpg'), 'foreign too');
    await suite.ended(made);
    expect(await suite.outcomes(made)).toEqual(['accepted', 'accepted']);
    const found = suite.files(made);
    expect(found).toMatchObject({ 'accepted/a.jpg': 'foreign', 'accepted/a-3.jpg': 'foreign too' });
    expect(Object.keys(found)).toHaveLength(4);
    for (const row of await suite.bench.rows(made.id))
      expect(fs.readFileSync(row.destination ?? '', 'utf8')).toBe(row.path === 'x/a.jpg' ? 'one' : 'two');
  });

  it('leaves a file whose destination is taken, where it may not be numbered', async () => {
    const made = await suite.bench.scan([
      { path: 'x/a.jpg', content: 'one', to: 'a.jpg', onConflict: 'fail' },
      { path: 'y/a.jpg', content: 'two', to: 'a.jpg', onConflict: 'fail' },
      { path: 'b.jpg', content: 'three', onConflict: 'fail' },
    ]);
    fs.mkdirSync(made.destination, { recursive: true });
    fs.writeFileSync(join(made.destination, 'b.jpg'), 'foreign');
    await suite.ended(made);
    expect(await suite.outcomes(made)).toEqual([
      'accepted',
      expect.stringMatching(/^conflicted: destination-taken/),
      'conflicted: destination-taken',
    ]);
    expect(suite.files(made)).toEqual({
      'accepted/a.jpg': 'one',
      'accepted/b.jpg': 'foreign',
      'in/b.jpg': 'three',
      'in/y/a.jpg': 'two',
    });
  });

  it.each(['by rename', ...(OTHER_DEVICE ? ['to another device'] : [])])(
    'places two files with the same bytes as two files, %s, and again after a crash',
    async (way) => {
      for (const step of ['staged', 'published', 'sources-finished'] as const) {
        const made = await suite.bench.scan(
          [
            { path: 'a.jpg', content: 'same' },
            { path: 'b.jpg', content: 'same' },
          ],
          { copies: way !== 'by rename' },
        );
        await suite.bench.deliver(suite.bench.pool(crashAt(step)));
        await suite.ended(made);
        expect(suite.files(made)).toEqual({ 'accepted/a.jpg': 'same', 'accepted/b.jpg': 'same' });
      }
    },
  );

  it.each(['by rename', ...(OTHER_DEVICE ? ['to another device'] : [])])(
    'places every name of a file with hard links, %s, and again after a crash',
    async (way) => {
      for (const step of ['staged', 'checked', 'published', 'sources-finished'] as const) {
        const made = await suite.bench.scan(
          [
            { path: 'a.jpg', content: 'same' },
            { path: 'b.jpg', content: '', linkOf: 'a.jpg' },
          ],
          { copies: way !== 'by rename' },
        );
        await suite.bench.deliver(suite.bench.pool(crashAt(step)));
        await suite.ended(made);
        expect(await suite.outcomes(made)).toEqual(['accepted', 'accepted']);
        expect(suite.files(made)).toEqual({ 'accepted/a.jpg': 'same', 'accepted/b.jpg': 'same' });
      }
    },
  );

  it('takes a hard link that others made at the destination for the file itself, and leaves no name of ours', async () => {
    const made = await suite.bench.scan([{ path: 'a.jpg', content: 'linked' }]);
    fs.mkdirSync(made.destination);
    fs.linkSync(join(made.directory, 'a.jpg'), join(made.destination, 'a.jpg'));
    await suite.ended(made);
    expect(await suite.outcomes(made)).toEqual(['accepted']);
    expect(suite.files(made)).toEqual({ 'accepted/a.jpg': 'linked' });
  });

  it.each([
    ['beneath its source', (directory: string) => join(directory, 'accepted')],
    ['the very place where it lies', (directory: string) => directory],
  ])('keeps a file whose destination is %s, after a crash at any step too', async (_, accept) => {
    for (const step of ['claimed', 'staged', 'checked', 'published', 'sources-finished', 'ended'] as const) {
      const made = await suite.bench.scan([{ path: 'a.jpg', content: 'kept' }], { accept });
      await suite.bench.deliver(suite.bench.pool(crashAt(step)));
      await suite.ended(made);
      expect(await suite.outcomes(made)).toEqual(['accepted']);
      expect([...tree(made.home)]).toEqual([[join(made.destination, 'a.jpg'), 'kept']]);
    }
  });

  it('gives a staged file back where its destination can’t be made any more', async () => {
    const made = await suite.bench.scan([{ path: 'a.jpg', content: 'back', to: 'deep/a.jpg' }]);
    await suite.bench.deliver(suite.bench.pool(crashAt('staged')));
    fs.rmdirSync(join(made.destination, 'deep'));
    fs.writeFileSync(join(made.destination, 'deep'), 'a file in the way');
    await suite.ended(made);
    expect(await suite.outcomes(made)).toEqual([expect.stringMatching(/^errored: unplaceable: ENOTDIR/)]);
    expect(suite.files(made)).toEqual({ 'accepted/deep': 'a file in the way', 'in/a.jpg': 'back' });
    expect(suite.bench.dead).toHaveLength(1);
  });

  it('errs on a name that no file system takes, and touches nothing', async () => {
    const name = `${'n'.repeat(256)}.jpg`;
    const made = await suite.bench.scan([
      { path: 'a.jpg', content: 'long', to: name },
      { path: 'b.jpg', content: 'fine' },
    ]);
    await suite.ended(made);
    expect(await suite.outcomes(made)).toEqual([
      expect.stringMatching(/^errored: unplaceable: ENAMETOOLONG/),
      'accepted',
    ]);
    expect(suite.files(made)).toEqual({ 'in/a.jpg': 'long', 'accepted/b.jpg': 'fine' });
  });

  it('takes nothing that a message says for granted', async () => {
    const made = await suite.bench.scan([{ path: 'a.jpg', content: 'mine' }]);
    suite.bench.queue = [
      suite.bench.delivery({ scan: made.id, seq: 1, generation: 1, path: 'b.jpg' }),
      suite.bench.delivery({ scan: made.id, seq: 9, generation: 1, path: 'a.jpg' }),
      suite.bench.delivery({ scan: made.id, seq: 1, generation: 0, path: 'a.jpg' }),
      suite.bench.delivery({ scan: made.id, seq: 1, generation: 2, path: 'a.jpg' }),
      { body: Buffer.from('{'), key: 'files.normal', headers: {}, redelivered: false },
      ...suite.bench.queue,
    ];
    await suite.ended(made);
    expect(suite.bench.dead).toHaveLength(4);
    expect(suite.files(made)).toEqual({ 'accepted/a.jpg': 'mine' });
  });

  it('puts nothing of a batch at risk for the one file that fails', async () => {
    const made = await suite.bench.scan([...many(5), { path: 'bad/x.jpg', content: 'changes' }]);
    fs.appendFileSync(join(made.directory, 'bad/x.jpg'), '!');
    await suite.ended(made);
    expect(await suite.outcomes(made)).toEqual([
      ...Array.from({ length: 5 }, () => 'accepted'),
      'errored: changed-since-inspection',
    ]);
  });

  it('keeps a source that was written to after it was copied', async () => {
    if (!OTHER_DEVICE) return;
    const made = await suite.bench.scan([{ path: 'a.jpg', content: 'copied' }], { copies: true });
    const writer = fs.openSync(join(made.directory, 'a.jpg'), 'a');
    const stall = new Stall('checked');
    const placing = suite.bench.deliver(suite.bench.pool(stall.onStep));
    await stall.reached;
    fs.writeSync(writer, ', then written to');
    fs.closeSync(writer);
    stall.goOn();
    await placing;
    await suite.ended(made);
    expect(suite.files(made)).toEqual({ 'accepted/a.jpg': 'copied', 'in/a.jpg': 'copied, then written to' });
  });

  it('pauses and counts no attempt where the disk of the destination is full', async () => {
    const small = join(suite.bench.top, 'small');
    fs.mkdirSync(small, { recursive: true });
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', small]).status !== 0) {
      console.warn('This machine lets nobody mount: a full disk is not tested');
      return;
    }
    try {
      const made = await suite.bench.scan([{ path: 'a.jpg', content: 'x'.repeat(100_000) }], {
        accept: () => join(small, 'accepted'),
      });
      await suite.bench.deliver(suite.bench.pool());
      expect(await suite.outcomes(made)).toEqual(['pending']);
      expect((await suite.bench.row(made.id)).attempts).toBe(0);
      expect(Object.keys(suite.files(made))).toEqual(['in/a.jpg']);
      expect(tree(small).size).toBe(0);
      spawnSync('mount', ['-o', 'remount,size=1m', small]);
      await suite.bench.drain();
      expect(await suite.outcomes(made)).toEqual(['accepted']);
      expect([...tree(small).values()]).toEqual(['x'.repeat(100_000)]);
    } finally {
      spawnSync('umount', [small]);
      fs.rmdirSync(small);
    }
  });

  it('splits a batch so that a round copies a bounded number of bytes', () => {
    const mebi = 1 << 20;
    const sizes = [0, 0, 200 * mebi, 100 * mebi, 0, 300 * mebi, 0];
    expect(rounds(sizes, (size) => size)).toEqual([
      [0, 0, 200 * mebi],
      [100 * mebi, 0],
      [300 * mebi, 0],
    ]);
    expect(rounds([], () => 1)).toEqual([]);
  });
});
