import type { FoundFile } from '@assay/ledger';
import { Comparison } from './comparison';
import { type MetFile, foundFile } from './judge';
import type { WalkContext } from './walk-folder';

/** The comparison of a scan's files; null where its profile compares none, and then nothing more than its facts is read of a file. */
export function comparisonOf({ scan, profile, ledger, readers, roots }: WalkContext): Comparison | null {
  if (profile.compares.size === 0) return null;
  const before = {
    // Looked at though only accepted files are asked for: of twins in one scan, each is to have its digest for the scans to come.
    scan: scan.id,
    finishedBy: profile.compares.has('accepted') ? scan.startedAt : null,
  };
  return new Comparison({ places: profile.compares, before, ledger, readers, roots });
}

/** Judges what was met, each by itself. Pure. */
export function judgeEach({ scan, profile }: WalkContext, met: MetFile[]): FoundFile[] {
  return met.map((file) => ('read' in file ? foundFile(scan, file.path, file.read, profile) : file));
}

/**
 * Judges what was met, each as compared with all before it. `met` is in the order in which it will be numbered; what has a row already is left
 * out, since it gets no number and no later file may be taken for its copy. `settled` are no longer unsettled with this batch.
 */
export async function judgeCompared(
  context: WalkContext,
  comparison: Comparison,
  met: MetFile[],
  settled: readonly string[],
): Promise<FoundFile[]> {
  const { scan, profile, ledger } = context;
  const paths = met.map(({ path }) => path);
  const seen = await ledger.recordedPaths(scan.id, paths);
  for (const path of settled) seen.delete(path);
  const fresh = met.filter(({ path }) => !seen.has(path) && seen.add(path));
  const compared = await comparison.compare(
    fresh.flatMap((file) =>
      'read' in file ? [{ path: file.path, at: `${scan.directory}/${file.path}`, read: file.read }] : [],
    ),
  );
  const answers = compared.values();
  return fresh.map((file) =>
    'read' in file ? foundFile(scan, file.path, file.read, profile, answers.next().value) : file,
  );
}
