import type { Profile, InspectedFile, Inspection, Disposition, FileFacts } from '@assay/inspection';
import type { FoundFile, RecordedContent, Scan } from '@assay/ledger';

/** What a reader says of a regular file. */
export interface ReadFile {
  identity: string;
  /** Bytes. */
  size: number;
  /** Epoch milliseconds. */
  modifiedAtMs: number;
  facts: FileFacts;
  /** Digest of its first bytes; absent where it is empty, changed while it was read, or nothing compares it. */
  head?: string;
}

/** What the walk met: a file that was read and is to be judged in its turn, or one that is recorded as it is. */
export type MetFile = { path: string; read: ReadFile } | FoundFile;

/** What comparing a file with others told. */
export interface ComparedFile {
  copyOf: NonNullable<InspectedFile['copyOf']>;
  /** What its row is found by when others are compared with it; null where it can't be. */
  content: RecordedContent | null;
}

/** The reason of a row that a dry run leaves. */
export const DRY_RUN = 'dry-run';

export interface Judgement {
  inspection: Inspection;
  disposition: Disposition;
}

/** Facts × profile → findings, verdict and disposition. Pure; `path` is relative to where the walk began. */
export function judge(path: string, read: ReadFile, profile: Profile, copyOf?: InspectedFile['copyOf']): Judgement {
  const file: InspectedFile = {
    path,
    size: read.size,
    modifiedAt: new Date(read.modifiedAtMs).toISOString(),
    facts: read.facts,
    ...(copyOf === undefined ? {} : { copyOf }),
  };
  const inspection = profile.inspect(file);
  return { inspection, disposition: profile.dispose(file, inspection) };
}

/** The plan of a judged file: what is to become of it in this scan. A dry run is the same plan, left undone. Pure. */
export function planOf(
  scan: Pick<Scan, 'accept' | 'quarantine' | 'dryRun'>,
  disposition: Disposition,
): FoundFile['plan'] {
  if (disposition.action === 'leave') return { kind: 'leave', reason: disposition.reason };
  const { action, to, onConflict } = disposition;
  const move = { action, destination: `${action === 'accept' ? scan.accept : scan.quarantine}/${to}`, onConflict };
  return scan.dryRun ? { kind: 'leave', reason: DRY_RUN, planned: move } : { kind: 'move', ...move };
}

/** A judged file as the ledger records it. Pure. */
export function foundFile(
  scan: Scan,
  path: string,
  read: ReadFile,
  profile: Profile,
  compared?: ComparedFile,
): FoundFile {
  const { inspection, disposition } = judge(path, read, profile, compared?.copyOf);
  return {
    path,
    size: read.size,
    modifiedAt: read.modifiedAtMs,
    identity: read.identity,
    inspection: { facts: read.facts, ...inspection },
    ...(compared === undefined ? {} : { content: compared.content }),
    plan: planOf(scan, disposition),
  };
}

/** A file that is not judged, with the reason. Pure. */
export function skippedFile(path: string, reason: string): FoundFile {
  return {
    path,
    size: null,
    modifiedAt: null,
    identity: null,
    inspection: null,
    plan: { kind: 'skip', reason },
  };
}
