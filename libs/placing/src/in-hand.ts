import type { FileKey } from '@assay/ledger';

/**
 * The rows that this process works on: a message that was delivered more than once waits here until the first delivery has settled its row,
 * rather than take it from there and use up an attempt.
 */
export class InHand {
  private readonly rows = new Map<string, Promise<void>>();

  /** Runs `work` when nobody else in this process works on any of the rows; passes its result or error on. */
  async alone<T>(keys: readonly FileKey[], work: () => Promise<T>): Promise<T> {
    const names = keys.map(({ scan, seq }) => `${scan} ${seq}`);
    for (let others = this.others(names); others.length > 0; others = this.others(names)) await Promise.all(others);
    let leave = (): void => undefined;
    const done = new Promise<void>((resolve) => (leave = resolve));
    for (const name of names) this.rows.set(name, done);
    try {
      return await work();
    } finally {
      for (const name of names) this.rows.delete(name);
      leave();
    }
  }

  private others(names: readonly string[]): Promise<void>[] {
    return [...new Set(names.flatMap((name) => this.rows.get(name) ?? []))];
  }
}
