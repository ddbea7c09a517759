import { OUTCOME_CODE } from './codes';
import { fromBytesOrNull } from './exact-text';
import type { Redriven } from './dead-letter';
import { type PlannedRow, plannedRow } from './planned-row';

/** What of `files` a redrive is decided by. */
export interface LetterRow {
  seq: number;
  outcome: number;
  redriving: number;
  generation: number;
  verdict: number;
  holder_no: number;
  path: Buffer;
  destination: Buffer | null;
  base: Buffer | null;
  reason: Buffer | null;
}

/** The columns of {@link LetterRow}. */
export const LETTER_COLUMNS =
  'seq, outcome, redriving, generation, verdict, holder_no, path, destination, base, reason';

/** How a redrive changes a row: `again` as it stands, or with what it was judged to be now. */
export type RedrivenRow =
  | { kind: 'again'; row: LetterRow }
  | {
      kind: 'judged';
      row: LetterRow;
      redriven: Redriven & { judged: NonNullable<Redriven['judged']> };
      planned: PlannedRow;
      /** The new plan leads to where the old one led: its destination stays, numbered as it may be. */
      keepsDestination: boolean;
    };

/**
 * Null where nothing is to be done: the row ended otherwise, or somebody redrove it since it was looked at. A row of which names of ours may
 * be left goes as it stands: they are the judged file's.
 */
export function redrivenRow(row: LetterRow | undefined, redriven: Redriven): RedrivenRow | null {
  if (row === undefined || row.outcome !== OUTCOME_CODE.errored || row.redriving === 1) return null;
  if (row.generation !== redriven.generation) return null;
  const { judged } = redriven;
  if (judged === null || row.holder_no !== 0) return { kind: 'again', row };
  const planned = plannedRow(judged);
  if (!planned.path.equals(row.path)) throw new Error(`Row ${row.seq} was judged anew by another file's path`);
  const keepsDestination =
    planned.destination !== null && planned.destination === fromBytesOrNull(row.base ?? row.destination);
  return { kind: 'judged', row, redriven: { ...redriven, judged }, planned, keepsDestination };
}
