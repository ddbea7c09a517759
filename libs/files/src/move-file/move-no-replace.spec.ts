import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { type OpenFolder, openFolder, resolveRoot } from '../folder';
import { renameNoReplaceAt } from '../system-calls';
import { identityAt, moveNoReplace } from './move-no-replace';

/* Run once as the kernel is, and once more in a process to which it refuses renameat2: see the last test. */
const REFUSED = process.env['ASSAY_TEST_RENAMEAT2'] === 'refused';

jest.setTimeout(120_000);

describe(`moving without replacing, ${REFUSED ? 'by link and unlink' : 'by rename'}`, () => {
  let root: string;
  let folder: OpenFolder;
  beforeEach(() => {
    root = resolveRoot(fs.mkdtempSync(join(tmpdir(), 'move-')));
    folder = openFolder(root, '');
  });
  afterEach(() => {
    folder.close();
    fs.rmSync(root, { recursive: true, force: true });
  });

  const write = (name: string, content: string): void => fs.writeFileSync(folder.entry(name), content);
  const read = (name: string): string => fs.readFileSync(folder.entry(name), 'utf8');
  const names = (): string[] => fs.readdirSync(root).sort();
  const codeOf = (act: () => unknown): string | undefined => {
    try {
      act();
      return undefined;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code;
    }
  };

  it('goes the way that this run is about', () => {
    write('a', '1');
    const errno = renameNoReplaceAt(folder.fd, 'a', folder.fd, 'b');
    expect(errno).toBe(REFUSED || process.platform !== 'linux' ? null : 0);
  });

  it('gives the file its new name and takes the old one away; it stays the same file', () => {
    write('a', '1');
    const identity = identityAt(folder, 'a');
    expect(moveNoReplace(folder, 'a', folder, 'b')).toBe('moved');
    expect(names()).toEqual(['b']);
    expect(identityAt(folder, 'b')).toBe(identity);
  });

  it('says that the name is taken, and changes neither file', () => {
    write('a', '1');
    write('b', '2');
    expect(moveNoReplace(folder, 'a', folder, 'b')).toBe('taken');
    expect([read('a'), read('b')]).toEqual(['1', '2']);
  });

  it.each([
    ['a folder', (path: string) => fs.mkdirSync(path)],
    ['a symlink that leads nowhere', (path: string) => fs.symlinkSync('nowhere', path)],
    ['a FIFO', (path: string) => void spawnSync('mkfifo', [path])],
  ])('calls a name taken that is %s', (_, make) => {
    write('a', '1');
    make(join(root, 'b'));
    expect(moveNoReplace(folder, 'a', folder, 'b')).toBe('taken');
    expect(names()).toEqual(['a', 'b']);
  });

  it('says that there is no such file', () => {
    write('b', '2');
    expect(moveNoReplace(folder, 'a', folder, 'b')).toBe('absent');
    expect(moveNoReplace(folder, 'a', folder, 'c')).toBe('absent');
  });

  it('says the same to a caller who knows the file, and does not look at it before', () => {
    write('a', '1');
    const identity = identityAt(folder, 'a');
    write('b', '2');
    expect(moveNoReplace(folder, 'a', folder, 'b', identity)).toBe('taken');
    expect(moveNoReplace(folder, 'a', folder, 'c', identity)).toBe('moved');
    expect(moveNoReplace(folder, 'a', folder, 'd', identity)).toBe('absent');
    expect(names()).toEqual(['b', 'c']);
  });

  it('moves whatever has the name: a folder with what it holds, a symlink as such, a FIFO', () => {
    fs.mkdirSync(join(root, 'folder/in'), { recursive: true });
    fs.writeFileSync(join(root, 'folder/in/file'), 'x');
    fs.symlinkSync('nowhere', join(root, 'link'));
    spawnSync('mkfifo', [join(root, 'fifo')]);
    for (const name of ['folder', 'link', 'fifo'])
      expect(moveNoReplace(folder, name, folder, `${name}-moved`)).toBe('moved');
    expect(names()).toEqual(['fifo-moved', 'folder-moved', 'link-moved']);
    expect(fs.readFileSync(join(root, 'folder-moved/in/file'), 'utf8')).toBe('x');
    expect(fs.readlinkSync(join(root, 'link-moved'))).toBe('nowhere');
    expect(fs.lstatSync(join(root, 'fifo-moved')).isFIFO()).toBe(true);
  });

  it('replaces no folder by a folder, not even an empty one', () => {
    fs.mkdirSync(join(root, 'a'));
    fs.writeFileSync(join(root, 'a/file'), 'x');
    fs.mkdirSync(join(root, 'b'));
    expect(moveNoReplace(folder, 'a', folder, 'b')).toBe('taken');
    expect(fs.readdirSync(join(root, 'a'))).toEqual(['file']);
    expect(fs.readdirSync(join(root, 'b'))).toEqual([]);
  });

  it('moves one of several hard links and leaves the others', () => {
    write('a', '1');
    fs.linkSync(join(root, 'a'), join(root, 'other'));
    expect(moveNoReplace(folder, 'a', folder, 'b')).toBe('moved');
    expect(names()).toEqual(['b', 'other']);
  });

  it('never removes the last name of a file, where the new name is this very file already', () => {
    write('a', '1');
    fs.linkSync(join(root, 'a'), join(root, 'b'));
    // By link it counts as an answer that was lost; by rename it can only be somebody else's link.
    expect(moveNoReplace(folder, 'a', folder, 'b')).toBe(REFUSED ? 'moved' : 'taken');
    expect(read('b')).toBe('1');
  });

  it('takes names of 255 bytes, and names that are not UTF-8', () => {
    const long = 'é'.repeat(127);
    write('caf\udce9', '1');
    expect(moveNoReplace(folder, 'caf\udce9', folder, long)).toBe('moved');
    expect(moveNoReplace(folder, long, folder, '\udcff\udcfe')).toBe('moved');
    expect(fs.readdirSync(root, { encoding: 'buffer' }).map((name) => name.toString('hex'))).toEqual(['fffe']);
    expect(codeOf(() => moveNoReplace(folder, '\udcff\udcfe', folder, 'n'.repeat(256)))).toBe('ENAMETOOLONG');
    expect(names()).toHaveLength(1);
  });

  it('says that a folder was removed meanwhile, and keeps the file', () => {
    fs.mkdirSync(join(root, 'gone'));
    const gone = openFolder(root, 'gone');
    fs.rmdirSync(join(root, 'gone'));
    write('a', '1');
    expect(codeOf(() => moveNoReplace(folder, 'a', gone, 'b'))).toBe('ENOENT');
    expect(read('a')).toBe('1');
    gone.close();
  });

  it('says that another device needs a copy', () => {
    if (!fs.existsSync('/dev/shm') || fs.statSync('/dev/shm').dev === fs.statSync(root).dev) {
      console.warn('No second device beside the temp folder: not tested');
      return;
    }
    const other = fs.mkdtempSync('/dev/shm/move-');
    const there = openFolder(other, '');
    write('a', '1');
    fs.mkdirSync(join(root, 'folder'));
    expect(moveNoReplace(folder, 'a', there, 'b')).toBe('other-device');
    expect(moveNoReplace(folder, 'folder', there, 'b')).toBe('other-device');
    expect(fs.readdirSync(other)).toEqual([]);
    expect(names()).toEqual(['a', 'folder']);
    there.close();
    fs.rmdirSync(other);
  });

  it('errs on a file that nobody may rename, and changes nothing', () => {
    write('a', '1');
    if (spawnSync('chattr', ['+i', join(root, 'a')]).status !== 0) {
      console.warn('This file system knows no immutable files: not tested');
      return;
    }
    try {
      expect(codeOf(() => moveNoReplace(folder, 'a', folder, 'b'))).toBe('EPERM');
      expect(names()).toEqual(['a']);
    } finally {
      spawnSync('chattr', ['-i', join(root, 'a')]);
    }
  });

  it('loses nothing when 20 move their files to one name at once', async () => {
    const movers = 20;
    const rounds = 10;
    for (let mine = 0; mine < movers; mine += 1)
      for (let round = 0; round < rounds; round += 1) write(`${mine}-${round}`, `${mine}-${round}`);
    const barrier = new SharedArrayBuffer(4 * rounds);
    const hook = join(__dirname, '../../../ledger/src/contract/typescript-hook.cjs');
    const results = await Promise.all(
      Array.from(
        { length: movers },
        (_, mine) =>
          new Promise<string[]>((resolve, reject) => {
            const worker = new Worker(join(__dirname, 'mover.cjs'), {
              workerData: { hook, root, mine, rounds, movers, barrier },
            });
            worker.once('message', resolve);
            worker.once('error', reject);
          }),
      ),
    );
    for (let round = 0; round < rounds; round += 1) {
      const winners = results.flatMap((each, mine) => (each[round] === 'moved' ? [mine] : []));
      expect(winners).toHaveLength(1);
      expect(read(`wanted-${round}`)).toBe(`${winners[0]}-${round}`);
      for (let mine = 0; mine < movers; mine += 1)
        if (mine !== winners[0])
          expect([results[mine]?.[round], read(`${mine}-${round}`)]).toEqual(['taken', `${mine}-${round}`]);
    }
    expect(names()).toHaveLength(movers * rounds);
  });
});

const onlyUnrefused = REFUSED || process.platform !== 'linux' ? it.skip : it;
onlyUnrefused('All of this holds where the kernel or the file system has no rename without replacing', () => {
  const { status, stderr } = spawnSync(
    process.execPath,
    [
      ...['--require', join(__dirname, 'refuse-renameat2.cjs')],
      join(__dirname, '../../../../node_modules/jest/bin/jest.js'),
      ...['--runInBand', '--runTestsByPath', __filename, join(__dirname, 'stage.spec.ts')],
    ],
    {
      env: { ...process.env, ASSAY_TEST_RENAMEAT2: 'refused' },
      encoding: 'utf8',
      cwd: join(__dirname, '../../../..'),
    },
  );
  if (status !== 0) throw new Error(stderr.slice(-6_000));
});
