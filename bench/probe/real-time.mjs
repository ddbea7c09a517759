import { spawnSync } from 'node:child_process';

/** Node's options for an instrument: its collector has no threads of its own, for which the thread that asks would wait. */
export const OPTIONS = ['--single-threaded-gc'];

/**
 * An instrument must not wait for the processor itself: Linux shares that among sessions, and its own is another than the product's. So the thread that
 * asks becomes a real-time one where it may, as root's may. That thread alone: those that compile for it would take the processor from the
 * product. Where it may not, nothing changes.
 */
export function becomeRealTime() {
  spawnSync('chrt', ['--fifo', '--pid', '1', String(process.pid)]);
}
