import { OUTCOME_CODE, outcomeOf } from './codes';
import { type CountChange, moveRow } from './count-change';
import { toBytesOrNull } from './exact-text';
import type { Ending } from './file';
import { reasonCode } from './reason-code';

/** What of `files` an ending is decided by. */
export interface EndingRow {
  outcome: number;
  attempt: number;
  redriving: number;
  holder_no: number;
  /** Of an errored row; null for any other. */
  reason: Buffer | null;
}

/** SQL: the columns of {@link EndingRow}. */
export const ENDING_COLUMNS = `outcome, attempt, redriving, holder_no,
  CASE outcome WHEN ${OUTCOME_CODE.errored} THEN reason END AS reason`;

/** By how many the dead letters of a scan change, by the code of their reason. */
export type LetterChange = Map<string, number>;

export function countLetter(change: LetterChange, reason: Buffer | null, by: 1 | -1): void {
  const code = reasonCode(reason);
  change.set(code, (change.get(code) ?? 0) + by);
}

/** A row as its ending leaves it. */
export interface EndedRow {
  seq: number;
  outcome: number;
  reason: Buffer | null;
  resolved: boolean;
}

export interface EndedScan {
  no: number;
  change: CountChange;
  letters: LetterChange;
  /** Each row once, as its last ending in the batch leaves it, in the order of the numbers. */
  rows: EndedRow[];
}

/**
 * Decides a batch: for each ending whether it stands recorded, and what is to be written for that, by scan in the order of their numbers.
 * Changes the given rows as they would be changed, so that a row named twice is decided by what the first ending made of it.
 */
export function decideEndings(
  endings: Ending[],
  scans: ReadonlyMap<string, number>,
  rowOf: (scan: number, seq: number) => EndingRow | undefined,
): { recorded: boolean[]; scans: EndedScan[] } {
  const ended = new Map<number, { change: CountChange; letters: LetterChange; rows: Map<number, EndedRow> }>();
  const recorded = endings.map((ending) => {
    const no = scans.get(ending.scan);
    const row = no === undefined ? undefined : rowOf(no, ending.seq);
    if (no === undefined || row === undefined || row.attempt !== ending.attempt) return false;
    const from = outcomeOf(row.outcome);
    const closed = from !== 'pending' && row.redriving === 0 && row.holder_no === 0;
    if (closed) return from === ending.outcome;
    const scan = ended.get(no) ?? { change: {}, letters: new Map(), rows: new Map<number, EndedRow>() };
    ended.set(no, scan);
    const reason = toBytesOrNull(ending.reason);
    if (from === 'errored') countLetter(scan.letters, row.reason, -1);
    if (ending.outcome === 'errored') countLetter(scan.letters, reason, 1);
    row.outcome = OUTCOME_CODE[ending.outcome];
    row.redriving = 0;
    row.reason = ending.outcome === 'errored' ? reason : null;
    if (ending.resolved) row.holder_no = 0;
    const { seq, resolved } = ending;
    scan.rows.set(seq, { seq, outcome: row.outcome, reason, resolved });
    moveRow(scan.change, from, ending.outcome);
    return true;
  });
  return {
    recorded,
    scans: [...ended]
      .sort(([one], [other]) => one - other)
      .map(([no, { change, letters, rows }]) => ({
        no,
        change,
        letters,
        rows: [...rows.values()].sort((one, other) => one.seq - other.seq),
      })),
  };
}
