import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type ClientBase, type CustomTypesConfig, Pool, type PoolClient, types } from 'pg';
import { LedgerUnavailable } from '../ledger';
import { LedgerMisconfigured } from '../misconfigured';
import { Overtaken, asLedgerError, asOpeningError, fromDriver, isLost, isRepeatable } from './failure';
import { SCHEMA } from './schema';
import { Session } from './session';

export interface DatabaseOptions {
  url: string;
  readOnly: boolean;
  /** Milliseconds to wait for a connection, and for the locks of others. */
  patience: number;
}

export type Durability =
  /** On the server's disk when the call returns. */
  | 'durable'
  /** Survives the end of every process of ours; a crash of the server may take its last moments: what heals by being done again. */
  | 'healing';

/** Connections of one process. They are made when needed and end when they are idle. */
const MOST_CONNECTIONS = 6;
const IDLE_MS = 30_000;
/** How often a transaction is made that others overtake. */
const MOST_TRIES = 8;
/** A statement may run so many times the patience: the recount of a large scan, say. */
const STATEMENT_PATIENCES = 6;

const BEGIN = {
  durable: 'BEGIN ISOLATION LEVEL READ COMMITTED',
  healing: 'BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL synchronous_commit = off',
  read: 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY',
} as const;

/** Numbers of this ledger are exact in a double; the driver's own way is to give 64 bits as text. */
const PARSERS: CustomTypesConfig = {
  getTypeParser: (oid, format) => {
    const parser = types.getTypeParser(oid, format) as (text: string) => unknown;
    return Number(oid) === Number(types.builtins.INT8) ? Number : parser;
  },
};

/** Transactions on a pool of connections to one PostgreSQL database. */
export class Database {
  readonly #pool: Pool;
  readonly #running = new Set<Promise<unknown>>();
  #closed: Promise<void> | null = null;

  constructor(private readonly options: DatabaseOptions) {
    const { readOnly, patience } = options;
    expectUrl(options.url);
    this.#pool = new Pool({
      connectionString: options.url,
      application_name: 'assay',
      max: MOST_CONNECTIONS,
      idleTimeoutMillis: IDLE_MS,
      connectionTimeoutMillis: patience,
      // Beyond the server's own limit: for a server or a network that gives no answer at all.
      query_timeout: (STATEMENT_PATIENCES + 1) * patience,
      keepAlive: true,
      // Numbers of this ledger are exact in a double.
      types: PARSERS,
      // The pool waits for it, though its type does not say so.
      onConnect: (client): void => prepare(client, readOnly, patience) as unknown as void,
    });
    // A connection that ends while nobody uses it is no loss; one that ends in use fails the query that uses it.
    this.#pool.on('error', () => undefined);
    this.#pool.on('connect', (client) => client.on('error', () => undefined));
  }

  /** Runs `body` as one transaction: all of it or nothing. It is run again from its beginning where others overtook it. */
  write<T>(durability: Durability, body: (session: Session) => Promise<T>): Promise<T> {
    return this.#use(async () => {
      const deadline = performance.now() + this.options.patience;
      for (let tries = 1; ; tries += 1) {
        try {
          return await this.#transaction(BEGIN[durability], body);
        } catch (error) {
          if (!isRepeatable(error) || tries >= MOST_TRIES || performance.now() >= deadline) throw error;
        }
        await sleep(Math.random() * 5 * tries);
      }
    });
  }

  /** Runs `body`, which only reads, at one moment of the ledger. */
  read<T>(body: (session: Session) => Promise<T>): Promise<T> {
    return this.#use(() => this.#transaction(BEGIN.read, body));
  }

  /** Runs statements that need no common moment: each is its own transaction, durable where it writes. */
  once<T>(body: (session: Session) => Promise<T>): Promise<T> {
    return this.#use(() => this.#transaction(null, body));
  }

  /** As {@link write}, for the first statements on this database: what is refused is the configuration's fault. */
  async open<T>(body: (session: Session) => Promise<T>): Promise<T> {
    try {
      return await this.#transaction(BEGIN.durable, body);
    } catch (error) {
      throw asOpeningError(error);
    }
  }

  /** Ends the connections after what is under way. Idempotent. */
  close(): Promise<void> {
    this.#closed ??= (async () => {
      await Promise.allSettled(this.#running);
      await this.#pool.end();
    })();
    return this.#closed;
  }

  async #use<T>(act: () => Promise<T>): Promise<T> {
    if (this.#closed !== null) throw new LedgerUnavailable('The ledger is closed');
    const running = act();
    this.#running.add(running);
    try {
      return await running;
    } catch (error) {
      throw asLedgerError(error);
    } finally {
      this.#running.delete(running);
    }
  }

  async #transaction<T>(begin: string | null, body: (session: Session) => Promise<T>): Promise<T> {
    const client = await this.#begin(begin);
    const session = new Session(client);
    let broken = false;
    try {
      const result = await body(session);
      if (begin !== null && (await session.command('COMMIT')) !== 'COMMIT') {
        throw new Overtaken('The transaction was taken back');
      }
      return result;
    } catch (error) {
      broken = isLost(error) || (begin !== null && !(await rollBack(session)));
      throw error;
    } finally {
      client.release(broken);
    }
  }

  /** A connection that lay idle may have ended unnoticed: nothing was done on it yet, so another is taken. */
  async #begin(begin: string | null): Promise<PoolClient> {
    for (let left = MOST_CONNECTIONS; ; left -= 1) {
      let client: PoolClient;
      try {
        client = await this.#pool.connect();
      } catch (error) {
        throw fromDriver(error);
      }
      if (begin === null) return client;
      try {
        await new Session(client).command(begin);
        return client;
      } catch (error) {
        client.release(true);
        if (left === 0 || !isLost(error)) throw error;
      }
    }
  }
}

