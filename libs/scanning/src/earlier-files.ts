import {
  type FactReaders,
  OutsideRoots,
  type Place,
  type Roots,
  digestAt,
  errnoOf,
  identityIn,
  ownName,
} from '@assay/files';
import type { EarlierFile } from '@assay/ledger';
import { setTimeout as sleep } from 'node:timers/promises';
import { BrokenDisk } from './broken-disk';

/** A claim may have come since the ledger was asked, and another after it. */
const ATTEMPTS_AHEAD = 1;
/** A file that is being placed is looked for again, since it may have passed from one name to the next behind our back. */
const LOOKS = 3;
const BETWEEN_LOOKS_MS = 50;

/**
 * - `digest`: of every byte;
 * - `moving`: not met, but its row says that it is on its way: the ledger is to be asked again;
 * - `lost`: it lies nowhere that the ledger knows of as what was judged: taken away, or written to.
 */
export type EarlierDigest = { kind: 'digest'; digest: string } | { kind: 'moving' } | { kind: 'lost' };

/** Files that were recorded before, where they lie by now. */
export class EarlierFilesOnDisk {
  constructor(
    private readonly readers: FactReaders,
    private readonly roots: Roots,
  ) {}

  /**
   * Reads an earlier file wherever its row says that it may be, and at `also` (absolute) where files were met that may be it. Believed are only bytes that were read under the identity that was judged, or
   * under that of the verified copy that was made of it: what changed in place, or took its name, is another file.
   * Throws {@link BrokenDisk}, RootUnavailable, and what the readers throw.
   */
  async digest(file: EarlierFile, also: readonly string[] = []): Promise<EarlierDigest> {
    const identities = identitiesOf(file);
    for (const path of [...pathsOf(file), ...also]) {
      const place = this.place(path);
      if (place === null) continue;
      const read = await orBroken(path, () => digestAt(this.readers, place, identities));
      if (read.kind === 'broken-disk') throw new BrokenDisk(read.code, path);
      if (read.kind === 'digest') return read;
    }
    // An unmounted root is empty, and what lay there is not gone.
    this.roots.check();
    return { kind: file.outcome === 'pending' ? 'moving' : 'lost' };
  }

  /** Whether the earlier file lies under a name that is not `path` (absolute). Throws as {@link digest} does. */
  async liesElsewhere(file: EarlierFile, path: string): Promise<boolean> {
    const identities = identitiesOf(file);
    for (let look = 1; ; look += 1) {
      for (const other of pathsOf(file)) if (other !== path && (await this.isOneOf(other, identities))) return true;
      if (file.outcome !== 'pending' || look === LOOKS) return false;
      await sleep(BETWEEN_LOOKS_MS);
    }
  }

  /** Whether one of these lies at the path (absolute). Throws as {@link digest} does. */
  async isOneOf(path: string, identities: readonly string[]): Promise<boolean> {
    const place = this.place(path);
    if (place === null) return false;
    const identity = await orBroken(path, () => Promise.resolve(identityIn(place)));
    return identity !== null && identities.includes(identity);
  }

  /** Null for what lies beneath no root by now: it may not be read. */
  private place(path: string): Place | null {
    try {
      return this.roots.locate(path);
    } catch (error) {
      if (error instanceof OutsideRoots) return null;
      throw error;
    }
  }
}

/** Under which its bytes are believed. */
export function identitiesOf({ identity, copyIdentity }: EarlierFile): string[] {
  return copyIdentity === null ? [identity] : [identity, copyIdentity];
}

/** In the order in which a file passes through them, so that one that is moved meanwhile is met at the next. */
function pathsOf(file: EarlierFile): string[] {
  const source = `${file.directory}/${file.path}`;
  const folder = source.slice(0, source.lastIndexOf('/'));
  const staged = Array.from(
    { length: ATTEMPTS_AHEAD + 1 },
    (_, ahead) => `${folder}/${ownName(file, file.attempt + ahead)}`,
  );
  return [source, ...staged, ...(file.destination === null ? [] : [file.destination])];
}

async function orBroken<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (errnoOf(error) === '') throw error;
    throw new BrokenDisk(errnoOf(error), path);
  }
}
