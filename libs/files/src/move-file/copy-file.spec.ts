import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as immediate } from 'node:timers/promises';
import { type OpenFolder, openFolder, resolveRoot } from '../folder';
import { copyFile } from './copy-file';
import { identityAt } from './move-no-replace';

const OTHER = ['/dev/shm'].find((path) => fs.existsSync(path) && fs.statSync(path).dev !== fs.statSync(tmpdir()).dev);
if (OTHER === undefined) console.warn('No second device beside the temp folder: copies are tested within one');
const isRoot = process.getuid?.() === 0;

const hasBtrfs = isRoot && spawnSync('mkfs.btrfs', ['--version']).status === 0;
if (!hasBtrfs) console.warn('No btrfs can be made here: copies that share their blocks are not tested');

describe('a copy within a file system that shares blocks', () => {
  let top: string;
  let disk: string;
  beforeEach(() => {
    top = resolveRoot(fs.mkdtempSync(join(tmpdir(), 'copy-shared-')));
    disk = join(top, 'disk');
    fs.mkdirSync(disk);
  });
  afterEach(() => {
    spawnSync('umount', ['--lazy', disk]);
    fs.rmSync(top, { recursive: true });
  });

  function mount(): boolean {
    const image = join(top, 'image');
    fs.writeFileSync(image, '');
    fs.truncateSync(image, 256 << 20);
    return (
      spawnSync('mkfs.btrfs', ['--quiet', image]).status === 0 &&
      spawnSync('mount', ['-o', 'loop', image, disk]).status === 0
    );
  }

  (hasBtrfs ? it : it.skip)('takes no room, and is a file of its own', async () => {
    if (!mount()) return console.warn('No btrfs can be mounted here: copies that share their blocks are not tested');
    const content = randomBytes(48 << 20);
    fs.mkdirSync(join(disk, 'in'));
    fs.mkdirSync(join(disk, 'out'));
    fs.writeFileSync(join(disk, 'in', 'a'), content);
    const [from, to] = [openFolder(disk, 'in'), openFolder(disk, 'out')];
    spawnSync('sync', ['-f', disk]);
    const free = fs.statfsSync(disk).bavail;
    const copied = await copyFile(from, 'a', to, 'own', identityAt(from, 'a') ?? '');
    spawnSync('sync', ['-f', disk]);
    const taken = (free - fs.statfsSync(disk).bavail) * fs.statfsSync(disk).bsize;
    expect(copied).toMatchObject({ kind: 'copied', identity: identityAt(to, 'own') });
    expect(taken).toBeLessThan(16 << 20);
    fs.appendFileSync(join(disk, 'in', 'a'), 'more');
    expect(fs.readFileSync(join(disk, 'out', 'own')).equals(content)).toBe(true);
    for (const folder of [from, to]) folder.close();
  });
});

