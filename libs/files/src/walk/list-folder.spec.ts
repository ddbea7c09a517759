import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type OpenFolder, openFolder, resolveRoot } from '../folder';
import { listFolder } from './list-folder';

describe('the listing of a folder', () => {
  let root: string;
  let folder: OpenFolder;
  beforeEach(() => {
    root = resolveRoot(mkdtempSync(join(tmpdir(), 'listing-')));
    folder = openFolder(root, '');
  });
  afterEach(() => {
    folder.close();
    rmSync(root, { recursive: true });
  });
  /** As photos are called that a camera numbers. */
  const write = (count: number): string[] => {
    const names = Array.from({ length: count }, (_, index) => `IMG_${String(index).padStart(5, '0')}.JPG`);
    for (const name of names) writeFileSync(join(root, name), '');
    return names;
  };
  const groups = (...how: [size: number, runs?: { first: number; most: number }]) =>
    [...listFolder(folder, ...how)].map((group) => group.map(({ name }) => name));

  it('gives a folder’s groups in the order of their names, whatever its own order', () => {
    const names = write(1_100);
    expect(groups(500)).toEqual([names.slice(0, 500), names.slice(500, 1_000), names.slice(1_000)]);
  });

  it('gives a large folder in runs that grow, each in order, and every name once', () => {
    const names = write(1_100);
    const found = groups(100, { first: 100, most: 300 });
    expect(found.map(({ length }) => length)).toEqual(Array.from({ length: 11 }, () => 100));
    for (const run of [found.slice(0, 1), found.slice(1, 4), found.slice(4, 7), found.slice(7, 10), found.slice(10)])
      expect(run.flat()).toEqual(run.flat().sort());
    expect(found.flat().sort()).toEqual(names);
  });

  it('gives no group of an empty folder', () => {
    expect(groups(500)).toEqual([]);
  });

  it('says what each entry is, and gives names that are not UTF-8 as text that stands for their bytes', () => {
    mkdirSync(join(root, 'b'));
    symlinkSync('b', join(root, 'c'));
    writeFileSync(Buffer.concat([Buffer.from(`${root}/a`), Buffer.from([0xe9])]), '');
    expect([...listFolder(folder, 500)]).toEqual([
      [
        { name: 'a\udce9', kind: 'file' },
        { name: 'b', kind: 'folder' },
        { name: 'c', kind: 'symlink' },
      ],
    ]);
  });
});
