import type { FileFilter } from './file';

/** No path is longer, so nothing sorts after this many of the highest byte. */
export const END = Buffer.alloc(65_536, 0xff);

type Filtered = 'outcome' | 'verdict' | 'code' | 'path';

/**
 * A way to walk the rows of a filter in the order of their numbers.
 * - `path`: paths are in order in one index, numbers in another, and no index has both. Few rows under the prefix are fetched by path
 *   and sorted. Many are met soon when rows are walked by number, whose spans (which lie close together as a walk goes folder by folder) let
 *   all others be passed over.
 * - `outcome`: one index is in order for each pair of outcome and verdict, so several pairs are merged.
 */
export interface PageSource {
  by: 'number' | 'few-paths' | 'many-paths' | 'code' | 'outcome';
  /** The filters that it answers for; the others are looked at row by row. */
  answers: ReadonlySet<Filtered>;
}

/** About how many rows each filter leaves; asked for only where the filter has it. Of `path` no more need be counted than one more than few. */
export interface FilteredRows {
  all: number;
  path: number;
  code: number;
  outcome: number;
  verdict: number;
}

export const BY_NUMBER: PageSource = { by: 'number', answers: new Set() };

export function isFiltered(filter: FileFilter): boolean {
  return hasPath(filter) || filter.code !== undefined || filter.outcome !== undefined || filter.verdict !== undefined;
}

export function hasPath(filter: FileFilter): filter is FileFilter & { path: string } {
  return filter.path !== undefined && filter.path !== '';
}

/** The source with the fewest rows among those that the filter allows. Up to `few` rows under a prefix are put in order for each page. */
export function chooseSource(filter: FileFilter, rows: Partial<FilteredRows>, few: number): PageSource {
  const sources: { source: PageSource; rows: number }[] = [{ source: BY_NUMBER, rows: rows.all ?? 0 }];
  if (hasPath(filter)) {
    const under = rows.path ?? 0;
    sources.push({
      source: { by: under > few ? 'many-paths' : 'few-paths', answers: new Set(['path']) },
      rows: under,
    });
  }
  if (filter.code !== undefined)
    sources.push({ source: { by: 'code', answers: new Set(['code']) }, rows: rows.code ?? 0 });
  if (filter.outcome !== undefined || filter.verdict !== undefined) {
    const ended = filter.outcome === undefined ? Infinity : (rows.outcome ?? 0);
    const judged = filter.verdict === undefined ? Infinity : (rows.verdict ?? 0);
    sources.push({
      source: { by: 'outcome', answers: new Set(['outcome', 'verdict']) },
      rows: Math.min(ended, judged),
    });
  }
  // Of equals the later one: it answers for more.
  return sources.reduce((best, one) => (one.rows <= best.rows ? one : best)).source;
}
