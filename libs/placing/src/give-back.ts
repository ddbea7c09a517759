import { identityAt, keptBeside, ownName, putBack, removeOwn } from '@assay/files';
import type { Folders } from './folders';
import type { Placement } from './placement';

/**
 * Undoes what this attempt did: its staged file gets the source's name again (or a kept name beside a new file of that name), its copy is
 * removed. `taken`: there was no staged file, since another attempt has taken it over.
 */
export function giveBack(placement: Placement, folders: Folders): 'back' | 'taken' {
  const { file, own } = placement;
  let taken = false;
  const source = placement.at === 'staged' ? placement.source(folders) : null;
  if (source) {
    taken = putBack(source.folder, own, source.name, file).kind === 'absent';
    placement.at = 'source';
    source.folder.sync();
  }
  if (placement.copy !== null) {
    const target = placement.existingTarget(folders);
    if (target && identityAt(target.folder, own) !== file.identity) removeOwn(target.folder, own);
  }
  return taken ? 'taken' : 'back';
}

/** True where a name of ours is left of this row, or may be: a folder that can't be looked into counts as one. */
export function isNameLeft(placement: Placement, folders: Folders): boolean {
  const { file } = placement;
  try {
    for (const spot of [placement.source(folders), placement.existingTarget(folders)])
      for (let attempt = file.attempt; spot && attempt >= 1; attempt -= 1)
        if (identityAt(spot.folder, ownName(file, attempt)) !== null) return true;
    return false;
  } catch {
    return true;
  }
}

/** A reason, with the names under which files of this row lie that could not get their own back. Looks at the disk: an earlier attempt may have kept them. */
export function reasonWith(reason: string, placement: Placement, folders: Folders): string {
  const source = placement.source(folders);
  const kept = source ? keptBeside(source.folder, source.name, placement.file) : [];
  if (kept.length === 0) return reason;
  return `${reason}: kept as ${kept.map((name) => `'${name.toWellFormed()}'`).join(', ')}, since a new file has its name`;
}
