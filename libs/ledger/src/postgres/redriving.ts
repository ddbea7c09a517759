import { CONFLICT_CODE, OUTCOME_CODE } from '../codes';
import { type CountChange, moveRow } from '../count-change';
import type { Redriven } from '../dead-letter';
import { type LetterChange, countLetter } from '../ending-row';
import { fromBytes, toBytes, toBytesOrNull } from '../exact-text';
import type { Republication } from '../file';
import { type InspectionRow, inspectionOf } from '../file-row';
import { type PlannedRow, refusedRow } from '../planned-row';
import { LETTER_COLUMNS, type LetterRow, type RedrivenRow, redrivenRow } from '../redriven-row';
import { type ScanRow } from '../scan-row';
import { Tally } from '../tally';
import { type Completion } from './completion';
import { replaceContents } from './contents';
import { Destinations } from './destinations';
import { type Publications } from './publications';
import { type Redrives } from './redrives';
import { HERE, RowsByScan, each } from './rows-by-scan';
import { type Scans } from './scans';
import { type Session } from './session';
import { addTallies, countLetters } from './tallies';

type Judged = Extract<RedrivenRow, { kind: 'judged' }>;

/** A row as its new judgement leaves it. */
interface NewlyJudged extends Judged {
  outcome: PlannedRow['outcome'];
  reason: Buffer | null;
  destination: string | null;
  base: Buffer | null;
  reserved: boolean;
}

const NEXT = `generation = generation + 1, attempt = attempt + 1, forgiven = attempt + 1, published_at = $3, updated_at = $3`;

/** How dead letters are sent again. Runs inside a transaction of its caller. */
export class Redriving {
  constructor(
    private readonly scans: Scans,
    private readonly redrives: Redrives,
    private readonly publications: Publications,
    private readonly completion: Completion,
    private readonly now: () => number,
  ) {}

  async redrive(
    session: Session,
    id: string,
    scanId: string,
    upTo: number,
    letters: Redriven[],
  ): Promise<Republication[]> {
    // A scan that overlaps is made before this or sees its rows open.
    await this.scans.alone(session);
    const redrive = await this.redrives.take(session, id);
    const scan = await session.first<ScanRow>(`SELECT * FROM scans WHERE id = $1 AND state <> 'void'`, scanId);
    if (redrive === null || scan === undefined || !(await this.redrives.mayRedrive(session, scan))) return [];
    const { no, priority } = scan;
    await this.publications.reopen(
      session,
      no,
      letters.map(({ seq }) => seq),
    );
    const rows = await this.#rows(session, scanId, no, letters);
    const again = rows.flatMap((one) => (one.kind === 'again' ? [one.row] : []));
    const judged = await planAgain(
      session,
      no,
      rows.flatMap((one) => (one.kind === 'judged' ? [one] : [])),
    );
    await this.#sendAgain(session, no, again);
    await this.#write(session, no, judged);
    const { change, ended } = endedOf(judged);
    await replaceInspections(session, no, judged);
    await replaceContents(
      session,
      no,
      judged.map(({ row, redriven }) => ({ seq: row.seq, file: redriven.judged })),
    );
    await countLetters(session, no, ended);
    await this.#pass(session, id, no, upTo, rows.length);
    if (Object.keys(change).length > 0) await this.completion.count(session, no, change);
    const open = [...again, ...judged.filter(({ outcome }) => outcome === 'pending').map(({ row }) => row)];
    return open
      .sort((one, other) => one.seq - other.seq)
      .map(({ seq, generation, path }) => ({
        ...{ scan: scanId, seq, generation: generation + 1, path: fromBytes(path) },
        ...{ priority, requestId: redrive.requestId ?? scan.request_id },
      }));
  }

