import { OUTCOME_CODE, outcomeOf } from './codes';
import type { Counts, Outcome } from './scan';

/** In the order of the values that change them. */
export const COUNTED = [
  'found',
  'pending',
  'accepted',
  'quarantined',
  'left',
  'skipped',
  'conflicted',
  'errored',
] as const satisfies readonly (keyof Counts)[];

/** Rows that an outcome gained or lost within one transaction. */
export type CountChange = Partial<Record<Outcome | 'found', number>>;

/** One number for each of {@link COUNTED}. */
export function changeValues(change: CountChange): number[] {
  return COUNTED.map((name) => change[name] ?? 0);
}

export function moveRow(change: CountChange, from: Outcome, to: Outcome): void {
  change[from] = (change[from] ?? 0) - 1;
  change[to] = (change[to] ?? 0) + 1;
}

/** Whether what was kept is what the rows themselves give, counted by their outcome's code. */
export function isBalanced(kept: Counts, recounted: { outcome: number; rows: number }[]): boolean {
  const counted: Counts = { found: 0, ...noRows() };
  for (const { outcome, rows } of recounted) {
    counted[outcomeOf(outcome)] += rows;
    counted.found += rows;
  }
  return COUNTED.every((name) => kept[name] === counted[name]);
}

function noRows(): Record<Outcome, number> {
  return Object.fromEntries(Object.keys(OUTCOME_CODE).map((outcome) => [outcome, 0])) as Record<Outcome, number>;
}
