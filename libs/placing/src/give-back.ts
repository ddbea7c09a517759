import { identityAt, putBack, removeOwn } from '@assay/files';
import type { Folders } from './folders';
import type { Placement } from './placement';

/**
 * Undoes what this attempt did: its copy is removed, its staged file gets the source's name again. Returns the name beside the source
 * where a new file had taken that; null otherwise, also where another attempt has taken the staged file over.
 */
export function giveBack(placement: Placement, folders: Folders): string | null {
  const { file, own } = placement;
  const target = placement.existingTarget(folders);
  if (target && placement.copy !== null && identityAt(target.folder, own) !== file.identity)
    removeOwn(target.folder, own);
  if (placement.at !== 'staged') return null;
  const source = placement.source(folders);
  if (!source) return null;
  const put = putBack(source.folder, own, source.name, file);
  placement.at = 'source';
  source.folder.sync();
  return put.kind === 'kept' ? put.as : null;
}

/** A reason, with the name under which the file lies where it could not get its own back. */
export function reasonWith(reason: string, kept: string | null): string {
  return kept === null ? reason : `${reason}: kept as '${kept.toWellFormed()}', since a new file has its name`;
}
