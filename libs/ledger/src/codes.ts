import type { Outcome } from './scan';

/*
 * Small numbers for the words of hot columns. They are stored: a number, once given, never means anything else.
 */

export const OUTCOME_CODE: Readonly<Record<Outcome, number>> = {
  pending: 0,
  accepted: 1,
  quarantined: 2,
  left: 3,
  skipped: 4,
  conflicted: 5,
  errored: 6,
};
export const VERDICT_CODE = { none: 0, pass: 1, fail: 2 } as const;
export const ACTION_CODE = { none: 0, accept: 1, quarantine: 2 } as const;
export const CONFLICT_CODE = { none: 0, fail: 1, number: 2 } as const;

const outcomes = new Map(Object.entries(OUTCOME_CODE).map(([word, code]) => [code, word as Outcome]));

/** Throws where the code is none of ours: the row was not written by this program. */
export function outcomeOf(code: number): Outcome {
  const outcome = outcomes.get(code);
  if (outcome === undefined) throw new Error(`The ledger holds an outcome ${code} that this program does not know`);
  return outcome;
}

export function verdictOf(code: number): 'pass' | 'fail' | null {
  return code === VERDICT_CODE.pass ? 'pass' : code === VERDICT_CODE.fail ? 'fail' : null;
}

export function actionOf(code: number): 'accept' | 'quarantine' {
  return code === ACTION_CODE.quarantine ? 'quarantine' : 'accept';
}

export function conflictOf(code: number): 'fail' | 'number' {
  return code === CONFLICT_CODE.number ? 'number' : 'fail';
}
