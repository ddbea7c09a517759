import { OutsideRoots, type Roots, errnoOf } from '@assay/files';
import type { ProfileDefinition } from '@assay/inspection';
import { type EpilogueClaim, type Ledger, LedgerUnavailable, type Scan } from '@assay/ledger';
import { removeEmptiedFolders } from './emptied-folders';
import { resultOf } from './failure';
import { publishReasons } from './reasons-file';
import type { OnStep } from './steps';

export interface EpilogueOptions {
  ledger: Ledger;
  roots: Roots;
  onStep: OnStep;
  /** Called now and then; throws TakenOver where another process may do the same epilogue. */
  keep: () => Promise<void>;
}

/** Attempts before what can't be done is left undone: somebody may be about to put right what is in the way. */
const MOST_ATTEMPTS = 6;

/** A scan that was cut short leaves its directory as it stands: who takes it up again finds the delivery in its folders. A copy empties nothing. */
function removesFolders({ state, dryRun, profile }: Scan): boolean {
  const { removeEmptyFolders, transfer } = profile.definition as Partial<ProfileDefinition>;
  return removeEmptyFolders === true && transfer !== 'copy' && state === 'completed' && !dryRun;
}

/** What a later attempt will hardly do better, in words; null where one may. */
function lastingProblem(error: unknown): string | null {
  const ofDisk = error instanceof OutsideRoots || /^E[A-Z0-9]+$/.test(errnoOf(error));
  if (!ofDisk || error instanceof LedgerUnavailable) return null;
  const result = resultOf(error);
  return result.kind === 'errored' ? (error as Error).message : null;
}

/**
 * What is done once after a scan has finished: the reasons are written beside its quarantined files, where there are any, and the folders that it
 * emptied are removed, where the profile asks for it. Idempotent, and harmless when two do it at once. What several attempts can't do is noted
 * with the scan. Throws where it may be done later, and TakenOver where another does it.
 */
export async function doEpilogue(id: string, options: EpilogueOptions): Promise<void> {
  const claim = await options.ledger.claimEpilogue(id);
  if (claim === null) return;
  await options.onStep('epilogue-claimed');
  // A root that is away would look like folders that are gone.
  options.roots.check();
  const problems: string[] = [];
  const tried = async <T>(act: Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await act;
    } catch (error) {
      const problem = lastingProblem(error);
      if (problem === null || claim.attempt < MOST_ATTEMPTS) throw error;
      problems.push(problem);
      return otherwise;
    }
  };
  const reasons = await tried(writeReasons(claim, options), null);
  await tried(tidy(claim, options), undefined);
  await options.onStep('folders-removed');
  await options.ledger.endEpilogue(claim, { reasons, problem: problems.length === 0 ? null : problems.join('; ') });
}

async function writeReasons(claim: EpilogueClaim, options: EpilogueOptions): Promise<string | null> {
  const { quarantine, counts } = claim.scan;
  if (counts.quarantined === 0) return null;
  return `${quarantine}/${await publishReasons(claim, options.roots.locate(quarantine), options)}`;
}

async function tidy({ scan }: EpilogueClaim, options: EpilogueOptions): Promise<void> {
  if (removesFolders(scan)) await removeEmptiedFolders(scan, options.roots.locate(scan.directory), options);
}
