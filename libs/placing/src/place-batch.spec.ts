import { identityAt, ownName } from '@assay/files';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { OTHER_DEVICE, type Plan, Stall, Workbench, crashAt, namesOfOurs, tree } from './contract/workbench';
import { placeBatch, rounds } from './place-batch';
import { Placement } from './placement';

jest.setTimeout(60_000);

describe('placing a batch', () => {
  let bench: Workbench;
  beforeAll(async () => {
    bench = await Workbench.open();
  });
  afterAll(() => bench.close());
  beforeEach(() => {
    bench.queue = [];
    bench.dead = [];
  });

  type Made = Awaited<ReturnType<Workbench['scan']>>;

  /** Relative path → content of everything of one scan, sources and destinations. */
  function files({ home, away }: Made): Record<string, string> {
    const all = [...tree(home, away)].map(([path, content]): [string, string] => {
      const top = [home, away].find((each) => path.startsWith(`${each}/`)) ?? '';
      return [path.slice(top.length + 1), content];
    });
    return Object.fromEntries(all);
  }

  async function outcomes(made: Made): Promise<string[]> {
    return (await bench.rows(made.id)).map(({ outcome, reason }) =>
      reason === null ? outcome : `${outcome}: ${reason}`,
    );
  }

  async function ended(made: Made): Promise<void> {
    await bench.drain();
    await bench.sweep();
    expect(await bench.countsProblems(made.id)).toEqual([]);
    expect(namesOfOurs(tree(made.home, made.away))).toEqual([]);
  }

  const many = (count: number): Plan[] =>
    Array.from({ length: count }, (_, at) => ({ path: `${at % 3}/f${at}.jpg`, content: `content ${at}` }));

  it('moves every file to its destination, its bytes unchanged', async () => {
    const made = await bench.scan(many(30));
    await ended(made);
    expect(await outcomes(made)).toEqual(Array.from({ length: 30 }, () => 'accepted'));
    expect(files(made)).toEqual(Object.fromEntries(many(30).map(({ path, content }) => [`accepted/${path}`, content])));
  });

  it('counts a file once that is named twice in a batch, and in two subscribers at once', async () => {
    const made = await bench.scan(many(10));
    const batch = [...bench.queue, ...bench.queue];
    bench.queue = [];
    await Promise.all([bench.pool().take('normal', batch), bench.pool().take('normal', batch)]);
    await ended(made);
    expect(Object.keys(files(made)).sort()).toEqual(
      many(10)
        .map(({ path }) => `accepted/${path}`)
        .sort(),
    );
    expect(bench.dead).toEqual([]);
  });

  it('gives the second file of one destination a number, and the first of a foreign file too', async () => {
    const made = await bench.scan([
      { path: 'x/a.jpg', content: 'one', to: 'a.jpg' },
      { path: 'y/a.jpg', content: 'two', to: 'a.jpg' },
    ]);
    fs.mkdirSync(made.destination, { recursive: true });
    fs.writeFileSync(join(made.destination, 'a.jpg'), 'foreign');
    fs.writeFileSync(join(made.destination, 'a-3.jpg'), 'foreign too');
    await ended(made);
    expect(await outcomes(made)).toEqual(['accepted', 'accepted']);
    const found = files(made);
    expect(found).toMatchObject({ 'accepted/a.jpg': 'foreign', 'accepted/a-3.jpg': 'foreign too' });
    expect(Object.keys(found)).toHaveLength(4);
    for (const row of await bench.rows(made.id))
      expect(fs.readFileSync(row.destination ?? '', 'utf8')).toBe(row.path === 'x/a.jpg' ? 'one' : 'two');
  });

  it('leaves a file whose destination is taken, where it may not be numbered', async () => {
    const made = await bench.scan([
      { path: 'x/a.jpg', content: 'one', to: 'a.jpg', onConflict: 'fail' },
      { path: 'y/a.jpg', content: 'two', to: 'a.jpg', onConflict: 'fail' },
      { path: 'b.jpg', content: 'three', onConflict: 'fail' },
    ]);
    fs.mkdirSync(made.destination, { recursive: true });
    fs.writeFileSync(join(made.destination, 'b.jpg'), 'foreign');
    await ended(made);
    expect(await outcomes(made)).toEqual([
      'accepted',
      expect.stringMatching(/^conflicted: destination-taken/),
      'conflicted: destination-taken',
    ]);
    expect(files(made)).toEqual({
      'accepted/a.jpg': 'one',
      'accepted/b.jpg': 'foreign',
      'in/b.jpg': 'three',
      'in/y/a.jpg': 'two',
    });
  });

  it('places two files with the same bytes as two files', async () => {
    const made = await bench.scan([
      { path: 'a.jpg', content: 'same' },
      { path: 'b.jpg', content: 'same' },
    ]);
    await bench.deliver(bench.pool(crashAt('published')));
    await ended(made);
    expect(files(made)).toEqual({ 'accepted/a.jpg': 'same', 'accepted/b.jpg': 'same' });
  });

  it.each(['by rename', ...(OTHER_DEVICE ? ['to another device'] : [])])(
    'places every name of a file with hard links, %s, and again after a crash',
    async (way) => {
      for (const step of ['staged', 'checked', 'published', 'sources-finished'] as const) {
        const made = await bench.scan(
          [
            { path: 'a.jpg', content: 'same' },
            { path: 'b.jpg', content: '', linkOf: 'a.jpg' },
          ],
          { copies: way !== 'by rename' },
        );
        await bench.deliver(bench.pool(crashAt(step)));
        await ended(made);
        expect(await outcomes(made)).toEqual(['accepted', 'accepted']);
        expect(files(made)).toEqual({ 'accepted/a.jpg': 'same', 'accepted/b.jpg': 'same' });
      }
    },
  );

  it('takes a hard link that others made at the destination for the file itself, and leaves no name of ours', async () => {
    const made = await bench.scan([{ path: 'a.jpg', content: 'linked' }]);
    fs.mkdirSync(made.destination);
    fs.linkSync(join(made.directory, 'a.jpg'), join(made.destination, 'a.jpg'));
    await ended(made);
    expect(await outcomes(made)).toEqual(['accepted']);
    expect(files(made)).toEqual({ 'accepted/a.jpg': 'linked' });
  });

  it.each([
    ['beneath its source', (directory: string) => join(directory, 'accepted')],
    ['the very place where it lies', (directory: string) => directory],
  ])('keeps a file whose destination is %s, after a crash at any step too', async (_, accept) => {
    for (const step of ['claimed', 'staged', 'checked', 'published', 'sources-finished', 'ended'] as const) {
      const made = await bench.scan([{ path: 'a.jpg', content: 'kept' }], { accept });
      await bench.deliver(bench.pool(crashAt(step)));
      await ended(made);
      expect(await outcomes(made)).toEqual(['accepted']);
      expect([...tree(made.home)]).toEqual([[join(made.destination, 'a.jpg'), 'kept']]);
    }
  });

  it('gives a staged file back where its destination can’t be made any more', async () => {
    const made = await bench.scan([{ path: 'a.jpg', content: 'back', to: 'deep/a.jpg' }]);
    await bench.deliver(bench.pool(crashAt('staged')));
    fs.rmdirSync(join(made.destination, 'deep'));
    fs.writeFileSync(join(made.destination, 'deep'), 'a file in the way');
    await ended(made);
    expect(await outcomes(made)).toEqual([expect.stringMatching(/^errored: unplaceable: ENOTDIR/)]);
    expect(files(made)).toEqual({ 'accepted/deep': 'a file in the way', 'in/a.jpg': 'back' });
    expect(bench.dead).toHaveLength(1);
  });

  it('errs on a name that no file system takes, and touches nothing', async () => {
    const name = `${'n'.repeat(256)}.jpg`;
    const made = await bench.scan([
      { path: 'a.jpg', content: 'long', to: name },
      { path: 'b.jpg', content: 'fine' },
    ]);
    await ended(made);
    expect(await outcomes(made)).toEqual([expect.stringMatching(/^errored: unplaceable: ENAMETOOLONG/), 'accepted']);
    expect(files(made)).toEqual({ 'in/a.jpg': 'long', 'accepted/b.jpg': 'fine' });
  });

  it('names the file that it had to keep beside a new one, though an attempt that died had kept it', async () => {
    const made = await bench.scan([{ path: 'a.jpg', content: 'judged' }]);
    await bench.deliver(bench.pool(crashAt('staged')));
    fs.writeFileSync(join(made.directory, 'a.jpg'), 'new');
    await bench.ledger.cancelScan(made.id, null);
    await ended(made);
    const kept = `a.jpg.assay-kept-${made.id}.1`;
    expect(files(made)).toEqual({ 'in/a.jpg': 'new', [`in/${kept}`]: 'judged' });
    expect(await outcomes(made)).toEqual([`left: cancelled: kept as '${kept}', since a new file has its name`]);
  });

  it('believes that a file is gone only when it was absent twice', async () => {
    const made = await bench.scan([{ path: 'x/a.jpg', content: 'goes' }]);
    fs.renameSync(join(made.directory, 'x'), join(made.directory, 'y'));
    await bench.deliver(bench.pool());
    expect(await outcomes(made)).toEqual(['pending']);
    expect(bench.queue).toHaveLength(1);
    await ended(made);
    expect(await outcomes(made)).toEqual(['errored: gone']);
    expect(files(made)).toEqual({ 'in/y/a.jpg': 'goes' });
  });

  it('calls no file gone whose root is away, and counts no attempt', async () => {
    const made = await bench.scan([{ path: 'a.jpg', content: 'away' }]);
    fs.renameSync(bench.top, `${bench.top}-unmounted`);
    await bench.deliver(bench.pool());
    await bench.deliver(bench.pool());
    fs.renameSync(`${bench.top}-unmounted`, bench.top);
    expect(await outcomes(made)).toEqual(['pending']);
    expect((await bench.row(made.id)).attempts).toBe(0);
    await ended(made);
    expect(files(made)).toEqual({ 'accepted/a.jpg': 'away' });
  });

  it('ends what used up its attempts without touching it, and puts back what they left', async () => {
    const made = await bench.scan(many(4));
    for (let attempt = 0; attempt < 3; attempt += 1) await bench.deliver(bench.pool(crashAt('staged'), 3));
    expect(namesOfOurs(tree(made.home))).toHaveLength(4);
    // Once through the delay ladder first: the last attempt might be under way elsewhere.
    await bench.deliver(bench.pool(undefined, 3));
    expect(bench.queue).toHaveLength(4);
    await bench.deliver(bench.pool(undefined, 3));
    await ended(made);
    expect(await outcomes(made)).toEqual(Array.from({ length: 4 }, () => 'errored: attempts-used-up: 3 attempts'));
    expect(files(made)).toEqual(Object.fromEntries(many(4).map(({ path, content }) => [`in/${path}`, content])));
    expect(bench.dead).toHaveLength(4);
  });

  it('corrects a row that ended for want of attempts while its file had reached its destination', async () => {
    const made = await bench.scan(many(2));
    await bench.deliver(bench.pool(crashAt('published'), 1));
    await bench.deliver(bench.pool(undefined, 1));
    await bench.deliver(bench.pool(undefined, 1));
    await ended(made);
    expect(await outcomes(made)).toEqual(['accepted', 'accepted']);
  });

  it('frees the row of a cancelled scan whose holder failed and lives on', async () => {
    const made = await bench.scan([{ path: 'a.jpg', content: 'held' }]);
    const failing = bench.pool(crashAt('checked'));
    await bench.deliver(failing);
    await bench.ledger.cancelScan(made.id, null);
    await bench.ledger.beat('holder-1', 1);
    await bench.deliver(failing);
    expect(await outcomes(made)).toEqual(['left: cancelled']);
    await ended(made);
    expect(files(made)).toEqual({ 'in/a.jpg': 'held' });
  });

  it('dead-letters nothing for an attempt that found its file gone because another has it', async () => {
    const made = await bench.scan([{ path: 'a.jpg', content: 'stolen' }]);
    const [assignment] = made.assignments;
    if (!assignment) throw new Error('no assignment');
    bench.queue = [bench.delivery(assignment, 2)];
    const stall = new Stall('taken-over');
    const slow = bench.deliver(bench.pool(stall.onStep));
    await stall.reached;
    await bench.pool().take('normal', [bench.delivery(assignment)]);
    stall.goOn();
    await slow;
    await ended(made);
    expect(bench.dead).toEqual([]);
    expect(await outcomes(made)).toEqual(['accepted']);
  });

  it('takes nothing that a message says for granted', async () => {
    const made = await bench.scan([{ path: 'a.jpg', content: 'mine' }]);
    bench.queue = [
      bench.delivery({ scan: made.id, seq: 1, generation: 1, path: 'b.jpg' }),
      bench.delivery({ scan: made.id, seq: 9, generation: 1, path: 'a.jpg' }),
      bench.delivery({ scan: made.id, seq: 1, generation: 0, path: 'a.jpg' }),
      bench.delivery({ scan: made.id, seq: 1, generation: 2, path: 'a.jpg' }),
      { body: Buffer.from('{'), key: 'files.normal', headers: {}, redelivered: false },
      ...bench.queue,
    ];
    await ended(made);
    expect(bench.dead).toHaveLength(4);
    expect(files(made)).toEqual({ 'accepted/a.jpg': 'mine' });
  });

  it('puts nothing of a batch at risk for the one file that fails', async () => {
    const made = await bench.scan([...many(5), { path: 'bad/x.jpg', content: 'changes' }]);
    fs.appendFileSync(join(made.directory, 'bad/x.jpg'), '!');
    await ended(made);
    expect(await outcomes(made)).toEqual([
      ...Array.from({ length: 5 }, () => 'accepted'),
      'errored: changed-since-inspection',
    ]);
  });

  it('rejects where the ledger fails, and leaves what is staged to the next attempt', async () => {
    const made = await bench.scan([{ path: 'a.jpg', content: 'staged' }]);
    const [claim] = await bench.ledger.claim('h', made.assignments, 8);
    if (claim?.kind !== 'claimed') throw new Error('not claimed');
    const placement = new Placement(claim.file, await bench.state(made.id), false, (path) => bench.roots.locate(path));
    const ledger = new Proxy(bench.ledger, {
      get: (target, name): unknown =>
        name === 'check' ? () => Promise.reject(new Error('cut')) : Reflect.get(target, name),
    });
    await expect(placeBatch([placement], { ledger, onStep: () => undefined })).rejects.toThrow('cut');
    expect(Object.keys(files(made))).toEqual([`in/${ownName(claim.file, 1)}`]);
    await ended(made);
    expect(files(made)).toEqual({ 'accepted/a.jpg': 'staged' });
  });

  it('keeps a source that was written to after it was copied', async () => {
    if (!OTHER_DEVICE) return;
    const made = await bench.scan([{ path: 'a.jpg', content: 'copied' }], { copies: true });
    const writer = fs.openSync(join(made.directory, 'a.jpg'), 'a');
    const stall = new Stall('checked');
    const placing = bench.deliver(bench.pool(stall.onStep));
    await stall.reached;
    fs.writeSync(writer, ', then written to');
    fs.closeSync(writer);
    stall.goOn();
    await placing;
    await ended(made);
    expect(files(made)).toEqual({ 'accepted/a.jpg': 'copied', 'in/a.jpg': 'copied, then written to' });
  });

  it('removes its copy where an earlier attempt’s came through first', async () => {
    if (!OTHER_DEVICE) return;
    const made = await bench.scan([{ path: 'a.jpg', content: 'copied' }], { copies: true });
    const [claim] = await bench.ledger.claim('h', made.assignments, 8);
    if (claim?.kind !== 'claimed') throw new Error('not claimed');
    // A copy that the first attempt recorded; it is published while the second has just copied.
    const early = join(made.away, 'early');
    fs.mkdirSync(made.destination, { recursive: true });
    fs.writeFileSync(early, 'copied');
    const identity = identityAt({ entry: (name: string) => join(made.away, name) } as never, 'early');
    await bench.ledger.check([{ ...claim.file, copyIdentity: identity ?? '' }]);
    const stall = new Stall('copied');
    const placing = bench.deliver(bench.pool(stall.onStep));
    await stall.reached;
    fs.renameSync(early, join(made.destination, 'a.jpg'));
    stall.goOn();
    await placing;
    await ended(made);
    expect(files(made)).toEqual({ 'accepted/a.jpg': 'copied' });
  });

  it('pauses and counts no attempt where the disk of the destination is full', async () => {
    const small = join(bench.top, 'small');
    fs.mkdirSync(small, { recursive: true });
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', small]).status !== 0) {
      console.warn('This machine lets nobody mount: a full disk is not tested');
      return;
    }
    try {
      const made = await bench.scan([{ path: 'a.jpg', content: 'x'.repeat(100_000) }], {
        accept: () => join(small, 'accepted'),
      });
      await bench.deliver(bench.pool());
      expect(await outcomes(made)).toEqual(['pending']);
      expect((await bench.row(made.id)).attempts).toBe(0);
      expect(Object.keys(files(made))).toEqual(['in/a.jpg']);
      expect(tree(small).size).toBe(0);
      spawnSync('mount', ['-o', 'remount,size=1m', small]);
      await bench.drain();
      expect(await outcomes(made)).toEqual(['accepted']);
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
