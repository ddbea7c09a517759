import { OUTCOME_CODE, outcomeOf } from './codes';
import { type CountChange, moveRow } from './count-change';
import { toBytesOrNull } from './exact-text';
import type { Ending } from './file';

/** What of `files` an ending is decided by. */
export interface EndingRow {
  outcome: number;
  attempt: number;
  redriving: number;
  holder_no: number;
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
  const ended = new Map<number, { change: CountChange; rows: Map<number, EndedRow> }>();
  const recorded = endings.map((ending) => {
    const no = scans.get(ending.scan);
    const row = no === undefined ? undefined : rowOf(no, ending.seq);
    if (no === undefined || row === undefined || row.attempt !== ending.attempt) return false;
    const from = outcomeOf(row.outcome);
    const closed = from !== 'pending' && row.redriving === 0 && row.holder_no === 0;
    if (closed) return from === ending.outcome;
    const scan = ended.get(no) ?? { change: {}, rows: new Map<number, EndedRow>() };
    ended.set(no, scan);
    row.outcome = OUTCOME_CODE[ending.outcome];
    row.redriving = 0;
    if (ending.resolved) row.holder_no = 0;
    const { seq, resolved } = ending;
    scan.rows.set(seq, { seq, outcome: row.outcome, reason: toBytesOrNull(ending.reason), resolved });
    moveRow(scan.change, from, ending.outcome);
    return true;
  });
  return {
    recorded,
    scans: [...ended]
      .sort(([one], [other]) => one - other)
      .map(([no, { change, rows }]) => ({
        no,
        change,
        rows: [...rows.values()].sort((one, other) => one.seq - other.seq),
      })),
  };
}
