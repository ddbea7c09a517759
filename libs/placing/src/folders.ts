import { type OpenFolder, RootUnavailable, type Roots, errnoOf, makeFolder, openFolder } from '@assay/files';
import { fstatSync } from 'node:fs';

/** Where one file lies: an open folder and a name in it. */
export interface Spot {
  folder: OpenFolder;
  name: string;
}

/** An absolute path in two: the folder that holds the file, and its name there. */
export interface FilePath {
  folder: string;
  name: string;
}

export function filePath(absolute: string): FilePath {
  const slash = absolute.lastIndexOf('/');
  return { folder: absolute.slice(0, slash) || '/', name: absolute.slice(slash + 1) };
}

/** Nothing, a file, a symlink, or a path that nothing can have. */
const NO_FOLDER = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG']);

/** A root that is away takes all its files along: none of them is gone. */
function assertThere(root: string): void {
  try {
    openFolder(root, '').close();
  } catch (cause) {
    throw new RootUnavailable(`The root '${root.toWellFormed()}' can't be opened: ${(cause as Error).message}`, {
      cause,
    });
  }
}

/**
 * The folders of one batch, each opened beneath its root once and held until the batch ends: no longer, so that a folder that was moved or
 * replaced meanwhile is found where it is now.
 */
export class Folders {
  /** By absolute path. */
  private readonly open = new Map<string, OpenFolder>();
  private readonly devices = new Map<OpenFolder, string>();

  constructor(private readonly roots: Pick<Roots, 'locate'>) {}

  /**
   * Where the file lies; null where the path leads through no folder (any more). Throws {@link RootUnavailable},
   * OutsideRoots, other errors as node:fs does.
   */
  existing(path: FilePath): Spot | null {
    return this.spot(path, (root, relative) => {
      try {
        return openFolder(root, relative);
      } catch (error) {
        if (!NO_FOLDER.has(errnoOf(error))) throw error;
        assertThere(root);
        return null;
      }
    });
  }

  /** The same; what is missing of the folder beneath its root is made. */
  made(path: FilePath): Spot {
    const spot = this.existing(path) ?? this.spot(path, makeFolder);
    if (!spot) throw new Error(`'${path.folder.toWellFormed()}' was not made`);
    return spot;
  }

  private spot(
    { folder: path, name }: FilePath,
    opened: (root: string, relative: string) => OpenFolder | null,
  ): Spot | null {
    const known = this.open.get(path);
    if (known) return { folder: known, name };
    const { root, relative } = this.roots.locate(path);
    const folder = opened(root, relative);
    if (!folder) return null;
    this.open.set(path, folder);
    return { folder, name };
  }

  /** The device that the folder is on, as identities name it. */
  device(folder: OpenFolder): string {
    let device = this.devices.get(folder);
    if (device === undefined) {
      device = String(fstatSync(folder.fd, { bigint: true }).dev);
      this.devices.set(folder, device);
    }
    return device;
  }

  close(): void {
    for (const folder of this.open.values()) folder.close();
    this.open.clear();
  }
}
