import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OutsideRoots, RootUnavailable, Roots } from './roots';

describe('the roots', () => {
  let top: string;
  beforeEach(() => {
    top = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'roots-')));
    fs.mkdirSync(join(top, 'a/inner'), { recursive: true });
    fs.mkdirSync(join(top, 'b'));
    fs.symlinkSync('b', join(top, 'link'));
  });
  afterEach(() => fs.rmSync(top, { recursive: true }));

  it('hold what lies beneath them, the innermost first', () => {
    const roots = new Roots([join(top, 'a'), join(top, 'a/inner'), join(top, 'b')]);
    expect(roots.locate(join(top, 'a'))).toEqual({ root: join(top, 'a'), relative: '' });
    expect(roots.locate(join(top, 'a/x/y'))).toEqual({ root: join(top, 'a'), relative: 'x/y' });
    expect(roots.locate(join(top, 'a/inner/x'))).toEqual({ root: join(top, 'a/inner'), relative: 'x' });
  });

  it('do not hold their neighbours', () => {
    const roots = new Roots([join(top, 'a')]);
    for (const path of [top, join(top, 'ab'), join(top, 'b'), '/'])
      expect(() => roots.locate(path)).toThrow(OutsideRoots);
  });

  it('take a relative path from the first, and never climb out of it', () => {
    const roots = new Roots([join(top, 'a'), join(top, 'b')]);
    expect(roots.absolute('x/./y/')).toBe(join(top, 'a/x/y'));
    expect(() => roots.locate(roots.absolute('../../etc'))).toThrow(OutsideRoots);
  });

  it('may be named through a symlink or by where it leads', () => {
    const roots = new Roots([join(top, 'link')]);
    expect(roots.locate(join(top, 'link/x'))).toEqual({ root: join(top, 'b'), relative: 'x' });
    expect(new Roots([join(top, 'link')]).locate(join(top, 'b/x'))).toEqual({ root: join(top, 'b'), relative: 'x' });
  });

  it('say which of them is away, and find it when it is back', () => {
    const roots = new Roots([join(top, 'a'), join(top, 'mount')]);
    expect(() => roots.check()).toThrow(RootUnavailable);
    expect(() => roots.locate(join(top, 'mount/x'))).toThrow(/mount/);
    fs.mkdirSync(join(top, 'mount'));
    roots.check();
    expect(roots.locate(join(top, 'mount/x'))).toEqual({ root: join(top, 'mount'), relative: 'x' });
  });

  const mounts = process.getuid?.() === 0 && canMount();
  (mounts ? it : it.skip)('miss a file system that is unmounted, though its mount point is there', () => {
    const path = join(top, 'a');
    execFileSync('mount', ['-t', 'tmpfs', 'none', path]);
    const roots = new Roots([path]);
    try {
      roots.check();
    } finally {
      execFileSync('umount', [path]);
    }
    expect(() => roots.check()).toThrow(/unmounted/);
  });
});

function canMount(): boolean {
  const at = fs.mkdtempSync(join(tmpdir(), 'mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', 'none', at], { stdio: 'ignore' });
    execFileSync('umount', [at]);
    return true;
  } catch {
    // A container without the right to mount: the test is skipped.
    return false;
  } finally {
    fs.rmdirSync(at);
  }
}
