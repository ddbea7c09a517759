import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { type OpenFolder, openFolder, resolveRoot } from '../folder';
import { identityAt } from './move-no-replace';
import { isOwnName, keptName, ownName } from './own-names';
import { keptBeside, putBack, removeLeftover, removeOwn, stage, takeOver } from './stage';

const ROW = { scan: '0190c000-0000-7000-8000-000000000001', seq: 7 };

describe('a source under a name of ours', () => {
  let root: string;
  let folder: OpenFolder;
  beforeEach(() => {
    root = resolveRoot(fs.mkdtempSync(join(tmpdir(), 'stage-')));
    folder = openFolder(root, '');
  });
  afterEach(() => {
    folder.close();
    fs.rmSync(root, { recursive: true, force: true });
  });

  const own = ownName(ROW, 1);
  const write = (name: string, content: string): string => {
    fs.writeFileSync(folder.entry(name), content);
    return identityAt(folder, name) ?? '';
  };
  const read = (name: string): string => fs.readFileSync(folder.entry(name), 'utf8');
  const files = (): Record<string, string> =>
    Object.fromEntries(
      fs.readdirSync(root).map((name) => [name, fs.statSync(join(root, name)).isFile() ? read(name) : '/']),
    );

  it('is the judged file, or it has its name again', () => {
    const judged = write('a', 'judged');
    expect(stage(folder, 'a', own, judged, ROW)).toEqual({ kind: 'staged' });
    expect(files()).toEqual({ [own]: 'judged' });
    expect(stage(folder, 'a', own, judged, ROW)).toEqual({ kind: 'absent' });
    write('a', 'another');
    expect(stage(folder, 'a', ownName(ROW, 2), judged, ROW)).toEqual({ kind: 'changed', put: { kind: 'back' } });
    expect(files()).toEqual({ [own]: 'judged', a: 'another' });
  });

  it('is not the judged file when that was written to, though its size and inode are the same', () => {
    const judged = write('a', 'judged');
    const { mtimeMs } = fs.statSync(join(root, 'a'));
    fs.writeFileSync(join(root, 'a'), 'jugded');
    fs.utimesSync(join(root, 'a'), new Date(), new Date(mtimeMs + 5));
    expect(stage(folder, 'a', own, judged, ROW).kind).toBe('changed');
  });

  it('is not the judged file when a new one has its inode, its size and its modification time', () => {
    const time = new Date('2024-02-29T12:00:00Z');
    for (let turn = 0; turn < 20; turn += 1) {
      write('a', 'judged');
      fs.utimesSync(join(root, 'a'), time, time);
      const judged = identityAt(folder, 'a') ?? '';
      const before = fs.statSync(join(root, 'a'), { bigint: true });
      if (before.birthtimeNs === 0n) {
        console.warn(
          'This file system keeps no birth times: what has the inode, size and times of another is that other',
        );
        return;
      }
      fs.unlinkSync(join(root, 'a'));
      write('a', 'jugded');
      fs.utimesSync(join(root, 'a'), time, time);
      expect(stage(folder, 'a', own, judged, ROW).kind).toBe('changed');
      if (fs.statSync(join(root, 'a'), { bigint: true }).ino === before.ino) return;
    }
    console.warn('This file system did not use an inode again: not tested');
  });

  it('gets its source’s name again', () => {
    write(own, 'judged');
    expect(putBack(folder, own, 'a', ROW)).toEqual({ kind: 'back' });
    expect(putBack(folder, own, 'a', ROW)).toEqual({ kind: 'absent' });
    expect(files()).toEqual({ a: 'judged' });
  });

  it('is kept beside every new file that took its name', () => {
    for (const turn of [1, 2, 3]) {
      fs.rmSync(join(root, 'a'), { force: true });
      write(own, `judged ${turn}`);
      write('a', `new ${turn}`);
      expect(putBack(folder, own, 'a', ROW)).toEqual({ kind: 'kept', as: keptName('a', ROW, turn) });
    }
    const kept = [1, 2, 3].map((turn) => keptName('a', ROW, turn));
    expect(files()).toEqual({
      a: 'new 3',
      ...Object.fromEntries(kept.map((name, at) => [name, `judged ${at + 1}`])),
    });
    expect(keptBeside(folder, 'a', ROW)).toEqual(kept);
    expect(keptBeside(folder, 'b', ROW)).toEqual([]);
  });

  it('is put back where the new name is a link of itself, made before a crash', () => {
    write(own, 'judged');
    fs.linkSync(join(root, own), join(root, 'a'));
    expect(putBack(folder, own, 'a', ROW)).toEqual({ kind: 'back' });
    expect(files()).toEqual({ a: 'judged' });
  });

  it.each([
    ['a folder', (path: string) => fs.mkdirSync(path)],
    ['a symlink', (path: string) => fs.symlinkSync('nowhere', path)],
  ])('may turn out to be %s, and gets its name back all the same', (_, make) => {
    make(join(root, own));
    const identity = identityAt(folder, own);
    expect(putBack(folder, own, 'a', ROW)).toEqual({ kind: 'back' });
    expect(identityAt(folder, 'a')).toBe(identity);
    expect(fs.readdirSync(root)).toEqual(['a']);
  });

  it('is kept within 255 bytes whatever its name, each name another', () => {
    for (const name of ['n'.repeat(255), 'é'.repeat(127), `${'\udcff'.repeat(250)}.jpg`, '🦀'.repeat(63)]) {
      write(own, 'judged');
      write(name, 'new');
      const first = putBack(folder, own, name, ROW);
      write(own, 'judged');
      const second = putBack(folder, own, name, ROW);
      expect([first.kind, second.kind]).toEqual(['kept', 'kept']);
      expect(first).not.toEqual(second);
      expect(keptBeside(folder, name, ROW)).toHaveLength(2);
    }
    expect(fs.readdirSync(root).filter(isOwnName)).toEqual([]);
  });

  it('is taken over by a later attempt, whichever had it', () => {
    const judged = write(ownName(ROW, 2), 'judged');
    expect(takeOver(folder, 'a', ROW, 4, judged)).toBe(true);
    expect(files()).toEqual({ [ownName(ROW, 4)]: 'judged' });
    expect(takeOver(folder, 'a', ROW, 4, judged)).toBe(true);
    expect(takeOver(folder, 'a', ROW, 3, judged)).toBe(false);
  });

  it('is taken over once where two attempts have links of it', () => {
    const judged = write(ownName(ROW, 1), 'judged');
    fs.linkSync(join(root, ownName(ROW, 1)), join(root, ownName(ROW, 2)));
    expect(takeOver(folder, 'a', ROW, 3, judged)).toBe(true);
    expect(files()).toEqual({ [ownName(ROW, 3)]: 'judged' });
  });

  it('gives foreign files back that attempts staged which died before they compared', () => {
    const judged = write(ownName(ROW, 2), 'judged');
    write(ownName(ROW, 1), 'foreign');
    write(ownName(ROW, 3), 'foreign too');
    expect(takeOver(folder, 'a', ROW, 4, judged)).toBe(true);
    expect(files()).toEqual({
      [ownName(ROW, 4)]: 'judged',
      a: 'foreign too',
      [keptName('a', ROW)]: 'foreign',
    });
  });

  it('never touches names of other rows', () => {
    const other = ownName({ ...ROW, seq: 71 }, 1);
    const judged = write(other, 'other');
    expect(takeOver(folder, 'a', ROW, 5, judged)).toBe(false);
    expect(files()).toEqual({ [other]: 'other' });
  });

  it('is removed once it is placed, unless it is the last name of the file or another than was judged', () => {
    const judged = write(own, 'judged');
    expect(removeLeftover(folder, 'a', own, judged, ROW, true)).toBe('last-name');
    fs.linkSync(join(root, own), join(root, 'placed'));
    expect(removeLeftover(folder, 'a', own, judged, ROW, true)).toBe('removed');
    expect(removeLeftover(folder, 'a', own, judged, ROW, true)).toBe('removed');
    expect(files()).toEqual({ placed: 'judged' });
    write(own, 'written to');
    expect(removeLeftover(folder, 'a', own, judged, ROW, false)).toBe('changed');
    expect(files()).toEqual({ placed: 'judged', a: 'written to' });
    removeOwn(folder, own);
  });

  it('is told from names of suppliers', () => {
    expect(isOwnName(own)).toBe(true);
    expect(isOwnName('.assay-probe-0190c000-0000-7000-8000-000000000001-taken')).toBe(true);
    for (const name of ['.assay-notes', `${own}.jpg`, keptName('a', ROW), 'a', `x${own}`])
      expect(isOwnName(name)).toBe(false);
  });

  it('costs a supplier no file, who writes new ones under the source’s name at any instant', async () => {
    const stop = new SharedArrayBuffer(4);
    const worker = new Worker(join(__dirname, 'supplier.cjs'), { workerData: { path: join(root, 'a'), stop } });
    const supplied = new Promise<string[]>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    const counted = { staged: 0, changed: 0, kept: 0 };
    const enough = Date.now() + 2_000;
    const atMost = Date.now() + 30_000;
    // On a busy machine the supplier is seldom just there when a file is put back.
    const goesOn = (): boolean => Date.now() < (counted.kept > 0 && counted.staged > 0 ? enough : atMost);
    for (let attempt = 1; goesOn(); attempt += 1) {
      const seen = identityAt(folder, 'a');
      if (seen === null) continue;
      const name = ownName(ROW, attempt);
      // Every other time what was judged is gone already, as after a long wait in a queue.
      if (attempt % 2 === 0) fs.renameSync(join(root, 'a'), join(root, `placed-${attempt}`));
      const staged = stage(folder, 'a', name, seen, ROW);
      if (staged.kind === 'staged') {
        counted.staged += 1;
        if (attempt % 3 === 0) fs.renameSync(join(root, name), join(root, `placed-${attempt}`));
        else if (putBack(folder, name, 'a', ROW).kind === 'kept') {
          counted.kept += 1;
          for (const [index, kept] of keptBeside(folder, 'a', ROW).entries())
            fs.renameSync(join(root, kept), join(root, `kept-${attempt}-${index}`));
        }
      } else if (staged.kind === 'changed') counted.changed += 1;
    }
    Atomics.store(new Int32Array(stop), 0, 1);
    const written = await supplied;
    expect(Object.values(files()).sort()).toEqual(written.sort());
    expect(fs.readdirSync(root).filter(isOwnName)).toEqual([]);
    expect(counted.staged).toBeGreaterThan(0);
    expect(counted.kept).toBeGreaterThan(0);
  });
});
