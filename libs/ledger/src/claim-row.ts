import { OUTCOME_CODE, actionOf, conflictOf } from './codes';
import { fromBytes } from './exact-text';
import type { Assignment, Claim, ClaimedFile, FileKey } from './file';

/** SQL: open, that is pending, or errored and being redriven. */
export const OPEN = `(outcome = ${OUTCOME_CODE.pending} OR redriving = 1)`;

/** What of `files` a claim is decided by, and gives to its holder. */
export interface ClaimRow {
  outcome: number;
  action: number;
  on_conflict: number;
  generation: number;
  attempt: number;
  forgiven: number;
  redriving: number;
  released: number;
  holder_no: number;
  size: number | null;
  identity: string | null;
  destination: Buffer | null;
  base: Buffer | null;
  copy_identity: string | null;
}

/** The columns of {@link ClaimRow}. */
export const CLAIM_COLUMNS = `outcome, action, on_conflict, generation, attempt, forgiven, redriving, released, holder_no, size, identity, destination, base,
  copy_identity`;

/** What says whether a claim holds. */
export type StandingRow = Pick<ClaimRow, 'outcome' | 'attempt' | 'redriving'>;

/** The columns of {@link StandingRow}. */
export const STANDING_COLUMNS = 'outcome, attempt, redriving';

export interface ScanOfFiles {
  no: number;
  /** 1 where the scan was asked to stop. */
  cancelled: number;
}

/** A row that is claimed: what the holder is given, once its attempt is written. */
export interface GivenClaim {
  scan: ScanOfFiles;
  seq: number;
  /** The attempt that has not given the row back: its holder may still touch the file. */
  superseded: { attempt: number; holderNo: number } | null;
}

export function isOpen(row: Pick<StandingRow, 'outcome' | 'redriving'>): boolean {
  return row.outcome === OUTCOME_CODE.pending || row.redriving === 1;
}

/** Whether the claim of this attempt still holds. */
export function stands(scan: ScanOfFiles, row: StandingRow, attempt: number): boolean {
  return scan.cancelled === 0 && row.attempt === attempt && isOpen(row);
}

/** What a holder of this attempt is given. Throws for a row that moves nothing, which no claim reaches. */
export function claimedFile(key: FileKey, path: string, row: ClaimRow, attempt: number): ClaimedFile {
  if (row.destination === null || row.identity === null || row.size === null) {
    throw new Error(`File ${key.seq} of scan ${key.scan} was never to be moved`);
  }
  return {
    scan: key.scan,
    seq: key.seq,
    generation: row.generation,
    path,
    attempt,
    action: actionOf(row.action),
    size: row.size,
    identity: row.identity,
    destination: fromBytes(row.destination),
    onConflict: conflictOf(row.on_conflict),
    copyIdentity: row.copy_identity,
  };
}

/**
 * Decides a batch: an answer for each assignment, in their order, and the rows whose next attempt is to be written for `maxAttempts` allowed.
 * `rowOf` gives the row of an assignment as it is, and whether its path is the one that the assignment names; undefined where there is none.
 */
export function decideClaims(
  assignments: Assignment[],
  scans: ReadonlyMap<string, ScanOfFiles>,
  rowOf: (scan: ScanOfFiles, assignment: Assignment) => { row: ClaimRow; named: boolean } | undefined,
  maxAttempts: number,
): { claims: Claim[]; given: GivenClaim[] } {
  const given: GivenClaim[] = [];
  const answered = new Set<string>();
  const claims = assignments.map((assignment): Claim => {
    const scan = scans.get(assignment.scan);
    const found = scan && rowOf(scan, assignment);
    const row = found?.row;
    const key = { scan: assignment.scan, seq: assignment.seq };
    const refuse = (why: Extract<Claim, { kind: 'refused' }>['why']): Claim => ({
      kind: 'refused',
      key,
      why,
      attempt: why === 'unknown' ? 0 : (row?.attempt ?? 0),
    });

    if (scan === undefined || row === undefined) return refuse('unknown');
    if (assignment.generation > row.generation || found?.named !== true) return refuse('unknown');
    const name = `${scan.no} ${key.seq}`;
    if (answered.has(name) || assignment.generation < row.generation) return refuse('stale');
    if (!isOpen(row)) return refuse('ended');
    if (scan.cancelled === 1) return refuse('cancelled');
    answered.add(name);
    if (row.attempt - row.forgiven >= maxAttempts) return refuse('exhausted');
    const superseded =
      row.holder_no !== 0 && row.released === 0 ? { attempt: row.attempt, holderNo: row.holder_no } : null;
    given.push({ scan, seq: key.seq, superseded });
    return { kind: 'claimed', file: claimedFile(key, assignment.path, row, row.attempt + 1) };
  });
  return { claims, given };
}
