import { getPriority } from 'node:os';
import { readFileSync } from 'node:fs';
import { endRealTime, setRealTime, setSchedulerSlice } from './system-calls';

/** A small part of what Linux gives by default: 1.4 ms on two cores, more where there are more. */
const SHORT_NS = 100_000n;
/** sched(7). */
const SCHED_OTHER = 0;
const SCHED_FIFO = 1;
const SCHED_RR = 2;
/** The system's own. */
const DEFAULT_NS = 0n;

/**
 * Asks the scheduler to let this thread begin at once when it has something to do, instead of when the slice of another has ended, however nice that one is: who asks for
 * short slices interrupts longer ones (sched_setattr(2); Linux since 6.12). It gets no more of the processor than before. Where
 * that can't be asked for, nothing changes. Threads and programs that it starts later inherit it, see {@link takeTurns}.
 */
export function answerAtOnce(): void {
  setSchedulerSlice(SHORT_NS, getPriority(0));
}

/** The opposite: this thread waits its turn again. For work that nobody waits for. */
export function takeTurns(): void {
  setSchedulerSlice(DEFAULT_NS, getPriority(0));
}

/** Of real-time priorities the lowest two: who answers goes before those whom it asks, and takes the processor back from them. */
const PRIORITY = { answers: 2, asked: 1 };

/**
 * Lets this thread go before every other program as soon as it has something to do: for one that does little at a time, and for whom somebody waits.
 * Short turns alone can't do that: whoever has just had a little more than its share waits for the kernel's next tick, 4 ms on most systems. True where the
 * system allows it: to root, or with a limit of 2 for real-time priority (`ulimit -r`, `LimitRTPRIO=`); else nothing changes, nor does it where an
 * operator gave the process another policy, or made it nice. The threads and programs that it starts later are none of real time. The kernel
 * leaves a part of the processor to the others, 5 % by default. Idempotent.
 */
export function answerInRealTime(who: keyof typeof PRIORITY): boolean {
  const { policy, niceness } = scheduling();
  if (policy !== SCHED_OTHER) return policy === SCHED_FIFO || policy === SCHED_RR;
  return niceness <= 0 && setRealTime(PRIORITY[who]);
}

/** The opposite, for the main thread of a process, 0 for this thread: it asks for short turns, as {@link answerAtOnce} does. */
export function shareProcessor(pid: number): boolean {
  return endRealTime(pid, SHORT_NS);
}

/** Of this thread, by proc(5): fields 19 and 41; the name in brackets may hold anything. NaN where the system does not say. */
function scheduling(): { niceness: number; policy: number } {
  try {
    const stat = readFileSync('/proc/thread-self/stat', 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { niceness: Number(fields[16]), policy: Number(fields[38]) };
  } catch {
    return { niceness: NaN, policy: NaN };
  }
}
