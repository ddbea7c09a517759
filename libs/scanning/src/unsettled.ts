import type { UnsettledFile } from '@assay/ledger';
import { setTimeout as sleep } from 'node:timers/promises';
import { BrokenDisk } from './broken-disk';
import { skippedFile } from './judge';
import { type Found, type WalkContext, foundNothing, pathOf, readNames } from './walk-folder';

/** The reason of a file that changed within its quiet period. */
export const STILL_BEING_WRITTEN = 'still-being-written';

/** Waits until all of these have been known for the quiet period; false where that is further away than `patience`. Milliseconds. */
export async function whenSettled(files: UnsettledFile[], settle: number, patience: number): Promise<boolean> {
  const wait = Math.max(...files.map(({ seenAt }) => seenAt)) + settle - Date.now();
  if (wait > patience) return false;
  if (wait > 0) await sleep(wait);
  return true;
}

export interface SettledFound extends Found {
  /** Folders from which a young file went: writers give a finished file its name by renaming, so they are to be listed again. */
  vanishedFrom: string[];
}

/** Looks at young files again: one that is as it was is judged, one that changed is skipped, since its writer is at work. */
export async function unsettledFound(context: WalkContext, files: UnsettledFile[]): Promise<SettledFound> {
  const found: SettledFound = { ...foundNothing(), vanishedFrom: [] };
  const byFolder = new Map<string, UnsettledFile[]>();
  for (const file of files) {
    const folder = file.path.slice(0, Math.max(0, file.path.lastIndexOf('/')));
    byFolder.set(folder, [...(byFolder.get(folder) ?? []), file]);
  }
  for (const [folder, members] of byFolder) {
    const names = members.map(({ path }) => path.slice(path.lastIndexOf('/') + 1));
    const results = await readNames(context, folder, names, { listed: false });
    for (const [index, result] of results.entries()) {
      const file = members[index];
      if (!file) continue;
      const path = pathOf(folder, names[index] ?? '');
      if (result.kind === 'broken-disk') throw new BrokenDisk(result.code, path);
      if (result.kind === 'gone') found.vanishedFrom.push(folder);
      else if (result.kind === 'skipped') found.files.push(skippedFile(path, result.reason));
      else if (result.kind === 'folder' || result.identity !== file.identity)
        found.files.push(skippedFile(path, STILL_BEING_WRITTEN));
      else found.files.push({ path, read: result });
    }
  }
  return found;
}
