import { say } from '../../deploy/local/say.mjs';
import { amount, number, sides, target } from './numbers.mjs';

/** Target and measured, side by side. */
export function printTable({ rows, notes, failures, machine, took }) {
  say('');
  const lines = rows.map((row) => [
    row.what,
    row.peer ?? '',
    target(row),
    amount(row.value, row.as),
    sides(row),
    row.verdict,
  ]);
  const head = ['what', 'beside', 'target', 'measured', '', ''];
  const widths = head.map((title, column) =>
    Math.min(48, Math.max(title.length, ...lines.map((line) => line[column].length))),
  );
  for (const line of [head, ...lines])
    say(
      line
        .map((text, column) => text.slice(0, widths[column]).padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    );
  for (const note of notes) say(`\n${note}`);
  if (machine.loadAtEnd > machine.cores * 2)
    say(`\nThis machine was busy with other things: its load is ${machine.loadAtEnd.toFixed(1)}.`);
  if (failures.length > 0) say(`\n${failures.length} sections failed: no ratio is printed of them.`);
  say(`\nTook ${took} s.`);
}

/** @param {Awaited<ReturnType<typeof import('../profile/profile.mjs').profileProduct>>} found */
export function printProfile({ files, seconds, microseconds, stages, waits, functions }) {
  say(`\n${files} files in ${number(seconds)} s: ${number(microseconds)} µs of processor a file\n`);
  for (const { where, stage, microseconds: each } of stages)
    say(`  ${where.padEnd(14)}${stage.padEnd(28)}${each.toFixed(1).padStart(8)}`);
  say('\nOf each file waited for, in calls that only wait (µs; threads wait beside each other)\n');
  for (const { where, stage, microseconds: each } of waits)
    say(`  ${where.padEnd(14)}${stage.padEnd(28)}${each.toFixed(1).padStart(8)}`);
  for (const [kind, list] of Object.entries(functions)) {
    say(`\nDearest functions, ${kind} (share of what the thread computed)\n`);
    for (const { where, stage, share } of list.slice(0, 25))
      say(`  ${(100 * share).toFixed(1).padStart(5)} %  ${stage.padEnd(22)}${where}`);
  }
}
