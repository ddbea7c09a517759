import { type OpenFolder, type Place, RootUnavailable, errnoOf, makeFolder, openFolder } from '@assay/files';
import { fstatSync } from 'node:fs';

/** Where one file lies: an open folder and a name in it. */
export interface Spot {
  folder: OpenFolder;
  name: string;
}

/** The parent folder of a place, and its name there. */
export function parentOf({ root, relative }: Place): { root: string; folder: string; name: string } {
  const slash = relative.lastIndexOf('/');
  return { root, folder: relative.slice(0, Math.max(0, slash)), name: relative.slice(slash + 1) };
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
  private readonly open = new Map<string, OpenFolder>();
  private readonly devices = new Map<OpenFolder, string>();

  /** Null where the path leads to no folder (any more). Throws {@link RootUnavailable}, other errors as node:fs does. */
  existing(root: string, relative: string): OpenFolder | null {
    const key = `${root}\0${relative}`;
    const known = this.open.get(key);
    if (known) return known;
    try {
      const folder = openFolder(root, relative);
      this.open.set(key, folder);
      return folder;
    } catch (error) {
      if (!NO_FOLDER.has(errnoOf(error))) throw error;
      assertThere(root);
      return null;
    }
  }

  /** Makes what is missing beneath the root. */
  made(root: string, relative: string): OpenFolder {
    const existing = this.existing(root, relative);
    if (existing) return existing;
    const folder = makeFolder(root, relative);
    this.open.set(`${root}\0${relative}`, folder);
    return folder;
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
