import { OUTCOME_CODE, actionOf, conflictOf } from './codes';
import { fromBytes, toBytes } from './exact-text';
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
  size: number | null;
  path: Buffer;
  identity: string | null;
  destination: Buffer | null;
  base: Buffer | null;
  copy_identity: string | null;
}

/** The columns of {@link ClaimRow}. */
export const CLAIM_COLUMNS = `outcome, action, on_conflict, generation, attempt, forgiven, redriving, size, path, identity, destination,
  base, copy_identity`;

export interface ScanOfFiles {
  no: number;
  /** 1 where the scan was asked to stop. */
  cancelled: number;
}

/** A row that is claimed: what the holder is given, once its attempt is written. */
export interface GivenClaim {
  scan: ScanOfFiles;
  seq: number;
}

export function isOpen(row: ClaimRow): boolean {
  return row.outcome === OUTCOME_CODE.pending || row.redriving === 1;
}

/** Whether the claim of this attempt still holds. */
export function stands(scan: ScanOfFiles, row: ClaimRow, attempt: number): boolean {
  return scan.cancelled === 0 && row.attempt === attempt && isOpen(row);
}

/** What a holder is given. Throws for a row that moves nothing, which no claim reaches. */
export function claimedFile(key: FileKey, row: ClaimRow): ClaimedFile {
  if (row.destination === null || row.identity === null || row.size === null) {
    throw new Error(`File ${key.seq} of scan ${key.scan} was never to be moved`);
  }
  return {
    scan: key.scan,
    seq: key.seq,
    generation: row.generation,
    path: fromBytes(row.path),
    attempt: row.attempt,
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
 * `rowOf` gives a row as it is, or undefined.
 */
export function decideClaims(
  assignments: Assignment[],
  scans: ReadonlyMap<string, ScanOfFiles>,
  rowOf: (scan: ScanOfFiles, seq: number) => ClaimRow | undefined,
  maxAttempts: number,
): { claims: Claim[]; given: GivenClaim[] } {
  const given: GivenClaim[] = [];
  const answered = new Set<string>();
  const claims = assignments.map((assignment): Claim => {
    const scan = scans.get(assignment.scan);
    const row = scan && rowOf(scan, assignment.seq);
    const key = { scan: assignment.scan, seq: assignment.seq };
    const refuse = (why: Extract<Claim, { kind: 'refused' }>['why']): Claim => ({
      kind: 'refused',
      key,
      why,
      attempt: why === 'unknown' ? 0 : (row?.attempt ?? 0),
    });

    if (scan === undefined || row === undefined) return refuse('unknown');
    if (assignment.generation > row.generation || !row.path.equals(toBytes(assignment.path))) return refuse('unknown');
    const name = `${scan.no} ${key.seq}`;
    if (answered.has(name) || assignment.generation < row.generation) return refuse('stale');
    if (!isOpen(row)) return refuse('ended');
    if (scan.cancelled === 1) return refuse('cancelled');
    answered.add(name);
    if (row.attempt - row.forgiven >= maxAttempts) return refuse('exhausted');
    given.push({ scan, seq: key.seq });
    return { kind: 'claimed', file: claimedFile(key, { ...row, attempt: row.attempt + 1 }) };
  });
  return { claims, given };
}
