import type { Statement } from 'better-sqlite3';
import { CONFLICT_CODE, OUTCOME_CODE, actionOf, conflictOf } from '../codes';
import { fromBytes, toBytes } from '../exact-text';
import type { Assignment, Claim, ClaimedFile, FileKey } from '../file';
import { type Connection } from './connection';
import { type Holders } from './holders';
import { type Numbering } from './numbering';

/** Open: pending, or errored and being redriven. */
export const OPEN = `(outcome = ${OUTCOME_CODE.pending} OR redriving = 1)`;

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

export interface ScanOfFiles {
  no: number;
  cancelled: number;
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

/** From message to claim to check. Each method runs inside a transaction of its caller. */
export class Claims {
  readonly #scan: Statement<[string], ScanOfFiles>;
  readonly #row: Statement<[number, number], ClaimRow>;
  readonly #claim: Statement<[number, number, number, number]>;
  readonly #copy: Statement<[string, number, number]>;
  readonly #renumber: Statement<[Buffer, Buffer, number, number, number]>;

  constructor(
    { db }: Connection,
    private readonly holders: Holders,
    private readonly numbering: Numbering,
    private readonly now: () => number,
  ) {
    this.#scan = db.prepare(
      `SELECT no, cancel_requested_at IS NOT NULL AS cancelled FROM scans WHERE id = ? AND state <> 'void'`,
    );
    this.#row = db.prepare(
      `SELECT outcome, action, on_conflict, generation, attempt, forgiven, redriving, size, path, identity, destination, base,
         copy_identity FROM files WHERE scan_no = ? AND seq = ?`,
    );
    this.#claim = db.prepare(
      `UPDATE files SET attempt = attempt + 1, holder_no = ?, released = 0, updated_at = ? WHERE scan_no = ? AND seq = ?`,
    );
    this.#copy = db.prepare(`UPDATE files SET copy_identity = ? WHERE scan_no = ? AND seq = ?`);
    this.#renumber = db.prepare(
      `UPDATE files SET destination = ?, base = ?, reserved = 1, updated_at = ? WHERE scan_no = ? AND seq = ?`,
    );
  }

  claim(holder: string, assignments: Assignment[], maxAttempts: number): Claim[] {
    const scans = this.#lookUp();
    const holderNo = this.holders.numberOf(holder);
    const now = this.now();
    const answered = new Set<string>();
    const claims = new Array<Claim>(assignments.length);
    for (const { assignment, at } of inKeyOrder(assignments)) {
      const scan = scans(assignment.scan);
      const row = scan && this.#row.get(scan.no, assignment.seq);
      const key = { scan: assignment.scan, seq: assignment.seq };
      const name = `${key.scan} ${key.seq}`;
      const refuse = (why: Extract<Claim, { kind: 'refused' }>['why']): Claim => ({
        kind: 'refused',
        key,
        why,
        attempt: why === 'unknown' ? 0 : (row?.attempt ?? 0),
      });

      if (scan === undefined || row === undefined) claims[at] = refuse('unknown');
      else if (assignment.generation > row.generation || !row.path.equals(toBytes(assignment.path))) {
        claims[at] = refuse('unknown');
      } else if (answered.has(name) || assignment.generation < row.generation) claims[at] = refuse('stale');
      else if (!isOpen(row)) claims[at] = refuse('ended');
      else if (scan.cancelled === 1) claims[at] = refuse('cancelled');
      else if (row.attempt - row.forgiven >= maxAttempts) {
        answered.add(name);
        claims[at] = refuse('exhausted');
      } else {
        answered.add(name);
        this.#claim.run(holderNo, now, scan.no, assignment.seq);
        claims[at] = { kind: 'claimed', file: claimedFile(key, { ...row, attempt: row.attempt + 1 }) };
      }
    }
    return claims;
  }

  check(claims: (FileKey & { attempt: number; copyIdentity?: string })[]): boolean[] {
    const scans = this.#lookUp();
    return claims.map((claim) => {
      const scan = scans(claim.scan);
      const row = scan && this.#row.get(scan.no, claim.seq);
      if (scan === undefined || row === undefined || !stands(scan, row, claim.attempt)) return false;
      if (claim.copyIdentity !== undefined) this.#copy.run(claim.copyIdentity, scan.no, claim.seq);
      return true;
    });
  }

  renumber(claim: ClaimedFile): string | null {
    const scan = this.#scan.get(claim.scan);
    const row = scan && this.#row.get(scan.no, claim.seq);
    if (scan === undefined || row === undefined || !stands(scan, row, claim.attempt)) return null;
    if (row.on_conflict !== CONFLICT_CODE.number || row.destination === null) {
      throw new Error(`The destination of file ${claim.seq} of scan ${claim.scan} may not be numbered`);
    }
    const base = row.base ?? row.destination;
    const destination = this.numbering.next(scan.no, fromBytes(base));
    this.#renumber.run(toBytes(destination), base, this.now(), scan.no, claim.seq);
    return destination;
  }

  /** Looks each scan up once. */
  #lookUp(): (id: string) => ScanOfFiles | undefined {
    const known = new Map<string, ScanOfFiles | undefined>();
    return (id) => {
      if (!known.has(id)) known.set(id, this.#scan.get(id));
      return known.get(id);
    };
  }
}

function isOpen(row: ClaimRow): boolean {
  return row.outcome === OUTCOME_CODE.pending || row.redriving === 1;
}

function stands(scan: ScanOfFiles, row: ClaimRow, attempt: number): boolean {
  return scan.cancelled === 0 && row.attempt === attempt && isOpen(row);
}

/** One order for all, so that two who want the same rows never wait for each other in a circle. */
function inKeyOrder(assignments: Assignment[]): { assignment: Assignment; at: number }[] {
  return assignments
    .map((assignment, at) => ({ assignment, at }))
    .sort((one, other) =>
      one.assignment.scan === other.assignment.scan
        ? one.assignment.seq - other.assignment.seq
        : one.assignment.scan < other.assignment.scan
          ? -1
          : 1,
    );
}
