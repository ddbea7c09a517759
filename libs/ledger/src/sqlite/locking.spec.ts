import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { LedgerUnavailable, openLedger } from '../index';
import { asLedgerError } from './unavailable';

describe('a ledger that another writer holds', () => {
  let folder: string;
  let file: string;
  const url = () => `sqlite:${file}`;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'assay-locked-'));
    file = join(folder, 'ledger.db');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is waited for without holding up the thread, and used once it is free', async () => {
    const ledger = await openLedger({ url: url() });
    const other = new Database(file);
    other.exec('BEGIN IMMEDIATE');
    let written = false;
    const beat = ledger.beat('h', 1).then(() => (written = true));
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setTimeout(resolve, 1));
    expect(written).toBe(false);
    expect(await ledger.holders()).toEqual([]);
    other.exec('COMMIT');
    await beat;
    expect(await ledger.holders()).toMatchObject([{ name: 'h', held: 1 }]);
    other.close();
    await ledger.close();
  });

  it('is unavailable after the deadline, with the cause, and whole afterwards', async () => {
    const ledger = await openLedger({ url: url(), patience: 30 });
    const other = new Database(file);
    other.exec('BEGIN IMMEDIATE');
    const error: unknown = await ledger.beat('h', 1).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(LedgerUnavailable);
    expect((error as Error).cause).toMatchObject({ code: 'SQLITE_BUSY' });
    await expect(ledger.ping()).rejects.toBeInstanceOf(LedgerUnavailable);
    other.exec('COMMIT');
    await ledger.ping();
    expect(await ledger.holders()).toEqual([]);
    other.close();
    await ledger.close();
  });

  it('serves its own callers in the order of their calls', async () => {
    const ledger = await openLedger({ url: url() });
    const other = new Database(file);
    other.exec('BEGIN IMMEDIATE');
    const order: number[] = [];
    const calls = [1, 2, 3, 4].map((n) => ledger.beat('h', n).then(() => order.push(n)));
    await new Promise((resolve) => setTimeout(resolve, 10));
    other.exec('COMMIT');
    await Promise.all(calls);
    expect(order).toEqual([1, 2, 3, 4]);
    expect(await ledger.holders()).toMatchObject([{ held: 4 }]);
    other.close();
    await ledger.close();
  });

  it('ends what is under way before it closes, and is unavailable afterwards', async () => {
    const ledger = await openLedger({ url: url() });
    const beat = ledger.beat('h', 1);
    await Promise.all([ledger.close(), ledger.close(), beat]);
    await expect(ledger.beat('h', 2)).rejects.toBeInstanceOf(LedgerUnavailable);
    await expect(ledger.holders()).rejects.toBeInstanceOf(LedgerUnavailable);
    const again = await openLedger({ url: url() });
    expect(await again.holders()).toMatchObject([{ held: 1 }]);
    await again.close();
  });

  it('is unavailable where it may only be read', async () => {
    const ledger = await openLedger({ url: url() });
    const reader = await openLedger({ url: url(), readOnly: true });
    await ledger.beat('h', 1);
    expect(await reader.holders()).toHaveLength(1);
    await expect(reader.beat('h', 2)).rejects.toBeInstanceOf(LedgerUnavailable);
    await reader.close();
    await ledger.close();
  });
});

describe('an error of SQLite', () => {
  it('means unavailable where the disk is full, or the file can not be opened', () => {
    const db = new Database(':memory:');
    db.exec('CREATE TABLE t (b BLOB)');
    db.pragma('max_page_count = 2');
    const thrown = (act: () => unknown): unknown => {
      try {
        return act();
      } catch (error) {
        return asLedgerError(error);
      }
    };
    const full = thrown(() => db.prepare('INSERT INTO t VALUES (zeroblob(100000))').run());
    expect(full).toBeInstanceOf(LedgerUnavailable);
    expect((full as Error).cause).toMatchObject({ code: 'SQLITE_FULL' });
    const missing = thrown(() => new Database(tmpdir()));
    expect(missing).toBeInstanceOf(LedgerUnavailable);
  });

  it('stays itself where another try would meet it again', () => {
    const db = new Database(':memory:');
    const error = (() => {
      try {
        return db.exec('SELECT nonsense');
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(asLedgerError(error)).toBe(error);
  });

  it('of a file that is no database is told as it is', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'assay-broken-'));
    const file = join(folder, 'ledger.db');
    writeFileSync(file, 'not a database, but long enough to be taken for one '.repeat(50));
    await expect(openLedger({ url: `sqlite:${file}` })).rejects.toMatchObject({ code: 'SQLITE_NOTADB' });
    rmSync(folder, { recursive: true });
  });
});
