import type { Timeline } from './timeline';

/** What was found wrong, each in words. All empty: the promise was kept. */
export interface Wrong {
  /** Contents of the supplier that are nowhere. */
  lost: string[];
  /** Contents of strangers that are nowhere. */
  overwritten: string[];
  /** Contents that are in two places, or claimed by two rows. */
  twice: string[];
  /** Scans whose counts are not those of their rows. */
  unbalanced: string[];
  /** Anything else that is not as promised. */
  astray: string[];
}

export interface Figures {
  files: number;
  rows: number;
  scans: number;
  deadLetters: number;
  /** Rows by outcome, and by the first word of their reason. */
  ends: Map<string, number>;
  wrong: Wrong;
}

export const nothingWrong = (): Wrong => ({ lost: [], overwritten: [], twice: [], unbalanced: [], astray: [] });

export const noFigures = (): Figures => ({
  files: 0,
  rows: 0,
  scans: 0,
  deadLetters: 0,
  ends: new Map(),
  wrong: nothingWrong(),
});

export function sumOf(figures: readonly Figures[]): Figures {
  const sum = noFigures();
  for (const { files, rows, scans, deadLetters, ends, wrong } of figures) {
    sum.files += files;
    sum.rows += rows;
    sum.scans += scans;
    sum.deadLetters += deadLetters;
    for (const [end, count] of ends) sum.ends.set(end, (sum.ends.get(end) ?? 0) + count);
    for (const [kind, found] of Object.entries(wrong)) sum.wrong[kind as keyof Wrong].push(...(found as string[]));
  }
  return sum;
}

/** A run as people read it. */
export function inWords(figures: Figures, counts: ReadonlyMap<string, number>, skipped: Timeline['skipped']): string {
  const { wrong } = figures;
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const listed = (entries: Iterable<[string, number]>): string[] =>
    [...entries]
      .sort(([one], [other]) => one.localeCompare(other))
      .map(([name, count]) => `  ${String(count).padStart(6)}  ${name}`);
  return [
    `Faults injected: ${total}`,
    ...listed(counts),
    ...[...skipped].map(([kind, why]) => `  skipped  ${kind}: ${why}`),
    `Files: ${figures.files} in ${figures.scans} scans, ${figures.rows} rows, ${figures.deadLetters} dead letters`,
    ...listed(figures.ends),
    `lost ${wrong.lost.length}, overwritten ${wrong.overwritten.length}, twice ${wrong.twice.length}, unbalanced ${wrong.unbalanced.length}, otherwise astray ${wrong.astray.length}`,
  ].join('\n');
}
