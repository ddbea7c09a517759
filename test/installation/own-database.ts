import { randomUUID } from 'node:crypto';
import { Client } from 'pg';

const SERVER = process.env['ASSAY_TEST_DATABASE_URL'] ?? '';

/** Whether this run has a PostgreSQL server: `npm test` says why where it has none. */
export const HAS_POSTGRES = SERVER !== '';

/** A database of one test's own on the server of this run, dropped with {@link remove}. */
export class OwnDatabase {
  private constructor(
    readonly name: string,
    /** A superuser's. */
    readonly url: string,
  ) {}

  /** `setting`: what follows CREATE DATABASE's name. */
  static async make(setting = ''): Promise<OwnDatabase> {
    const name = `test-${randomUUID()}`;
    await onServer(`CREATE DATABASE "${name}" ${setting}`);
    const url = new URL(SERVER);
    url.pathname = `/${name}`;
    return new OwnDatabase(name, url.href);
  }

  /** One statement, on a connection of its own. */
  async query<Row extends object>(sql: string, values: unknown[] = []): Promise<Row[]> {
    return query<Row>(this.url, sql, values);
  }

  /** Ends whoever is connected. Idempotent. */
  async remove(): Promise<void> {
    await onServer(`DROP DATABASE IF EXISTS "${this.name}" WITH (FORCE)`);
  }
}

/** A statement of the server's operator, about any database or all of them. */
export function onServer<Row extends object>(sql: string): Promise<Row[]> {
  return query<Row>(SERVER, sql, []);
}

async function query<Row extends object>(url: string, sql: string, values: unknown[]): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql, values)).rows;
  } finally {
    await client.end();
  }
}
