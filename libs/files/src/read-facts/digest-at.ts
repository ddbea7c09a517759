import { openFolder } from '../folder';
import { type FileIdentity } from '../identity';
import { identityAt } from '../move-file/move-no-replace';
import { type Place } from '../roots';
import { resultOfFolderError } from './errno-result';
import { type FactReaders } from './fact-readers';

/**
 * - `digest`: `sha256:` and 64 hex digits of every byte of the file that was meant;
 * - `other`: nothing lies there, or another file, or one that may not be read, or it changed while it was read;
 * - `broken-disk`: nothing is known, and a later attempt may know. `code` is the errno's name.
 */
export type DigestRead = { kind: 'digest'; digest: string } | { kind: 'other' } | { kind: 'broken-disk'; code: string };

function partsOf({ root, relative }: Place): { root: string; folder: string; name: string } {
  const slash = relative.lastIndexOf('/');
  return { root, folder: relative.slice(0, Math.max(0, slash)), name: relative.slice(slash + 1) };
}

/** Which file lies at the place, following no symlink; null where none does. Throws as node:fs does where the disk fails. */
export function identityIn(place: Place): FileIdentity | null {
  const { root, folder, name } = partsOf(place);
  if (name === '') return null;
  try {
    const open = openFolder(root, folder);
    try {
      return identityAt(open, name);
    } finally {
      open.close();
    }
  } catch (error) {
    const result = resultOfFolderError(error);
    if (result.kind === 'broken-disk') throw error;
    return null;
  }
}

/**
 * Reads the whole file at a place, in a reader, where it is one of those meant by `identities`. So a file that was moved can be asked for at every
 * place where it may lie: whatever else took a name there is not read, and never taken for it.
 */
export async function digestAt(
  readers: FactReaders,
  place: Place,
  identities: readonly FileIdentity[],
): Promise<DigestRead> {
  const found = identityIn(place);
  if (found === null || !identities.includes(found)) return { kind: 'other' };
  const { root, folder, name } = partsOf(place);
  const [read] = await readers.read({ root, folder, names: [name], needs: ['digest'] });
  if (read?.kind === 'broken-disk') return read;
  if (read?.kind !== 'read' || read.facts.digest === undefined || !identities.includes(read.identity))
    return { kind: 'other' };
  return { kind: 'digest', digest: read.facts.digest };
}
