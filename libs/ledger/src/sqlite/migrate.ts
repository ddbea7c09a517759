import { LedgerMisconfigured } from '../misconfigured';
import { type Connection } from './connection';
import { STEPS } from './schema';

function version(connection: Connection): number {
  return connection.db.pragma('user_version', { simple: true }) as number;
}

/**
 * Brings the schema to this program's version. Any number of processes may do so at once: one takes the steps, each in the
 * transaction that notes it, the others wait and find them taken. Never goes back: a ledger of a later program is refused with
 * {@link LedgerMisconfigured}.
 */
export async function migrate(connection: Connection, steps: readonly string[] = STEPS): Promise<void> {
  // The mode is kept in the file, and changing it needs the file for itself: asked for only where it is another.
  await connection.alone(() => {
    const mode = connection.db.pragma('journal_mode', { simple: true });
    if (mode !== 'wal') connection.db.pragma('journal_mode = WAL');
  });
  if ((await connection.read(() => version(connection))) === steps.length) return;
  await connection.write('durable', () => {
    const from = version(connection);
    if (from > steps.length) {
      throw new LedgerMisconfigured(
        `DATABASE_URL: the ledger was written by a later version (schema ${from}; this one knows up to ${steps.length})`,
      );
    }
    for (const step of steps.slice(from)) connection.db.exec(step);
    connection.db.pragma(`user_version = ${steps.length}`);
  });
}
