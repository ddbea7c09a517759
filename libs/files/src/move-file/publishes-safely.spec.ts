import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
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

  it('is denied where nothing can be written, and says of which place', () => {
    // The one file system that every Linux has and nobody, root included, can make a file on.
    const place = { root: '/proc', relative: 'sys' };
    expect(() => assertPublishesSafely(place)).toThrow(UnsafeFileSystem);
    expect(() => assertPublishesSafely(place)).toThrow(/'\/proc\/sys': E[A-Z]+/);
  });
});
