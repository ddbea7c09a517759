import { ACTION_CODE, CONFLICT_CODE, VERDICT_CODE } from './codes';
import { toBytes } from './exact-text';
import type { FoundFile } from './file';
import type { Outcome } from './scan';

/** What a found file's plan makes of its row, before other rows' destinations are looked at. */
export interface PlannedRow {
  path: Buffer;
  outcome: Outcome;
  verdict: number;
  action: number;
  onConflict: number;
  /** As text, for the numbering of variants; null where the file goes nowhere. */
  destination: string | null;
  reason: string | null;
}

/** Throws where a file that is to be moved lacks what its claim will need: its size and its judged identity. */
export function plannedRow(file: FoundFile): PlannedRow {
  const { plan } = file;
  const path = toBytes(file.path);
  const verdict = file.inspection === null ? VERDICT_CODE.none : VERDICT_CODE[file.inspection.verdict];
  switch (plan.kind) {
    case 'move':
      if (file.identity === null || file.size === null) {
        throw new Error('A file that is to be moved has been judged, so its size and identity are known');
      }
      return { path, outcome: 'pending', verdict, reason: null, ...placement(plan) };
    case 'leave':
      return { path, outcome: 'left', verdict, reason: plan.reason, ...placement(plan.planned) };
    case 'skip':
      return { path, outcome: 'skipped', verdict, reason: plan.reason, ...placement(undefined) };
  }
}

function placement(
  plan: { action: 'accept' | 'quarantine'; destination: string; onConflict: 'fail' | 'number' } | undefined,
) {
  if (plan === undefined) return { action: ACTION_CODE.none, onConflict: CONFLICT_CODE.none, destination: null };
  return {
    action: ACTION_CODE[plan.action],
    onConflict: CONFLICT_CODE[plan.onConflict],
    destination: plan.destination,
  };
}

/**
 * The row where another row of the scan plans its destination already, and it may not be numbered: a file that was to be moved is
 * `conflicted`, one that a dry run left stays `left` and its reason says what would have become of it.
 */
export function refusedRow(row: PlannedRow, taker: number): Pick<PlannedRow, 'outcome' | 'reason'> {
  if (row.outcome === 'pending') {
    return { outcome: 'conflicted', reason: `destination-taken: file ${taker} of this scan goes there` };
  }
  const code = row.reason ?? 'left';
  return {
    outcome: row.outcome,
    reason: code.includes(':') ? code : `${code}: its destination is taken by file ${taker} of this scan`,
  };
}