describe('a copy to another device', () => {
  let here: string;
  let there: string;
  let from: OpenFolder;
  let to: OpenFolder;
  beforeEach(() => {
    here = resolveRoot(fs.mkdtempSync(join(tmpdir(), 'copy-from-')));
    there = resolveRoot(fs.mkdtempSync(join(OTHER ?? tmpdir(), 'copy-to-')));
    from = openFolder(here, '');
    to = openFolder(there, '');
  });
  afterEach(() => {
    for (const folder of [from, to]) folder.close();
    for (const root of [here, there]) fs.rmSync(root, { recursive: true, force: true });
  });

  const source = (content: string | Buffer, name = 'a'): string => {
    fs.writeFileSync(from.entry(name), content);
    return identityAt(from, name) ?? '';
  };
  const codeOf = async (act: Promise<unknown>): Promise<string> => {
    try {
      await act;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code ?? 'no code';
    }
    return 'nothing thrown';
  };

  it('has every byte, and says which file it is and what its digest is', async () => {
    const content = Buffer.alloc((3 << 20) + 17, 'assay');
    const judged = source(content);
    const copied = await copyFile(from, 'a', to, 'own', judged);
    expect(copied).toEqual({
      kind: 'copied',
      identity: identityAt(to, 'own'),
      digest: `sha256:${createHash('sha256').update(content).digest('hex')}`,
    });
    expect(fs.readFileSync(join(there, 'own')).equals(content)).toBe(true);
    expect(identityAt(from, 'a')).toBe(judged);
  });

  it('keeps mode and times to the microsecond', async () => {
    source('x');
    fs.chmodSync(join(here, 'a'), 0o640);
    fs.utimesSync(join(here, 'a'), 1_234_567_890.123456, 987_654_321.654321);
    await copyFile(from, 'a', to, 'own', identityAt(from, 'a') ?? '');
    const [one, other] = [join(here, 'a'), join(there, 'own')].map((path) => fs.statSync(path, { bigint: true }));
    expect(other?.mode).toBe(one?.mode);
    expect(other && other.mtimeNs / 1000n).toBe(one && one.mtimeNs / 1000n);
    expect(fs.statSync(join(there, 'own')).mtimeMs).toBeCloseTo(987_654_321_654.321, 2);
  });

  it('keeps times before 1970 and beyond 2038', async () => {
    // As text: node:fs takes a negative number for the present.
    for (const [index, seconds] of ['-1000.5', '5000000000.25'].entries()) {
      source('x', `a${index}`);
      fs.utimesSync(join(here, `a${index}`), seconds, seconds);
      await copyFile(from, `a${index}`, to, `own${index}`, identityAt(from, `a${index}`) ?? '');
      const [one, other] = [join(here, `a${index}`), join(there, `own${index}`)].map(
        (path) => fs.statSync(path).mtimeMs,
      );
      expect(one).toBe(Number(seconds) * 1000);
      expect(other).toBeCloseTo(one ?? 0, 2);
    }
  });

  it('keeps every microsecond', async () => {
    for (let index = 0; index < 50; index += 1) {
      source('x', `b${index}`);
      const seconds = (1_795_177_234_000_000 + index * 19_997) / 1e6;
      fs.utimesSync(join(here, `b${index}`), seconds, seconds);
      await copyFile(from, `b${index}`, to, `own-b${index}`, identityAt(from, `b${index}`) ?? '');
      const paths = [join(here, `b${index}`), join(there, `own-b${index}`)];
      const [one, other] = paths.map((path) => fs.statSync(path, { bigint: true }).mtimeNs / 1000n);
      expect(other).toBe(one);
    }
  });

  (isRoot ? it : it.skip)('keeps owner and group, and the bits that a change of owner takes away', async () => {
    source('x');
    fs.chownSync(join(here, 'a'), 1_234, 4_321);
    fs.chmodSync(join(here, 'a'), 0o6755);
    await copyFile(from, 'a', to, 'own', identityAt(from, 'a') ?? '');
    const { uid, gid, mode } = fs.statSync(join(there, 'own'));
    expect([uid, gid, mode & 0o7777]).toEqual([1_234, 4_321, 0o6755]);
  });

  it('is made of empty files too, and of names that are not UTF-8', async () => {
    const judged = source('', 'caf\udce9');
    expect((await copyFile(from, 'caf\udce9', to, 'own', judged)).kind).toBe('copied');
    expect(fs.statSync(join(there, 'own')).size).toBe(0);
  });

  it('is not made of what is gone or another file than was judged', async () => {
    const judged = source('judged');
    fs.appendFileSync(join(here, 'a'), '!');
    expect(await copyFile(from, 'a', to, 'own', judged)).toEqual({ kind: 'changed' });
    expect(await copyFile(from, 'b', to, 'own', judged)).toEqual({ kind: 'absent' });
    expect(fs.readdirSync(there)).toEqual([]);
  });

  it('follows no symlink and waits for no FIFO', async () => {
    fs.symlinkSync('/etc/passwd', join(here, 'link'));
    spawnSync('mkfifo', [join(here, 'fifo')]);
    expect(await codeOf(copyFile(from, 'link', to, 'own', identityAt(from, 'link') ?? ''))).toBe('ELOOP');
    expect(await copyFile(from, 'fifo', to, 'own', 'another')).toEqual({ kind: 'changed' });
    expect(fs.readdirSync(there)).toEqual([]);
  });

  it('replaces nothing', async () => {
    const judged = source('judged');
    fs.writeFileSync(join(there, 'own'), 'taken');
    expect(await codeOf(copyFile(from, 'a', to, 'own', judged))).toBe('EEXIST');
    fs.rmSync(join(there, 'own'));
    fs.symlinkSync('outside', join(there, 'own'));
    expect(await codeOf(copyFile(from, 'a', to, 'own', judged))).toBe('EEXIST');
    expect(fs.readdirSync(there)).toEqual(['own']);
  });

  it('is not believed where the source was written to while it was read, and ends though it grows for ever', async () => {
    const judged = source(Buffer.alloc(8 << 20));
    const copying = copyFile(from, 'a', to, 'own', judged);
    let done = false;
    const copied = copying.finally(() => (done = true));
    while (!fs.existsSync(join(there, 'own'))) await immediate();
    while (!done) {
      fs.appendFileSync(join(here, 'a'), Buffer.alloc(4 << 20));
      await immediate();
    }
    expect(await copied).toEqual({ kind: 'changed' });
    expect(fs.statSync(join(there, 'own')).size).toBeLessThanOrEqual((8 << 20) + (2 << 20));
  });

  (isRoot ? it : it.skip)('says that there is no room, and leaves the source as it was', async () => {
    const small = join(there, 'small');
    fs.mkdirSync(small);
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', small]).status !== 0) {
      console.warn('This machine lets nobody mount: a full disk is not tested');
      return;
    }
    const full = openFolder(small, '');
    try {
      const judged = source(Buffer.alloc(3 << 20));
      expect(await codeOf(copyFile(from, 'a', full, 'own', judged))).toBe('ENOSPC');
      expect(identityAt(from, 'a')).toBe(judged);
    } finally {
      full.close();
      spawnSync('umount', [small]);
    }
  });
});
