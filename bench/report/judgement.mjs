import { readFileSync } from 'node:fs';
import path from 'node:path';

const FLOORS = path.join(import.meta.dirname, '..', 'floors.json');

/** What each row is about, in the order of the page, with its target and its recorded floor. */
export function floors() {
  return JSON.parse(readFileSync(FLOORS, 'utf8'));
}

/**
 * Each measurement, in words that say the plan's sizes, with its target, its floor and a verdict: `reached`, `short of its target`, `under its floor` (clearly: by more than the
 * recorded tolerance, since no two runs are alike), or `reported` where nothing is asked.
 */
export function judged(measured, plan) {
  const { rows, tolerance } = floors();
  const filled = (words) => words?.replace(/\{([\w.]+)\}/g, (_, name) => sizeIn(plan, name)) ?? null;
  return Object.entries(rows).flatMap(([key, row]) =>
    measured
      .filter((one) => one.key === key)
      .map((one) => ({
        ...row,
        what: filled(row.what),
        peer: filled(row.peer),
        ...one,
        verdict: verdictOf(one.value, row, tolerance),
      })),
  );
}

/** A size of the plan, such as `memory.many`, as people read it. */
function sizeIn(plan, name) {
  const value = name.split('.').reduce((part, key) => part?.[key], plan);
  return typeof value === 'number' ? value.toLocaleString('en-US') : name;
}

function verdictOf(value, { target, floor, better }, tolerance) {
  if (target === null) return 'reported';
  const reaches = (limit) => (better === 'higher' ? value >= limit : value <= limit);
  if (reaches(target)) return 'reached';
  return reaches(better === 'higher' ? floor * (1 - tolerance) : floor * (1 + tolerance))
    ? 'short of its target'
    : 'under its floor';
}
