import { readFileSync, readdirSync } from 'node:fs';

const TICKS = 100; // USER_HZ: 100 on every Linux that Node.js runs on
/** Rarely, since looking takes of the very processor that is measured; the kernel keeps the peaks meanwhile. */
const EVERY_MS = 1_000;

/**
 * Watches what the programs of an installation use, from /proc: seconds of processor and the peak of resident memory of each, by class. Readers
 * are the children of API processes. Nothing is measured where there is no /proc.
 */
export class Usage {
  #seen = new Map();
  #timer;
  /** What {@link end} returned. */
  found = {};

  /** @param {{ api: number[], subscriber: number[], broker: number[] }} programs */
  constructor(programs) {
    this.programs = programs;
    this.#look();
    for (const one of this.#seen.values()) one.before = { ...one.last };
    this.#timer = setInterval(() => this.#look(), EVERY_MS);
  }

  /**
   * Ends the watch.
   * @returns {Record<string, { processes: number, seconds: number, yielding: number, main: number, peakBytes: number }>} by class: `seconds` of processor of all of the
   *   class, `yielding` those of them in threads at nice 19, `main` in the main thread of each process, `peakBytes` of the largest process of the class
   */
  end() {
    this.#look();
    clearInterval(this.#timer);
    const classes = {};
    for (const { kind, before, last, peakBytes } of this.#seen.values()) {
      const sum = (classes[kind] ??= { processes: 0, seconds: 0, yielding: 0, main: 0, peakBytes: 0 });
      sum.processes += 1;
      sum.seconds += last.seconds - before.seconds;
      sum.yielding += last.yielding - before.yielding;
      sum.main += last.main - before.main;
      sum.peakBytes = Math.max(sum.peakBytes, peakBytes);
    }
    this.found = classes;
    return classes;
  }

  #look() {
    for (const [kind, pids] of Object.entries(this.programs)) for (const pid of pids) this.#note(kind, pid);
    for (const pid of this.programs.api.flatMap(childrenOf)) this.#note('reader', pid);
  }

  #note(kind, pid) {
    try {
      const last = processorOf(pid);
      const known = this.#seen.get(pid) ?? { kind, before: { seconds: 0, yielding: 0, main: 0 }, last, peakBytes: 0 };
      known.last = last;
      known.peakBytes = Math.max(known.peakBytes, peakOf(pid));
      this.#seen.set(pid, known);
    } catch (error) {
      // It ended: what was seen last stands.
      if (error.code !== 'ENOENT' && error.code !== 'ESRCH') throw error;
    }
  }
}

/** Children of each of the process' threads, which proc(5) lists where the kernel was built to (CONFIG_PROC_CHILDREN, as distributions do). */
function childrenOf(pid) {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    const lists = threads.map((thread) => readFileSync(`/proc/${pid}/task/${thread}/children`, 'latin1'));
    return lists.flatMap((list) => list.split(' ').filter(Boolean).map(Number));
  } catch (error) {
    // It ended, or one of its threads did.
    if (error.code === 'ENOENT' || error.code === 'ESRCH') return [];
    throw error;
  }
}

/** proc(5): after the name in brackets come state, ppid, … utime (14th of all), stime (15th), … nice (19th). */
const fieldsOf = (stat) => stat.slice(stat.lastIndexOf(')') + 2).split(' ');

function processorOf(pid) {
  const seconds = secondsOf(fieldsOf(readFileSync(`/proc/${pid}/stat`, 'latin1')));
  let yielding = 0;
  let main = 0;
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    const fields = fieldsOf(readFileSync(`/proc/${pid}/task/${task}/stat`, 'latin1'));
    if (Number(fields[16]) === 19) yielding += secondsOf(fields);
    if (Number(task) === pid) main = secondsOf(fields);
  }
  return { seconds, yielding, main };
}

const secondsOf = (fields) => (Number(fields[11]) + Number(fields[12])) / TICKS;

/** The kernel's own high-water mark, so that no peak between two looks is missed. */
function peakOf(pid) {
  const match = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'));
  return match ? Number(match[1]) * 1024 : 0;
}
