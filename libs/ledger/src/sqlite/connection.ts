import Database from 'better-sqlite3';
import { statSync } from 'node:fs';
import { LedgerUnavailable } from '../ledger';
import { asLedgerError, isBusy } from './unavailable';

export type Durability =
  /** On the disk when the call returns: what a message or a move on the disk then relies on. */
  | 'durable'
  /** Survives the end of every process, but a power cut may take the last moments: what heals by being done again. */
  | 'healing';

export interface ConnectionOptions {
  file: string;
  readOnly: boolean;
  /** Milliseconds to wait for another writer. */
  patience: number;
}

const sleep = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

/**
 * One connection, whose transactions run one after the other in the order of their calls.
 *
 * SQLite's own wait for a lock blocks the thread and sleeps up to 100 ms between tries, so that the longest waiter is
 * served last. Here the wait is asynchronous, about a millisecond at a time, and has a deadline.
 */
export class Connection {
  readonly db: Database.Database;
  readonly #synchronous: Record<Durability, Database.Statement<[]>>;
  readonly #beginRead: Database.Statement<[]>;
  readonly #beginWrite: Database.Statement<[]>;
  readonly #commit: Database.Statement<[]>;
  readonly #rollback: Database.Statement<[]>;
  readonly #patience: number;
  readonly #file: string;
  /** Device and inode of what is open. */
  readonly #identity: string;
  #turn: Promise<void> = Promise.resolve();
  #durability: Durability = 'durable';

  private constructor(db: Database.Database, file: string, identity: string, patience: number) {
    this.#file = file;
    this.#identity = identity;
    this.#patience = patience;
    this.db = db;
    this.db.pragma('cache_size = -16000');
    this.db.pragma('foreign_keys = ON');
    this.db.pragma('synchronous = FULL');
    this.db.pragma('temp_store = MEMORY');
    // A reader that stayed long let the log grow; it shrinks to this at the next occasion.
    this.db.pragma('journal_size_limit = 67108864');
    this.#synchronous = {
      durable: this.db.prepare('PRAGMA synchronous = FULL'),
      healing: this.db.prepare('PRAGMA synchronous = NORMAL'),
    };
    this.#beginRead = this.db.prepare('BEGIN');
    this.#beginWrite = this.db.prepare('BEGIN IMMEDIATE');
    this.#commit = this.db.prepare('COMMIT');
    this.#rollback = this.db.prepare('ROLLBACK');
  }

  /** Opening waits too: the file is locked for a moment while another process makes it, recovers it or is the last to leave it. */
  static async open(options: ConnectionOptions): Promise<Connection> {
    try {
      return await untilFree(() => Connection.#open(options), performance.now() + options.patience);
    } catch (error) {
      throw asLedgerError(error);
    }
  }

  static #open({ file, readOnly, patience }: ConnectionOptions): Connection {
    const db = new Database(file, { readonly: readOnly, fileMustExist: readOnly, timeout: 0 });
    try {
      const identity = identityOf(file);
      if (identity === null) throw new LedgerUnavailable(`The ledger's file ${file} went away while it was opened`);
      return new Connection(db, file, identity, patience);
    } catch (error) {
      db.close();
      throw error;
    }
  }

  /**
   * Where another file lies now in the place of the one that is open, as after a backup was put back: true. Where nothing lies there, false: the
   * file may come back.
   */
  get replaced(): boolean {
    const found = identityOf(this.#file);
    return found !== null && found !== this.#identity;
  }

  /** Runs `body` as one immediate transaction: all of it or nothing. `body` is synchronous. */
  async write<T>(durability: Durability, body: () => T): Promise<T> {
    return this.#inTurn(() => {
      if (this.#durability !== durability) {
        this.#synchronous[durability].run();
        this.#durability = durability;
      }
      return this.#between(this.#beginWrite, body);
    });
  }

  /** Runs `body`, which only reads, at one moment of the ledger. */
  async read<T>(body: () => T): Promise<T> {
    const deadline = performance.now() + this.#patience;
    try {
      return await untilFree(
        this.#whileOpen(() => this.#between(this.#beginRead, body)),
        deadline,
      );
    } catch (error) {
      throw asLedgerError(error);
    }
  }

  /** Runs outside any transaction, such as a change of the journal's mode. */
  async alone<T>(body: () => T): Promise<T> {
    return this.#inTurn(body);
  }

  async close(): Promise<void> {
    const turn = this.#turn;
    this.#turn = turn.then(() => {
      if (this.db.open) this.db.close();
    });
    await this.#turn;
  }

  #between<T>(begin: Database.Statement<[]>, body: () => T): T {
    begin.run();
    try {
      const result = body();
      this.#commit.run();
      return result;
    } catch (error) {
      if (this.db.inTransaction) this.#rollback.run();
      throw error;
    }
  }

  async #inTurn<T>(attempt: () => T): Promise<T> {
    const deadline = performance.now() + this.#patience;
    const before = this.#turn;
    let leave = () => {};
    this.#turn = new Promise((resolve) => (leave = resolve));
    await before;
    try {
      return await untilFree(this.#whileOpen(attempt), deadline);
    } catch (error) {
      throw asLedgerError(error);
    } finally {
      leave();
    }
  }

  #whileOpen<T>(attempt: () => T): () => T {
    return () => {
      if (!this.db.open) throw new LedgerUnavailable('The ledger is closed');
      // SQLite goes on with a file that was moved or removed: what is written there nobody would find again.
      if (identityOf(this.#file) !== this.#identity)
        throw new LedgerUnavailable(`The ledger's file is not at its place any more: ${this.#file}`);
      return attempt();
    };
  }
}

/** A transaction meets a lock at its beginning or not at all, so trying again never repeats half of it. */
async function untilFree<T>(attempt: () => T, deadline: number): Promise<T> {
  for (;;) {
    try {
      return attempt();
    } catch (error) {
      if (!isBusy(error) || performance.now() >= deadline) throw error;
    }
    await sleep(0.5 + Math.random());
  }
}

/** Null where there is no such file, or it can't be looked at. */
function identityOf(file: string): string | null {
  try {
    const stats = statSync(file, { throwIfNoEntry: false });
    return stats ? `${stats.dev}:${stats.ino}` : null;
  } catch {
    return null;
  }
}
