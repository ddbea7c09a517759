import { identityAt, ownName, removeOwn, takeOver } from '@assay/files';
import type { Folders, Spot } from './folders';
import type { Placement } from './placement';

/**
 * What earlier attempts left, before anything new is done: their staged file is taken under this attempt's name, their copies are removed; and the
 * destination is looked at last, when none of them can publish any more. Sets where the file is, step by step, so that after an
 * error what was found can be given back. Idempotent.
 */
export function recover(placement: Placement, folders: Folders): void {
  if (placement.file.attempt <= 1) return;
  const failure = placement.keepsSource ? null : takeStaged(placement, folders);
  const target = placement.existingTarget(folders);
  if (target) {
    removeCopies(placement, target);
    placement.seenPlaced(identityAt(target.folder, target.name));
  }
  // A source that can't be read does not keep the file from being placed already.
  if (failure && placement.at !== 'placed') throw failure;
}

function takeStaged(placement: Placement, folders: Folders): Error | null {
  const { file } = placement;
  try {
    const source = placement.source(folders);
    if (source && takeOver(source.folder, source.name, file, file.attempt, file.identity)) placement.at = 'staged';
    return null;
  } catch (error) {
    return error as Error;
  }
}

function removeCopies({ file }: Placement, { folder }: Spot): void {
  for (let earlier = file.attempt - 1; earlier >= 1; earlier -= 1) {
    const own = ownName(file, earlier);
    const found = identityAt(folder, own);
    // Where one folder is both source and destination (bind mounts can hide that), the own name is the staged file itself.
    if (found !== null && found !== file.identity) removeOwn(folder, own);
  }
}
