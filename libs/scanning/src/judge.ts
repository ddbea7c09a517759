import type { Profile, InspectedFile, Inspection, Disposition, FileFacts } from '@assay/inspection';
import type { FoundFile, Scan } from '@assay/ledger';

/** What a reader says of a regular file. */
export interface ReadFile {
  identity: string;
  /** Bytes. */
  size: number;
  /** Epoch milliseconds. */
  modifiedAtMs: number;
  facts: FileFacts;
}

/** The reason of a row that a dry run leaves. */
export const DRY_RUN = 'dry-run';

export interface Judgement {
  inspection: Inspection;
  disposition: Disposition;
}

/** Facts × profile → findings, verdict and disposition. Pure; `path` is relative to where the walk began. */
export function judge(path: string, read: ReadFile, profile: Profile): Judgement {
  const file: InspectedFile = {
    path,
    size: read.size,
    modifiedAt: new Date(read.modifiedAtMs).toISOString(),
    facts: read.facts,
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
export function foundFile(scan: Scan, path: string, read: ReadFile, profile: Profile): FoundFile {
  const { inspection, disposition } = judge(path, read, profile);
  return {
    path,
    size: read.size,
    modifiedAt: read.modifiedAtMs,
    identity: read.identity,
    inspection: { facts: read.facts, ...inspection },
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
