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
import { Destinations } from './destinations';
import { HERE, RowsByScan, each, scansOf } from './rows-by-scan';
import { type Session } from './session';

/** From message to claim to check. Each method runs inside a transaction of its caller. */
export class Claims {
  constructor(private readonly now: () => number) {}

  async claim(session: Session, holder: number, assignments: Assignment[], maxAttempts: number): Promise<Claim[]> {
    const scans = await scansOf(session, assignments);
    const columns = `path, ${CLAIM_COLUMNS}`;
    const rows = await RowsByScan.read<ClaimRow & { path: Buffer }>(session, columns, 'FOR UPDATE', scans, assignments);
    const rowOf = ({ no }: ScanOfFiles, { seq, path }: Assignment) => {
      const row = rows.find(no, seq);
      return row && { row, named: row.path.equals(toBytes(path)) };
    };
    const { claims, given } = decideClaims(assignments, scans, rowOf, maxAttempts);
    const now = this.now();
    for (const [no, seqs] of byScan(given.map(({ scan, seq }) => ({ no: scan.no, seq })))) {
      await session.run(
        `UPDATE files SET attempt = attempt + 1, holder_no = $3, released = 0, updated_at = $4
         FROM ${each('$2::bigint[]', 'seq')} WHERE ${HERE}`,
        no,
        seqs,
        holder,
        now,
      );
    }
    for (const { scan, seq, superseded } of given) {
      // A process works on a row once at a time: it never supersedes itself.
      if (superseded === null || superseded.holderNo === holder) continue;
      await session.run(
        `INSERT INTO superseded (scan_no, seq, attempt, holder_no) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
        scan.no,
        seq,
        superseded.attempt,
        superseded.holderNo,
      );
    }
    return claims;
  }

  /** `lock` where something is to be written; what only looks needs no transaction: a claim lost a moment later is found by the ending. */
  async check(
    session: Session,
    claims: (FileKey & { attempt: number; copyIdentity?: string })[],
    lock: 'FOR UPDATE' | '',
  ): Promise<boolean[]> {
    const scans = await scansOf(session, claims);
    const rows = await RowsByScan.read<StandingRow>(session, STANDING_COLUMNS, lock, scans, claims);
    const copies: { no: number; seq: number; copyIdentity: string }[] = [];
    const standing = claims.map(({ scan: id, seq, attempt, copyIdentity }) => {
      const scan = scans.get(id);
      const row = scan && rows.find(scan.no, seq);
      if (scan === undefined || row === undefined || !stands(scan, row, attempt)) return false;
      if (copyIdentity !== undefined) copies.push({ no: scan.no, seq, copyIdentity });
      return true;
    });
    for (const no of new Set(copies.map((copy) => copy.no))) {
      const mine = copies.filter((copy) => copy.no === no);
      await session.run(
        `UPDATE files SET copy_identity = e.identity FROM ${each('$2::bigint[], $3::text[]', 'seq, identity')} WHERE ${HERE}`,
        no,
        mine.map(({ seq }) => seq),
        mine.map(({ copyIdentity }) => copyIdentity),
      );
    }
    return standing;
  }

  async renumber(session: Session, claim: ClaimedFile): Promise<string | null> {
    const scans = await scansOf(session, [claim]);
    const rows = await RowsByScan.read<ClaimRow>(session, CLAIM_COLUMNS, 'FOR UPDATE', scans, [claim]);
    const scan: ScanOfFiles | undefined = scans.get(claim.scan);
    const row = scan && rows.find(scan.no, claim.seq);
    if (scan === undefined || row === undefined || !stands(scan, row, claim.attempt)) return null;
    if (row.on_conflict !== CONFLICT_CODE.number || row.destination === null) {
      throw new Error(`The destination of file ${claim.seq} of scan ${claim.scan} may not be numbered`);
    }
    const base = row.base ?? row.destination;
    const destinations = new Destinations(session, scan.no);
    const destination = await destinations.number(fromBytes(base));
    await destinations.keep();
    // Where a walk plans this very name meanwhile, the constraint refuses one of the two, and that one is done again.
    await session.run(
      `UPDATE files SET destination = $3, base = $4, reserved = 1, updated_at = $5 WHERE scan_no = $1 AND seq = $2`,
      scan.no,
      claim.seq,
      toBytes(destination),
      base,
      this.now(),
    );
    return destination;
  }
}

function byScan(rows: { no: number; seq: number }[]): [no: number, seqs: number[]][] {
  const seqs = new Map<number, number[]>();
  for (const { no, seq } of rows) seqs.set(no, [...(seqs.get(no) ?? []), seq]);
  return [...seqs];
}
