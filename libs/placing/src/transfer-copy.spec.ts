import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { Workbench, crashAt, namesOfOurs, tree } from './contract/workbench';
import type { Step } from './steps';

jest.setTimeout(60_000);

describe('a transfer by copy', () => {
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

  const plans = [
    { path: 'a.jpg', content: 'first' },
    { path: 'folder/b.jpg', content: 'second' },
    { path: 'folder/c.jpg', content: 'third', to: 'a.jpg' },
  ];
  const sources = ({ directory }: Made): string[] => [...tree(directory).values()].sort();
  const copies = ({ destination }: Made): string[] => [...tree(destination).values()].sort();
  const ended = async (made: Made): Promise<string[]> => {
    await bench.drain();
    await bench.sweep();
    expect(await bench.countsProblems(made.id)).toEqual([]);
    expect(namesOfOurs(tree(made.home, made.away))).toEqual([]);
    return (await bench.rows(made.id)).map(({ outcome, reason }) => reason ?? outcome);
  };

  it.each([false, true])(
    'leaves every source as it was and puts a whole copy at its destination (other device: %s)',
    async (away) => {
      const made = await bench.scan(plans, { transfer: 'copy', copies: away });
      const before = fs.lstatSync(join(made.directory, 'a.jpg'), { bigint: true });
      expect(await ended(made)).toEqual(['accepted', 'accepted', 'accepted']);
      expect(sources(made)).toEqual(['first', 'second', 'third']);
      expect(copies(made)).toEqual(['first', 'second', 'third']);
      const after = fs.lstatSync(join(made.directory, 'a.jpg'), { bigint: true });
      expect([after.ino, after.mtimeNs, after.ctimeNs, after.nlink]).toEqual([
        before.ino,
        before.mtimeNs,
        before.ctimeNs,
        1n,
      ]);
      expect(fs.lstatSync(join(made.destination, 'a.jpg')).ino).not.toBe(Number(before.ino));
    },
  );

  const steps: Step[] = [
    'claimed',
    'staged',
    'copied',
    'checked',
    'published',
    'destinations-synced',
    'sources-finished',
    'ended',
  ];
  it.each(steps)('ends with one copy of each after a crash at %s, and after a second one', async (step) => {
    const made = await bench.scan(plans, { transfer: 'copy' });
    await bench.deliver(bench.pool(crashAt(step)));
    await bench.deliver(bench.pool(crashAt(step)));
    expect(await ended(made)).toEqual(['accepted', 'accepted', 'accepted']);
    expect(sources(made)).toEqual(['first', 'second', 'third']);
    expect(copies(made)).toEqual(['first', 'second', 'third']);
  });

  it('never replaces a file at the destination, and says of a source that changed or went that it did', async () => {
    const made = await bench.scan(
      [
        { path: 'taken.jpg', content: 'ours', onConflict: 'fail' },
        { path: 'changed.jpg', content: 'as judged' },
        { path: 'gone.jpg', content: 'soon gone' },
      ],
      { transfer: 'copy' },
    );
    fs.mkdirSync(made.destination, { recursive: true });
    fs.writeFileSync(join(made.destination, 'taken.jpg'), 'foreign');
    fs.appendFileSync(join(made.directory, 'changed.jpg'), ' and more');
    fs.unlinkSync(join(made.directory, 'gone.jpg'));
    expect(await ended(made)).toEqual(['destination-taken', 'changed-since-inspection', 'gone']);
    expect(sources(made)).toEqual(['as judged and more', 'ours']);
    expect(copies(made)).toEqual(['foreign']);
  });

  it('of a cancelled scan leaves no copy that was not placed', async () => {
    const made = await bench.scan(plans, { transfer: 'copy' });
    await bench.deliver(bench.pool(crashAt('copied')));
    await bench.ledger.cancelScan(made.id, null);
    expect(await ended(made)).toEqual(['cancelled', 'cancelled', 'cancelled']);
    expect(sources(made)).toEqual(['first', 'second', 'third']);
    expect(copies(made)).toEqual([]);
  });

  (canMount() ? it : it.skip)('takes sources from a read-only file system', async () => {
    const made = await bench.scan(plans, { transfer: 'copy' });
    execFileSync('mount', ['--bind', made.directory, made.directory]);
    try {
      execFileSync('mount', ['-o', 'remount,bind,ro', made.directory]);
      expect(() => fs.writeFileSync(join(made.directory, 'x'), '')).toThrow(/EROFS/);
      expect(await ended(made)).toEqual(['accepted', 'accepted', 'accepted']);
      expect(copies(made)).toEqual(['first', 'second', 'third']);
    } finally {
      execFileSync('umount', [made.directory]);
    }
  });
});

function canMount(): boolean {
  try {
    execFileSync('unshare', ['--mount', 'true'], { stdio: 'ignore' });
    return process.getuid?.() === 0;
  } catch {
    // No right to mount here: the test is skipped.
    return false;
  }
}
