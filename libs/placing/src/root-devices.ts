import { type Roots, fsPath } from '@assay/files';
import { statSync } from 'node:fs';

/** The devices that the roots of destinations are on, each looked up once: for one batch. */
export class RootDevices {
  private readonly byFolder = new Map<string, string | null>();

  constructor(private readonly roots: Pick<Roots, 'locate'>) {}

  /** The device as identities name it, of the root that holds a folder (its absolute path); null where nothing can be said of it now. */
  of(folder: string): string | null {
    let device = this.byFolder.get(folder);
    if (device === undefined) this.byFolder.set(folder, (device = this.look(folder)));
    return device;
  }

  private look(folder: string): string | null {
    try {
      return String(statSync(fsPath(this.roots.locate(folder).root), { bigint: true }).dev);
    } catch {
      // Only for an estimate: the steps meet the same error and say what follows from it.
      return null;
    }
  }
}
