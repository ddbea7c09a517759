import { type OpenFolder, identityAt, removeLeftover, removeOwn, stage } from '@assay/files';
import { fstatSync } from 'node:fs';
import type { Folders, Spot } from './folders';
import type { Placement } from './placement';

/** What must not be removed though its file counts as placed: the row can't end before someone has looked again. */
export class LeftoverStays extends Error {
  override readonly name = 'LeftoverStays';
}

function isSameFolder(one: OpenFolder, other: OpenFolder): boolean {
  const [a, b] = [one, other].map(({ fd }) => fstatSync(fd, { bigint: true }));
  return a?.ino === b?.ino && a?.dev === b?.dev;
}

/** A template may lead a file to the very place where it lies: then its source's name is its destination's. */
function isInPlace(source: Spot, target: Spot | null): boolean {
  return target?.name === source.name && isSameFolder(source.folder, target.folder);
}

/**
 * Takes away what is left of the source of a placed file: under the own name, or under the source's name, where an attempt that lost had put it
 * back. A new file under the source's name stays, also one made by writing to the old after it was judged. Idempotent. Throws
 * {@link LeftoverStays} where this would take the file's last name. The source of a transfer by copy is not touched.
 */
export function finishSource(placement: Placement, folders: Folders): void {
  const { file, own } = placement;
  const target = placement.existingTarget(folders);
  if (target && placement.copy !== null && identityAt(target.folder, own) !== file.identity)
    removeOwn(target.folder, own);
  const source = placement.keepsSource ? null : placement.source(folders);
  if (!source) return;
  const remove = (): void => {
    if (removeLeftover(source.folder, source.name, own, file.identity, file, !placement.placedAsCopy) === 'last-name')
      throw new LeftoverStays(`'${own}' is the only name of a file that was seen at its destination`);
  };
  // First, since a rename onto another name of the same file does nothing.
  remove();
  if (isInPlace(source, target) || identityAt(source.folder, source.name) !== file.identity) return;
  stage(source.folder, source.name, own, file.identity, file);
  remove();
}
