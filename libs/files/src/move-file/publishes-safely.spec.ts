import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveRoot } from '../folder';
import { UnsafeFileSystem, assertPublishesSafely } from './publishes-safely';

describe('whether files can be moved safely in a place', () => {
  it('is tried where the place will be made, and leaves nothing behind', () => {
    const root = resolveRoot(mkdtempSync(join(tmpdir(), 'safely-')));
    assertPublishesSafely({ root, relative: 'not/made/yet' });
    expect(readdirSync(root)).toEqual([]);
    rmSync(root, { recursive: true });
  });

  it('removes what a process left there that was killed while it tried, and no other file', () => {
    const root = resolveRoot(mkdtempSync(join(tmpdir(), 'safely-')));
    mkdirSync(join(root, 'deep'));
    const left = ['.assay-probe-0', '.assay-probe-0-taken', 'deep/.assay-probe-3'];
    const kept = ['.assay-probe-1', 'deep/.assay-probe-2-taken', '.assay-probe-x', 'empty'];
    for (const name of [...left, ...kept]) writeFileSync(join(root, name), name.endsWith('2-taken') ? 'content' : '');
    for (const name of [...left, 'deep/.assay-probe-2-taken', 'empty']) utimesSync(join(root, name), 1_000, 1_000);
    // Each process tries a device once: a fresh module is a fresh process.
    jest.isolateModules(() => {
      const fresh = jest.requireActual<{ assertPublishesSafely: typeof assertPublishesSafely }>('./publishes-safely');
      fresh.assertPublishesSafely({ root, relative: 'deep/not/made/yet' });
    });
    const found = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name !== 'deep');
    expect(found.sort()).toEqual(kept.sort());
    rmSync(root, { recursive: true });
  });

  it('is denied where nothing can be written, and says of which place', () => {
    // The one file system that every Linux has and nobody, root included, can make a file on.
    const place = { root: '/proc', relative: 'sys' };
    expect(() => assertPublishesSafely(place)).toThrow(UnsafeFileSystem);
    expect(() => assertPublishesSafely(place)).toThrow(/'\/proc\/sys': E[A-Z]+/);
  });
});