/** False where the connection is of no use any more. */
async function rollBack(session: Session): Promise<boolean> {
  try {
    await session.command('ROLLBACK');
    return true;
  } catch {
    // The error that led here is the one that tells.
    return false;
  }
}

/** The URL holds a password: no error of its parser is shown that could carry it. */
function expectUrl(url: string): void {
  const refused = (why: string) =>
    new LedgerMisconfigured(`DATABASE_URL: expected postgres://user:password@host:5432/database${why}`);
  if (!URL.canParse(url.replace('@/', '@localhost/'))) throw refused('');
  try {
    // Reads what its parameters name, such as certificates; connects to nothing.
    new Client({ connectionString: url });
  } catch (error) {
    const { message } = error as Error;
    throw refused(message.includes(url) ? '' : `: ${message}`);
  }
}

/**
 * What every connection is set to. Plans are made without a look at statistics, which are absent or old where a table has just grown by
 * 100,000 rows: each statement has its index, and one row's way to another is by it.
 */
async function prepare(client: ClientBase, readOnly: boolean, patience: number): Promise<void> {
  const settings = {
    search_path: SCHEMA,
    lock_timeout: patience,
    statement_timeout: STATEMENT_PATIENCES * patience,
    idle_in_transaction_session_timeout: STATEMENT_PATIENCES * patience,
    default_transaction_isolation: `'read committed'`,
    enable_seqscan: 'off',
    enable_bitmapscan: 'off',
    enable_hashjoin: 'off',
    enable_mergejoin: 'off',
    enable_material: 'off',
    max_parallel_workers_per_gather: 0,
    jit: 'off',
    ...(readOnly ? { default_transaction_read_only: 'on' } : {}),
  };
  const statements = Object.entries(settings).map(([name, value]) => `SET ${name} = ${value}`);
  // Anything stronger that an operator chose stays; what is not on the disk is no promise.
  statements.push(
    `SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'`,
  );
  await client.query(statements.join('; '));
}
