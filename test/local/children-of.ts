import { readFileSync, readdirSync } from 'node:fs';

/** The children that any thread of a process has started, by proc(5). Throws where the process has ended, or a thread of it does meanwhile. */
export const childrenOf = (pid: number): number[] =>
  readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'latin1').split(' ').filter(Boolean).map(Number),
  );
