import { readFileSync } from 'node:fs';

/** sched(7): SCHED_OTHER and SCHED_RR. */
export const NORMAL = 0;
export const REAL_TIME = 2;

/** The scheduling policy in the text of a `/proc/…/stat`: proc(5), field 41; the name in brackets may hold anything. */
export const policyIn = (stat: string): number => Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[38]);

/** Of a process' main thread, or of another of its threads. Throws where it has ended. */
export const policyOf = (pid: number, thread = pid): number =>
  policyIn(readFileSync(`/proc/${pid}/task/${thread}/stat`, 'latin1'));
