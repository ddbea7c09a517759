import Database from 'better-sqlite3';
import { chmodSync, existsSync, renameSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { BrokerProxy, type Installation, type Store } from '../installation';

/** What can happen to a ledger without a word of it being lost. Each resolves when the ledger is as before. */
export interface LedgerOutages {
  /** How the processes are to reach it. */
  readonly url: string;
  /** Somebody else writes, and does not end. False where that could not be begun. */
  lock(milliseconds: number): Promise<boolean>;
  /** Nobody may write any more. `begun` is called once it is so. */
  readOnly(milliseconds: number, begun: () => void): Promise<void>;
  /** It is not there. `begun` is called once it is so. */
  gone(milliseconds: number, begun: () => void): Promise<void>;
  close(): Promise<void>;
}

const DEADLOCK = '40P01';

export async function ledgerOutages(installation: Installation, store: Store): Promise<LedgerOutages> {
  if (store === 'SQLite') return new SqliteOutages(join(installation.home, 'ledger/ledger.sqlite'));
  return new PostgresOutages(installation.databaseUrl, await BrokerProxy.before(installation.databaseUrl));
}

class SqliteOutages implements LedgerOutages {
  private strays = 0;

  constructor(private readonly file: string) {}

  get url(): string {
    return `sqlite:${this.file}`;
  }

  async lock(milliseconds: number): Promise<boolean> {
    const db = new Database(this.file, { timeout: 200, fileMustExist: true });
    try {
      db.exec('BEGIN EXCLUSIVE');
      await sleep(milliseconds);
      db.exec('ROLLBACK');
      return true;
    } catch (error) {
      if ((error as { code?: string }).code !== 'SQLITE_BUSY') throw error;
      return false;
    } finally {
      db.close();
    }
  }

  /** Who has it open goes on; who comes meets it. */
  async readOnly(milliseconds: number, begun: () => void): Promise<void> {
    const folder = dirname(this.file);
    for (const file of this.files(folder)) chmodSync(file, 0o444);
    chmodSync(folder, 0o555);
    begun();
    await sleep(milliseconds);
    chmodSync(folder, 0o755);
    for (const file of this.files(folder)) chmodSync(file, 0o600);
  }

  /** The folder goes, at one stroke: a file and its log must not be parted. Who has it open goes on; who comes makes one anew. */
  async gone(milliseconds: number, begun: () => void): Promise<void> {
    const folder = dirname(this.file);
    const away = `${folder}.away`;
    renameSync(folder, away);
    begun();
    await sleep(milliseconds);
    this.strays += 1;
    // One that was made in its place is not the ledger.
    if (existsSync(folder)) renameSync(folder, `${folder}.stray-${this.strays}`);
    renameSync(away, folder);
  }

  async close(): Promise<void> {
    // Nothing is held between two outages.
  }

  private files(folder: string): string[] {
    const name = basename(this.file);
    return [name, `${name}-wal`, `${name}-shm`].map((each) => join(folder, each)).filter((each) => existsSync(each));
  }
}

class PostgresOutages implements LedgerOutages {
  constructor(
    private readonly server: string,
    private readonly proxy: BrokerProxy,
  ) {}

  get url(): string {
    return this.proxy.url;
  }

  async lock(milliseconds: number): Promise<boolean> {
    try {
      await this.connected(async (client) => {
        await client.query('BEGIN');
        const { rows } = await client.query<{ name: string }>(
          `SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) AS name FROM pg_tables
         WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1`,
        );
        await client.query(`LOCK TABLE ${rows.map(({ name }) => name).join(', ')} IN ACCESS EXCLUSIVE MODE`);
        await sleep(milliseconds);
        await client.query('ROLLBACK');
      });
      return true;
    } catch (error) {
      // It and the product wanted each other's tables, and the server chose who has to give in.
      if ((error as { code?: string }).code !== DEADLOCK) throw error;
      return false;
    }
  }

  async readOnly(milliseconds: number, begun: () => void): Promise<void> {
    await this.writable(false);
    begun();
    await sleep(milliseconds);
    await this.writable(true);
  }

  async gone(milliseconds: number, begun: () => void): Promise<void> {
    await this.proxy.cut();
    begun();
    await sleep(milliseconds);
    await this.proxy.restore();
  }

  async close(): Promise<void> {
    await this.proxy.close();
  }

  /** For those who connect from now on; who is connected is cut off. */
  private writable(may: boolean): Promise<void> {
    return this.connected(async (client) => {
      const name = `"${new URL(this.server).pathname.slice(1)}"`;
      const change = may ? 'RESET default_transaction_read_only' : 'SET default_transaction_read_only = on';
      await client.query('SET default_transaction_read_only = off');
      await client.query(`ALTER DATABASE ${name} ${change}`);
      await client.query(
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
      );
    });
  }

  private async connected(act: (client: Client) => Promise<void>): Promise<void> {
    const client = new Client({ connectionString: this.server });
    await client.connect();
    try {
      await act(client);
    } finally {
      await client.end();
    }
  }
}
