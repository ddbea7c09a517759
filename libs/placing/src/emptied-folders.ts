import { type Place, isEmptyFolder, removeEmptyFolder } from '@assay/files';
import type { Ledger, Scan } from '@assay/ledger';
import type { OnStep } from './steps';

/** Folders looked at between two questions to the ledger. */
const PAGE = 500;

/** Neither a destination nor a folder of the scan's own, wherever it lies. */
const isOurs = ({ directory, accept, quarantine }: Scan, folder: string): boolean =>
  [accept, quarantine].includes(`${directory}/${folder}`);

const parentOf = (folder: string): string => folder.slice(0, Math.max(0, folder.lastIndexOf('/')));

/**
 * Removes the folders beneath the scan's directory that hold nothing any more, where the scan's walk met them and the scan moved a file from them or
 * from beneath them; children before their parents. The directory itself stays, and what holds anything, however it came there. Follows no
 * symlink. Idempotent. `keep` is called now and then, and throws where another process may do the same. Throws as node:fs does.
 */
export async function removeEmptiedFolders(
  scan: Scan,
  directory: Place,
  { ledger, onStep, keep }: { ledger: Ledger; onStep: OnStep; keep: () => Promise<void> },
): Promise<void> {
  const { root, relative } = directory;
  const beneath = (folder: string): string => (relative === '' ? folder : `${relative}/${folder}`);
  for (let after: string | null = null; ;) {
    await keep();
    const page: string[] = await ledger.walkedFolders(scan.id, after, PAGE);
    const empty = page.filter((folder) => !isOurs(scan, folder) && isEmptyFolder(root, beneath(folder)));
    const moved = empty.length === 0 ? new Set<string>() : await ledger.movedBeneath(scan.id, empty);
    for (const folder of moved)
      // Pages come in any order: whichever child goes last takes its parents along.
      for (let path = folder; path !== '' && !isOurs(scan, path); path = parentOf(path)) {
        if (!removeEmptyFolder(root, beneath(path))) break;
        await onStep('folder-removed');
      }
    after = page.at(-1) ?? null;
    if (page.length < PAGE) return;
  }
}
