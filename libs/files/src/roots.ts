import { fstatSync } from 'node:fs';
import { posix } from 'node:path';
import { openFolder, resolveRoot } from './folder';

/** A place beneath a root: the root as an absolute path without symlinks, and the way from there, `''` for the root itself. */
export interface Place {
  root: string;
  relative: string;
}

/** Nothing of this path may be read or written: it lies beneath no root. */
export class OutsideRoots extends Error {
  override readonly name = 'OutsideRoots';
}

/** A root can't be used now (its mount is gone, say). */
export class RootUnavailable extends Error {
  override readonly name = 'RootUnavailable';
}

const beneath = (folder: string, path: string): string | null => {
  if (path === folder) return '';
  const prefix = folder === '/' ? '/' : `${folder}/`;
  return path.startsWith(prefix) ? path.slice(prefix.length) : null;
};

/** The folders in which everything must lie. */
export class Roots {
  private readonly resolved = new Map<string, string>();
  /** Of each resolved root, as it was when it was first used. */
  private readonly devices = new Map<string, string>();

  /** `paths`: absolute, as configured; they may go through symlinks, which are resolved once. */
  constructor(readonly paths: readonly string[]) {}

  /** The absolute, normalised form of a path that a caller gave: relative ones are relative to the first root. Looks at no disk. */
  absolute(given: string): string {
    const path = posix.normalize(given.startsWith('/') ? given : `${this.paths[0]}/${given}`);
    return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
  }

  /**
   * Where an absolute, normalised path lies: beneath the innermost root that holds it. Looks at no disk but to resolve a root the
   * first time. Throws {@link OutsideRoots} or {@link RootUnavailable}.
   */
  locate(absolute: string): Place {
    let best: Place | null = null;
    let bestLength = -1;
    for (const path of this.paths)
      for (const prefix of new Set([path, this.resolved.get(path) ?? path])) {
        const relative = beneath(prefix, absolute);
        if (relative === null || prefix.length <= bestLength) continue;
        best = { root: this.resolve(path), relative };
        bestLength = prefix.length;
      }
    if (best) return best;
    // A root given through a symlink may be named by its resolved path, which is known once it was looked at.
    if (this.resolved.size < this.paths.length && this.resolveAll()) return this.locate(absolute);
    throw new OutsideRoots(
      `'${absolute.toWellFormed()}' lies in none of the folders of INSPECTION_ROOTS (${this.paths.join(':')})`,
    );
  }

  /**
   * Throws {@link RootUnavailable} naming the first root that can't be used now: it can't be opened, or it lies on another device than when it was
   * first used, as the empty mount point of an unmounted file system does.
   */
  check(): void {
    for (const path of this.paths) {
      const root = this.resolve(path);
      const device = this.deviceOf(path, root);
      if (device !== this.devices.get(root))
        throw new RootUnavailable(
          `The root '${path}' lies on another device than before: is its file system unmounted? Mount it again, or restart to use what is there now`,
        );
    }
  }

  private deviceOf(path: string, root: string): string {
    try {
      const folder = openFolder(root, '');
      try {
        return String(fstatSync(folder.fd, { bigint: true }).dev);
      } finally {
        folder.close();
      }
    } catch (cause) {
      throw new RootUnavailable(`The root '${path}' can't be opened: ${(cause as Error).message}`, { cause });
    }
  }

  /** Every root without symlinks. Throws {@link RootUnavailable}. */
  resolvedPaths(): string[] {
    return this.paths.map((path) => this.resolve(path));
  }

  private resolveAll(): boolean {
    const before = this.resolved.size;
    for (const path of this.paths)
      try {
        this.resolve(path);
      } catch {
        // A root that is gone holds nothing; the others may.
        continue;
      }
    return this.resolved.size > before;
  }

  private resolve(path: string): string {
    const known = this.resolved.get(path);
    if (known !== undefined) return known;
    try {
      const root = resolveRoot(path);
      this.devices.set(root, this.deviceOf(path, root));
      this.resolved.set(path, root);
      return root;
    } catch (cause) {
      if (cause instanceof RootUnavailable) throw cause;
      throw new RootUnavailable(`The root '${path}' can't be opened: ${(cause as Error).message}`, { cause });
    }
  }
}
