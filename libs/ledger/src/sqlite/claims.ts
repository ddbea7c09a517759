import type { Statement } from 'better-sqlite3';
import {
  CLAIM_COLUMNS,
  type ClaimRow,
  STANDING_COLUMNS,
  type ScanOfFiles,
  type StandingRow,
  decideClaims,
  stands,
} from '../claim-row';
import { CONFLICT_CODE } from '../codes';
import { fromBytes, toBytes } from '../exact-text';
import type { Assignment, Claim, ClaimedFile, FileKey } from '../file';
import { type Connection } from './connection';
import { type Holders } from './holders';
import { type Numbering } from './numbering';

/** From message to claim to check. Each method runs inside a transaction of its caller. */
export class Claims {
  readonly #scan: Statement<[string], ScanOfFiles>;
  readonly #named: Statement<[Buffer, number, number], ClaimRow & { named: number }>;
  readonly #standing: Statement<[number, number], StandingRow>;
  readonly #row: Statement<[number, number], ClaimRow>;
  readonly #claim: Statement<[number, number, number, number]>;
  readonly #supersede: Statement<[number, number, number, number]>;
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
    this.#named = db.prepare(`SELECT path = ? AS named, ${CLAIM_COLUMNS} FROM files WHERE scan_no = ? AND seq = ?`);
    this.#standing = db.prepare(`SELECT ${STANDING_COLUMNS} FROM files WHERE scan_no = ? AND seq = ?`);
    this.#row = db.prepare(`SELECT ${CLAIM_COLUMNS} FROM files WHERE scan_no = ? AND seq = ?`);
    this.#claim = db.prepare(
      `UPDATE files SET attempt = attempt + 1, holder_no = ?, released = 0, updated_at = ? WHERE scan_no = ? AND seq = ?`,
    );
    this.#supersede = db.prepare(
      `INSERT OR IGNORE INTO superseded (scan_no, seq, attempt, holder_no) VALUES (?, ?, ?, ?)`,
    );
    this.#copy = db.prepare(`UPDATE files SET copy_identity = ? WHERE scan_no = ? AND seq = ?`);
    this.#renumber = db.prepare(
      `UPDATE files SET destination = ?, base = ?, reserved = 1, updated_at = ? WHERE scan_no = ? AND seq = ?`,
    );
  }

  claim(holder: string, assignments: Assignment[], maxAttempts: number): Claim[] {
    const holderNo = this.holders.numberOf(holder);
    const rowOf = ({ no }: ScanOfFiles, { seq, path }: Assignment) => {
      const row = this.#named.get(toBytes(path), no, seq);
      return row && { row, named: row.named === 1 };
    };
    const { claims, given } = decideClaims(assignments, this.#scansOf(assignments), rowOf, maxAttempts);
    const now = this.now();
    for (const { scan, seq, superseded } of given) {
      this.#claim.run(holderNo, now, scan.no, seq);
      // A process works on a row once at a time: it never supersedes itself.
      if (superseded && superseded.holderNo !== holderNo)
        this.#supersede.run(scan.no, seq, superseded.attempt, superseded.holderNo);
    }
    return claims;
  }

  check(claims: (FileKey & { attempt: number; copyIdentity?: string })[]): boolean[] {
    const scans = this.#scansOf(claims);
    return claims.map((claim) => {
      const scan = scans.get(claim.scan);
      const row = scan && this.#standing.get(scan.no, claim.seq);
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

  #scansOf(keys: FileKey[]): Map<string, ScanOfFiles> {
    const scans = new Map<string, ScanOfFiles>();
    for (const id of new Set(keys.map(({ scan }) => scan))) {
      const scan = this.#scan.get(id);
      if (scan !== undefined) scans.set(id, scan);
    }
    return scans;
  }
}
