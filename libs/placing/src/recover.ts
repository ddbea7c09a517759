import { identityAt, ownName, removeOwn, takeOver } from '@assay/files';
import type { Folders } from './folders';
import type { Placement } from './placement';

/**
 * What earlier attempts left, before anything new is done: their copies are removed, their staged file is taken under this attempt's name; and the
 * destination is looked at, since one of them may have come that far. Sets where the file is. Idempotent.
 */
export function recover(placement: Placement, folders: Folders): void {
  const { file } = placement;
  if (file.attempt <= 1) return;
  const target = placement.existingTarget(folders);
  if (target)
    for (let earlier = file.attempt - 1; earlier >= 1; earlier -= 1) {
      const own = ownName(file, earlier);
      const found = identityAt(target.folder, own);
      // Where one folder is both source and destination (bind mounts can hide that), the own name is the staged file itself.
      if (found !== null && found !== file.identity) removeOwn(target.folder, own);
    }
  const source = placement.source(folders);
  if (source && takeOver(source.folder, source.name, file, file.attempt, file.identity)) placement.at = 'staged';
  const there = target && identityAt(target.folder, target.name);
  if (there !== null && (there === file.identity || there === file.copyIdentity)) placement.at = 'placed';
}
