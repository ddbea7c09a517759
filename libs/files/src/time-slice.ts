import { getPriority } from 'node:os';
import { becomeRealTime, setSchedulerSlice } from './system-calls';

/** A small part of what Linux gives by default: 1.4 ms on two cores, more where there are more. */
const SHORT_NS = 100_000n;
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

/**
 * Lets this thread go before every other program as soon as it has something to do: for one that does little at a time, and for whom somebody waits.
 * Short turns alone can't do that: whoever has just had a little more than its share waits for the kernel's next tick, 4 ms on most systems. True where the
 * system allows it: to root, or with a limit of 1 for real-time priority (`ulimit -r`, `LimitRTPRIO=`); else nothing changes. The threads and
 * programs that it starts later are none of real time. The kernel leaves a part of the processor to the others, 5 % by default. Idempotent.
 */
export function answerInRealTime(): boolean {
  return becomeRealTime();
}
