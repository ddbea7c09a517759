import type { FactReaders, Place, Roots } from '@assay/files';
import type { Disposition, FileFacts, Finding, Profile, Verdict } from '@assay/inspection';
import type { Ledger } from '@assay/ledger';
import { Comparison } from './comparison';
import { judge } from './judge';

/** What lies there is no regular file, or may not be read. `reason` is the one that a scan would give. */
export class NotAFile extends Error {
  override readonly name = 'NotAFile';
  constructor(readonly reason: string) {
    super(`Not a regular file that can be read: ${reason}`);
  }
}

export interface OneInspection {
  facts: FileFacts;
  findings: Finding[];
  verdict: Verdict;
  disposition: Disposition;
  /** Bytes. */
  size: number;
  /** Epoch milliseconds. */
  modifiedAt: number;
}

/**
 * Reads and judges one file; nothing is moved or recorded. The profile sees it as if its folder were scanned now, and it were the only file there:
 * where files are compared, it is with what was accepted. Throws {@link NotAFile}, and errors as node:fs does (ENOENT, EIO).
 */
export async function inspectOne({
  readers,
  ledger,
  roots,
  place,
  profile,
}: {
  readers: FactReaders;
  ledger: Ledger;
  roots: Roots;
  place: Place;
  profile: Profile;
}): Promise<OneInspection> {
  const slash = place.relative.lastIndexOf('/');
  const folder = place.relative.slice(0, Math.max(0, slash));
  const name = place.relative.slice(slash + 1);
  if (name === '') throw new NotAFile('folder');
  const places = profile.compares;
  const heads = places.size > 0;
  const [read] = await readers.read({ root: place.root, folder, names: [name], needs: [...profile.needs], heads });
  const error = (code: string): Error =>
    Object.assign(new Error(`${code}: '${place.root}/${place.relative}' can't be read`), { code });
  switch (read?.kind) {
    case 'read': {
      const before = { scan: null, finishedBy: places.has('accepted') ? Date.now() : null };
      const at = `${place.root}/${place.relative}`;
      const [compared] = heads
        ? await new Comparison({ places, before, ledger, readers, roots }).compare([{ path: name, at, read }])
        : [];
      const { inspection, disposition } = judge(name, read, profile, compared?.copyOf);
      return { facts: read.facts, ...inspection, disposition, size: read.size, modifiedAt: read.modifiedAtMs };
    }
    case 'skipped':
      throw new NotAFile(read.reason);
    case 'folder':
      throw new NotAFile('folder');
    case 'broken-disk':
      throw error(read.code);
    case 'gone':
    case undefined:
      throw error('ENOENT');
  }
}
