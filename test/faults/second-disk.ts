import { execFileSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  rmdirSync,
  statSync,
  symlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { nameOfThisRun, unmountLeft } from './left-behind';

/** Room for what a run copies there, and little enough to be filled at once. */
const MEGABYTES = 192;
const FILLER = 'filler';
const DEVICE = 'assay-faults-';

/**
 * A device beside that of the temp folder, at a path: a small tmpfs of its own where one may be mounted, which can be filled; else a folder of
 * /dev/shm, which can't, since others use it; else the same device. Ended by {@link close}.
 */
export class SecondDisk {
  private constructor(
    readonly path: string,
    private readonly kind: 'own' | 'shared' | 'none',
    private readonly target: string,
  ) {}

  /** `path`: an empty folder, which is replaced where it can't be mounted on. */
  static at(path: string): SecondDisk {
    unmountLeft(DEVICE);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${MEGABYTES}m`, nameOfThisRun(DEVICE), path], {
        stdio: 'ignore',
      });
      return new SecondDisk(path, 'own', path);
    } catch {
      // Not root, or in a container that may not mount.
    }
    try {
      const target = mkdtempSync(join('/dev/shm', nameOfThisRun(DEVICE)));
      rmdirSync(path);
      symlinkSync(target, path);
      return new SecondDisk(path, 'shared', target);
    } catch {
      mkdirSync(path, { recursive: true });
      return new SecondDisk(path, 'none', path);
    }
  }

  get isFillable(): boolean {
    return this.kind === 'own';
  }

  isOtherThan(folder: string): boolean {
    return statSync(this.path).dev !== statSync(folder).dev;
  }

  /** Takes all its room. */
  fill(): void {
    const file = openSync(join(this.path, FILLER), 'w');
    const megabyte = Buffer.alloc(1 << 20);
    try {
      for (;;) writeSync(file, megabyte);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    } finally {
      closeSync(file);
    }
  }

  /** Gives it back. Idempotent. */
  empty(): void {
    rmSync(join(this.path, FILLER), { force: true });
  }

  close(): void {
    if (this.kind === 'own') execFileSync('umount', ['--lazy', this.path]);
    else rmSync(this.target, { recursive: true, force: true });
  }
}
