import { type State, bytesOf, destination, isOurs, judged, kept, source } from './placing-state';

/** More than any way of a model needs: beyond it, something goes round for ever. */
const MOST_ATTEMPTS = 12;

/** The promise at every moment: bytes that somebody gave exist whole, and what strangers put somewhere stays there. */
export function brokenNow(state: State): string | null {
  const there = new Set(Object.values(state.names).map(bytesOf));
  for (const bytes of state.owed) if (!there.has(bytes)) return `${bytes} is lost`;
  if (state.owed.includes('foreign') && state.names[destination(0, 0)] !== 'foreign')
    return 'a foreign file is not where it was put';
  const half = Object.entries(state.names).find(
    ([name, content]) => name.startsWith('destination') && content === 'half',
  );
  if (half) return `${half[0]} is half a file`;
  for (const [row, { ends }] of state.rows.entries()) if (ends > 1) return `row ${row} ended twice`;
  for (const [row, { attempt }] of state.rows.entries())
    if (attempt > MOST_ATTEMPTS) return `row ${row} goes round for ever`;
  const pending = state.rows.filter(({ outcome }) => outcome === 'pending').length;
  if (pending !== state.pending || state.pending + state.ended !== state.rows.length)
    return 'the counts do not balance';
  return null;
}

/** The promise where nothing is left to do: every row says where its file is, and no name of ours is left. */
export function brokenAtRest(state: State): string | null {
  const { names, rows } = state;
  const ours = Object.keys(names).find(isOurs);
  if (ours !== undefined) return `${ours} is left`;
  for (const row of rows.keys()) {
    const wrong = rowBroken(state, row);
    if (wrong !== null) return wrong;
  }
  const kinds = Object.entries(names).filter(([name]) => name.startsWith('source') || name.startsWith('kept'));
  for (const [name, content] of Object.entries(names))
    if (content.startsWith('new') && !kinds.some(([other]) => other === name))
      return `${content}, which nobody judged, was moved to ${name}`;
  return null;
}

function rowBroken({ names, rows, owed, keepsSource }: State, row: number): string | null {
  const { outcome, reason, number } = rows[row] as State['rows'][number];
  const mine = judged(row);
  const at = destination(row, number);
  const placed = names[at] !== undefined && bytesOf(names[at]) === mine;
  const elsewhere = Object.entries(names).find(
    ([name, content]) => name.startsWith('destination') && name !== at && bytesOf(content) === mine,
  );
  if (elsewhere) return `row ${row} says ${at} and its file is at ${elsewhere[0]}`;
  const atSource = [source(row), kept(row), `${kept(row)}+`].some((name) => names[name] === mine);
  switch (outcome) {
    case 'pending':
      return `row ${row} never ends`;
    case 'accepted':
      if (!placed && owed.includes(mine)) return `row ${row} is accepted and its file is not at ${at}`;
      return atSource && !keepsSource ? `row ${row} is accepted and its source is still there` : null;
    case 'left':
    case 'conflicted':
    case 'errored':
      if (placed) return `row ${row} is ${outcome} (${reason}) and its file was placed`;
      if (reason === 'gone' && atSource) return `row ${row} is gone and its file is there`;
      return owed.includes(mine) && !atSource ? `row ${row} is ${outcome} and its file is not at its source` : null;
  }
}