  /** Locked. */
  async #rows(session: Session, id: string, no: number, letters: Redriven[]): Promise<RedrivenRow[]> {
    const keys = letters.map(({ seq }) => ({ scan: id, seq }));
    const scans = new Map([[id, { no, cancelled: 0 }]]);
    const rows = await RowsByScan.read<LetterRow>(
      session,
      LETTER_COLUMNS.replace('seq, ', ''),
      'FOR UPDATE',
      scans,
      keys,
    );
    return letters.flatMap((letter) => redrivenRow(rows.find(no, letter.seq), letter) ?? []);
  }

  async #sendAgain(session: Session, no: number, rows: LetterRow[]): Promise<void> {
    if (rows.length === 0) return;
    await session.run(
      `UPDATE files SET ${NEXT}, redriving = 1 FROM ${each('$2::bigint[]', 'seq')} WHERE ${HERE}`,
      no,
      rows.map(({ seq }) => seq),
      this.now(),
    );
  }

  async #write(session: Session, no: number, rows: NewlyJudged[]): Promise<void> {
    if (rows.length === 0) return;
    const columns = `seq, outcome, reason, verdict, action, on_conflict, reserved, size, modified_at, identity, destination, base`;
    const types = `$2::bigint[], $4::smallint[], $5::bytea[], $6::smallint[], $7::smallint[], $8::smallint[], $9::smallint[],
      $10::bigint[], $11::bigint[], $12::text[], $13::bytea[], $14::bytea[]`;
    await session.run(
      `UPDATE files SET ${NEXT}, redriving = CASE e.outcome WHEN ${OUTCOME_CODE.errored} THEN 1 ELSE 0 END, outcome = e.outcome,
         reason = e.reason, verdict = e.verdict, action = e.action, on_conflict = e.on_conflict, reserved = e.reserved, size = e.size,
         modified_at = e.modified_at, identity = e.identity, destination = e.destination, base = e.base, copy_identity = NULL
       FROM ${each(types, columns)} WHERE ${HERE}`,
      no,
      rows.map(({ row }) => row.seq),
      this.now(),
      rows.map(({ outcome }) => OUTCOME_CODE[outcome === 'pending' ? 'errored' : outcome]),
      rows.map(({ reason }) => reason),
      rows.map(({ planned }) => planned.verdict),
      rows.map(({ planned }) => planned.action),
      rows.map(({ planned }) => planned.onConflict),
      rows.map(({ reserved }) => (reserved ? 1 : 0)),
      rows.map(({ redriven }) => redriven.judged.size),
      rows.map(({ redriven: { judged } }) => (judged.modifiedAt === null ? null : Math.floor(judged.modifiedAt))),
      rows.map(({ redriven }) => redriven.judged.identity),
      rows.map(({ destination }) => toBytesOrNull(destination)),
      rows.map(({ base }) => base),
    );
  }

  async #pass(session: Session, id: string, no: number, upTo: number, count: number): Promise<void> {
    await session.run(
      `UPDATE redrives SET redriven = redriven + $4, at_scan = $2,
         at_seq = CASE WHEN at_scan < $2 THEN $3 ELSE greatest(at_seq, $3) END
       WHERE id = $1 AND at_scan <= $2`,
      id,
      no,
      upTo,
      count,
    );
  }
}

/** The destinations that new plans come to, among those of the scan's other rows. */
async function planAgain(session: Session, no: number, rows: Judged[]): Promise<NewlyJudged[]> {
  const moved = rows.filter(({ keepsDestination }) => !keepsDestination);
  const destinations = new Destinations(session, no);
  await destinations.look(moved.flatMap(({ planned }) => planned.destination ?? []));
  const judged: NewlyJudged[] = [];
  for (const one of rows) {
    const { row, planned } = one;
    const { destination } = planned;
    const taker = destination === null || one.keepsDestination ? undefined : destinations.taker(destination);
    const asPlanned = { ...one, outcome: planned.outcome, reason: reasonOf(one, planned), destination, base: null };
    if (one.keepsDestination) {
      const kept = row.destination === null ? null : fromBytes(row.destination);
      judged.push({ ...asPlanned, destination: kept, base: row.base, reserved: true });
    } else if (destination === null || taker === undefined) {
      judged.push({ ...asPlanned, reserved: destination !== null });
    } else if (planned.onConflict === CONFLICT_CODE.number) {
      const next = await destinations.number(destination);
      judged.push({ ...asPlanned, destination: next, base: toBytes(destination), reserved: true });
    } else {
      const refused = refusedRow(planned, taker);
      judged.push({ ...asPlanned, outcome: refused.outcome, reason: reasonOf(one, refused), reserved: false });
    }
    const last = judged.at(-1);
    if (last?.reserved === true && last.destination !== null) destinations.take(last.destination, row.seq);
  }
  await destinations.keep();
  return judged;
}

