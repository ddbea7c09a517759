import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isEmptyFolder, removeEmptyFolder } from './empty-folder';
import { openFolder, resolveRoot } from './folder';
import { OwnFile } from './move-file/own-file';
import { identityAt } from './move-file/move-no-replace';

describe('an empty folder', () => {
  let top: string;
  let root: string;
  beforeEach(() => {
    top = resolveRoot(fs.mkdtempSync(join(tmpdir(), 'empty-')));
    root = join(top, 'root');
    fs.mkdirSync(join(root, 'a/b'), { recursive: true });
    fs.mkdirSync(join(top, 'outside/empty'), { recursive: true });
  });
  afterEach(() => fs.rmSync(top, { recursive: true, force: true }));

  it('is removed, and only then its parent', () => {
    expect([isEmptyFolder(root, 'a'), isEmptyFolder(root, 'a/b')]).toEqual([false, true]);
    expect(removeEmptyFolder(root, 'a')).toBe(false);
    expect(removeEmptyFolder(root, 'a/b')).toBe(true);
    expect(removeEmptyFolder(root, 'a/b')).toBe(false);
    expect(removeEmptyFolder(root, 'a')).toBe(true);
    expect(fs.readdirSync(root)).toEqual([]);
  });

  it('is never the root, nor what lies outside of it', () => {
    fs.rmdirSync(join(root, 'a/b'));
    fs.rmdirSync(join(root, 'a'));
    for (const path of ['', '..', '../outside/empty', '/']) {
      expect([path, removedOrRefused(path)]).toEqual([path, false]);
    }
    expect(fs.readdirSync(top).sort()).toEqual(['outside', 'root']);
    expect(fs.readdirSync(join(top, 'outside'))).toEqual(['empty']);
  });

  it('is not found through a symlink, nor is the symlink removed', () => {
    fs.symlinkSync(join(top, 'outside'), join(root, 'link'));
    fs.symlinkSync(join(top, 'outside/empty'), join(root, 'direct'));
    for (const path of ['link/empty', 'link', 'direct'])
      expect([path, isEmptyFolder(root, path), removeEmptyFolder(root, path)]).toEqual([path, false, false]);
    expect(fs.readdirSync(root).sort()).toEqual(['a', 'direct', 'link']);
    expect(fs.readdirSync(join(top, 'outside'))).toEqual(['empty']);
  });

  it('is no file, and nothing that holds one', () => {
    fs.writeFileSync(join(root, 'a/b/.hidden'), '');
    expect([isEmptyFolder(root, 'a/b'), removeEmptyFolder(root, 'a/b')]).toEqual([false, false]);
    expect([isEmptyFolder(root, 'a/b/.hidden'), removeEmptyFolder(root, 'a/b/.hidden')]).toEqual([false, false]);
    expect(fs.existsSync(join(root, 'a/b/.hidden'))).toBe(true);
  });

  const removedOrRefused = (path: string): boolean => {
    try {
      return removeEmptyFolder(root, path);
    } catch (error) {
      expect((error as NodeJS.ErrnoException).code).toBe('EXDEV');
      return false;
    }
  };
});

describe('a file of our own', () => {
  it('holds what was written, replaces nothing, and keeps its identity when it is renamed', () => {
    const top = resolveRoot(fs.mkdtempSync(join(tmpdir(), 'own-')));
    const folder = openFolder(top, '');
    const file = new OwnFile(folder, 'own');
    file.write('one ');
    file.write('zwei ü\n');
    const identity = file.flush();
    file.close();
    file.close();
    expect(() => new OwnFile(folder, 'own')).toThrow('EEXIST');
    fs.renameSync(folder.entry('own'), folder.entry('name'));
    expect(identityAt(folder, 'name')).toBe(identity);
    expect(fs.readFileSync(join(top, 'name'), 'utf8')).toBe('one zwei ü\n');
    folder.close();
    fs.rmSync(top, { recursive: true });
  });
});
