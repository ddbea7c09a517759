import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeFolder, openFolder, resolveRoot } from './folder';

describe('a folder opened beneath its root', () => {
  let top: string;
  let root: string;
  beforeEach(() => {
    top = resolveRoot(fs.mkdtempSync(join(tmpdir(), 'folder-')));
    root = join(top, 'root');
    fs.mkdirSync(join(root, 'a/b'), { recursive: true });
    fs.mkdirSync(join(top, 'outside'));
    fs.writeFileSync(join(top, 'outside/secret'), 'x');
  });
  afterEach(() => fs.rmSync(top, { recursive: true, force: true }));

  const codeOf = (act: () => unknown): string => {
    try {
      act();
    } catch (error) {
      return (error as NodeJS.ErrnoException).code ?? 'no code';
    }
    return 'nothing thrown';
  };

  it('names its entries relative to itself, wherever its parents go meanwhile', () => {
    const folder = openFolder(root, 'a/b');
    fs.writeFileSync(folder.entry('one'), '1');
    fs.renameSync(join(root, 'a'), join(root, 'moved'));
    fs.symlinkSync(join(top, 'outside'), join(root, 'a'));
    fs.writeFileSync(folder.entry('two'), '2');
    expect(fs.readdirSync(join(root, 'moved/b')).sort()).toEqual(['one', 'two']);
    expect(fs.readdirSync(join(top, 'outside'))).toEqual(['secret']);
    folder.close();
    folder.close();
  });

  it('follows no symlink, inside or at the end', () => {
    fs.symlinkSync(join(top, 'outside'), join(root, 'out'));
    fs.symlinkSync('b', join(root, 'a/in'));
    expect(codeOf(() => openFolder(root, 'out'))).toBe('ELOOP');
    expect(codeOf(() => openFolder(root, 'out/deeper'))).toBe('ELOOP');
    expect(codeOf(() => openFolder(root, 'a/in'))).toBe('ELOOP');
  });

  it.each(['..', 'a/../..', './a', '/a', 'a//b', 'a/', 'a\0b'])('refuses %j', (path) => {
    expect(codeOf(() => openFolder(root, path))).toBe('EINVAL');
  });

  it('says what node:fs says of what is absent or is no folder', () => {
    fs.writeFileSync(join(root, 'file'), '');
    expect(codeOf(() => openFolder(root, 'nowhere'))).toBe('ENOENT');
    expect(codeOf(() => openFolder(root, 'file'))).toBe('ENOTDIR');
  });

  it('is made with its parents, once, but its root never is', () => {
    makeFolder(root, 'x/y/z').close();
    makeFolder(root, 'x/y/z').close();
    expect(fs.statSync(join(root, 'x/y/z')).isDirectory()).toBe(true);
    expect(codeOf(() => makeFolder(join(top, 'unmounted'), 'x'))).toBe('ENOENT');
    expect(fs.existsSync(join(top, 'unmounted'))).toBe(false);
  });

  it('takes names that are not UTF-8', () => {
    const name = 'caf\udce9';
    makeFolder(root, `${name}/in`).close();
    expect(fs.readdirSync(root, { encoding: 'buffer' }).map((entry) => entry.toString('latin1'))).toContain('caf\xe9');
  });
});