/** A row that is open keeps the reason for which it is errored. */
function reasonOf({ row }: Judged, { outcome, reason }: Pick<PlannedRow, 'outcome' | 'reason'>): Buffer | null {
  return outcome === 'pending' ? row.reason : toBytesOrNull(reason);
}

function endedOf(rows: NewlyJudged[]): { change: CountChange; ended: LetterChange } {
  const change: CountChange = {};
  const ended: LetterChange = new Map();
  for (const { outcome, row } of rows) {
    if (outcome === 'pending') continue;
    moveRow(change, 'errored', outcome);
    countLetter(ended, row.reason, -1);
  }
  return { change, ended };
}

async function replaceInspections(session: Session, no: number, rows: NewlyJudged[]): Promise<void> {
  if (rows.length === 0) return;
  const tally = new Tally();
  const seqs = rows.map(({ row }) => row.seq);
  const before = await session.all<InspectionRow & { verdict: number }>(
    `SELECT i.facts, i.findings, k.verdict FROM unnest($2::bigint[], $3::smallint[]) AS k (seq, verdict)
     CROSS JOIN LATERAL (SELECT facts, findings FROM inspections WHERE scan_no = $1 AND seq = k.seq LIMIT 1) AS i`,
    no,
    seqs,
    rows.map(({ row }) => row.verdict),
  );
  for (const row of before) tally.remove(inspectionOf(row, row.verdict));
  const judged: { seq: number; facts: string; findings: string | null }[] = [];
  const codes: { seq: number; code: string }[] = [];
  for (const { row, redriven } of rows) {
    const { inspection } = redriven.judged;
    if (inspection === null) continue;
    const { facts, findings } = inspection;
    const noted = findings.length === 0 ? null : JSON.stringify(findings);
    judged.push({ seq: row.seq, facts: JSON.stringify(facts), findings: noted });
    for (const code of tally.add(inspection)) codes.push({ seq: row.seq, code });
  }
  await session.run(
    `INSERT INTO inspections (scan_no, seq, facts, findings) SELECT $1, * FROM unnest($2::bigint[], $3::text[], $4::text[])
     ON CONFLICT (scan_no, seq) DO UPDATE SET facts = excluded.facts, findings = excluded.findings`,
    no,
    judged.map(({ seq }) => seq),
    judged.map(({ facts }) => facts),
    judged.map(({ findings }) => findings),
  );
  await replaceCodes(session, no, rows, before, codes);
  await addTallies(session, no, tally.counts());
}

/** The codes that rows had are taken off by their key: an index by the row does not exist. */
async function replaceCodes(
  session: Session,
  no: number,
  rows: NewlyJudged[],
  before: InspectionRow[],
  codes: { seq: number; code: string }[],
): Promise<void> {
  const known = new Set(before.flatMap((row) => inspectionOf(row, 0).findings.map(({ code }) => code)));
  await session.run(
    `DELETE FROM finding_codes USING unnest($2::bigint[]) AS k (seq) CROSS JOIN unnest($3::text[]) AS c (code)
     WHERE scan_no = $1 AND finding_codes.code = c.code AND finding_codes.seq = k.seq`,
    no,
    rows.map(({ row }) => row.seq),
    [...known],
  );
  await session.run(
    `INSERT INTO finding_codes (scan_no, seq, code) SELECT $1, * FROM unnest($2::bigint[], $3::text[])`,
    no,
    codes.map(({ seq }) => seq),
    codes.map(({ code }) => code),
  );
}
