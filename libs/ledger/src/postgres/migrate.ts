import { LedgerMisconfigured } from '../misconfigured';
import { type Database } from './database';
import { SCHEMA, STEPS } from './schema';
import { type Session } from './session';

/** sha256 and 64-bit hashes of text came with 11; the oldest that is tested is 15. */
const OLDEST = 120_000;

/**
 * Brings the schema to this program's version, and makes it where it is missing. Any number of processes may do so at once: one takes the
 * steps, in the transaction that notes them, the others wait and find them taken. Never goes back: a ledger of a later program
 * is refused with {@link LedgerMisconfigured}, as is a server that is too old and a database in which names are not UTF-8.
 */
export async function migrate(database: Database, readOnly: boolean, steps: readonly string[] = STEPS): Promise<void> {
  await database.open(async (session) => {
    await expectServer(session);
    const version = await versionOf(session);
    if (version > steps.length) {
      throw new LedgerMisconfigured(
        `DATABASE_URL: the ledger was written by a later version (schema ${version}; this one knows up to ${steps.length})`,
      );
    }
    if (version === steps.length) return;
    if (readOnly) throw new LedgerMisconfigured('DATABASE_URL: there is no ledger of this version to be read');
    // A step on millions of rows, or the wait for the process that takes it, may last.
    await session.command('SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0');
    await session.run(`SELECT pg_advisory_xact_lock(hashtextextended('${SCHEMA} schema', 0))`);
    const reached = await versionOf(session);
    if (reached >= steps.length) return;
    // Only where it is missing: the right to make one is not needed for one that is there.
    const made = await session.first(`SELECT 1 FROM pg_namespace WHERE nspname = '${SCHEMA}'`);
    if (made === undefined) await session.command(`CREATE SCHEMA ${SCHEMA}`);
    await session.command(
      'CREATE TABLE IF NOT EXISTS schema_steps (no INTEGER PRIMARY KEY, taken_at TIMESTAMPTZ NOT NULL)',
    );
    for (const [at, step] of [...steps.entries()].slice(reached)) {
      await session.command(step);
      await session.run(`INSERT INTO schema_steps (no, taken_at) VALUES ($1, now())`, at + 1);
    }
  });
}

/** Asks the catalogue's tables: names that were looked up once are remembered as absent until a transaction ends. */
async function versionOf(session: Session): Promise<number> {
  const made = await session.first(
    `SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = '${SCHEMA}' AND c.relname = 'schema_steps'`,
  );
  if (made === undefined) return 0;
  const steps = await session.first<{ version: number }>(`SELECT count(*) AS version FROM ${SCHEMA}.schema_steps`);
  return steps?.version ?? 0;
}

async function expectServer(session: Session): Promise<void> {
  const server = await session.first<{ version: number; encoding: string }>(
    `SELECT current_setting('server_version_num')::int AS version, current_setting('server_encoding') AS encoding`,
  );
  if (server === undefined || server.version < OLDEST) {
    throw new LedgerMisconfigured('DATABASE_URL: the server is older than PostgreSQL 12');
  }
  if (server.encoding !== 'UTF8') {
    throw new LedgerMisconfigured(`DATABASE_URL: the database's encoding is ${server.encoding}; make it with UTF8`);
  }
}
