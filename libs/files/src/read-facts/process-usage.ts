import { readFileSync } from 'node:fs';

const PAGE_BYTES = 4096;
/** USER_HZ, the same on every architecture that Node.js runs on. */
const TICKS_A_SECOND = 100;

/** Text of a file of another process in /proc; null where there is no /proc, or the process is gone. */
function readProc(pid: number, name: string): string | null {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'latin1');
  } catch {
    // No such process, or not Linux: then nothing is known, and null says so.
    return null;
  }
}

/** Bytes of resident memory, or null where unknown. */
export function residentBytes(pid: number): number | null {
  const pages = readProc(pid, 'statm')?.split(' ')[1];
  return pages === undefined ? null : Number(pages) * PAGE_BYTES;
}

/** Seconds of processor time used so far by all threads, or null where unknown. */
export function processorSeconds(pid: number): number | null {
  const stat = readProc(pid, 'stat');
  if (stat === null) return null;
  // The second field is the program's name in parentheses and may hold anything; what follows is numbers.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
}
