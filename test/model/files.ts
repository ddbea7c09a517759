import { type State, bytesOf, kept, source } from './placing-state';

/** What the system calls of placing do to names, one effect each. */

export type Moved = 'moved' | 'taken' | 'absent';

export function moveNoReplace({ names }: State, from: string, to: string): Moved {
  const content = names[from];
  if (content === undefined) return 'absent';
  if (names[to] !== undefined) return 'taken';

  delete names[from];
  names[to] = content;
  return 'moved';
}

/** What replaces: only onto names that nobody else has, or where a clause is taken out. */
export function rename(state: State, from: string, to: string): Moved {
  remove(state, to, state.names[from] !== undefined);
  return moveNoReplace(state, from, to);
}

export function remove({ names }: State, name: string, when = true): void {
  if (when) delete names[name];
}

/** How many names a content has. */
export const links = ({ names }: State, content: string): number =>
  Object.values(names).filter((other) => other === content).length;

/** The own name becomes the source's again, or a kept one beside a new file. */
export function putBack(state: State, own: string, row: number, replacing: boolean): Moved {
  if (replacing) return rename(state, own, source(row));
  const moved = moveNoReplace(state, own, source(row));
  if (moved !== 'taken') return moved;
  if (state.names[own] === state.names[source(row)]) {
    remove(state, own);
    return 'moved';
  }
  let as = kept(row);
  while (state.names[as] !== undefined) as += '+';
  return moveNoReplace(state, own, as);
}

/** Someone whose file it is takes these bytes away, where no other name has them: a copy that is not published yet is nobody's. */
export function disown(state: State, content: string | undefined): void {
  if (content === undefined) return;
  const bytes = bytesOf(content);
  if (!Object.entries(state.names).some(([name, other]) => !name.startsWith('copy') && bytesOf(other) === bytes))
    state.owed = state.owed.filter((owed) => owed !== bytes);
}
