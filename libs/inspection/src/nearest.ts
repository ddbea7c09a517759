/** Edits (insert, delete, replace, swap of neighbours) that lead from one word to another. */
function distance(from: string, to: string): number {
  const rows: number[][] = [Array.from({ length: to.length + 1 }, (_, column) => column)];
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const same = from[row - 1] === to[column - 1];
      let best = Math.min(
        (rows[row - 1]?.[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (rows[row - 1]?.[column - 1] ?? 0) + (same ? 0 : 1),
      );
      if (row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1])
        best = Math.min(best, (rows[row - 2]?.[column - 2] ?? 0) + 1);
      current.push(best);
    }
    rows.push(current);
  }
  return rows[from.length]?.[to.length] ?? 0;
}

const plain = (word: string): string => word.toLowerCase().replace(/[^a-z0-9.]/g, '');

/**
 * The known word that a misspelt one most likely means, or undefined where none is near. Case, `-` and `_` count for
 * nothing, so that `min_width` finds `minWidth`.
 */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  if (word.length > 60) return undefined;
  let found: string | undefined;
  let fewest = Infinity;
  for (const candidate of known) {
    const edits = distance(plain(word), plain(candidate));
    const allowed = Math.max(1, Math.floor(Math.min(word.length, candidate.length) / 3));
    if (edits <= allowed && edits < fewest) {
      found = candidate;
      fewest = edits;
    }
  }
  return found;
}
