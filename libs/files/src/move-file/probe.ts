import { closeSync, lstatSync, openSync } from 'node:fs';
import { errnoOf } from '../consequence';
import { type OpenFolder } from '../folder';
import { isProbeName } from './own-names';
import { removeOwn } from './stage';

/** Processes that can try one folder at the same moment; names are few, so that what was left is found without listing the folder. */
const SLOTS = 16;
/** A probe lives for milliseconds: an older one was left by a process that was killed. */
const STALE_MS = 60_000;

/** Two names of one probe, for which nobody else has files just now. */
export interface ProbeNames {
  first: string;
  second: string;
}

const namesOf = (slot: number): ProbeNames => {
  const first = `.assay-probe-${slot}`;
  return { first, second: `${first}-taken` };
};

/** Makes both files of a probe, empty. Throws what the file system says, EEXIST where all names are in use. */
export function makeProbe(folder: OpenFolder): ProbeNames {
  for (let slot = 0; ; slot += 1) {
    const names = namesOf(slot);
    try {
      closeSync(openSync(folder.entry(names.first), 'wx', 0o600));
      closeSync(openSync(folder.entry(names.second), 'wx', 0o600));
      return names;
    } catch (error) {
      // The first may be there now, of ours: it is stale for the next who comes.
      if (errnoOf(error) !== 'EEXIST' || slot >= SLOTS) throw error;
    }
  }
}

/** Removes the empty files of a probe whose process was killed. Idempotent; what is younger, or has content, stays. */
export function removeStaleProbe(folder: OpenFolder, name: string): void {
  const stats = isProbeName(name) && lstatSync(folder.entry(name), { throwIfNoEntry: false });
  if (stats && stats.isFile() && stats.size === 0 && Date.now() - stats.mtimeMs > STALE_MS) removeOwn(folder, name);
}

/** The same for every name that a probe may have here. */
export function removeStaleProbes(folder: OpenFolder): void {
  for (let slot = 0; slot <= SLOTS; slot += 1)
    for (const name of Object.values(namesOf(slot)) as string[]) removeStaleProbe(folder, name);
}
