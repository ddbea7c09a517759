import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { LedgerMisconfigured, openLedger } from '../index';
import { Connection } from './connection';
import { migrate } from './migrate';
import { STEPS } from './schema';

describe('the schema', () => {
  let folder: string;
  let file: string;
  const connect = () => Connection.open({ file, readOnly: false, patience: 5_000 });
  const tables = (connection: Connection) =>
    connection.db.prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`).pluck().all();

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'assay-schema-'));
    file = join(folder, 'ledger.db');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('takes the steps that are missing, each once', async () => {
    const steps = ['CREATE TABLE a (n)', 'CREATE TABLE b (n)', 'CREATE TABLE c (n)'];
    const connection = await connect();
    await migrate(connection, steps.slice(0, 1));
    await migrate(connection, steps);
    await migrate(connection, steps);
    expect(tables(connection)).toEqual(['a', 'b', 'c']);
    expect(connection.db.pragma('user_version', { simple: true })).toBe(3);
    expect(connection.db.pragma('journal_mode', { simple: true })).toBe('wal');
    await connection.close();
  });

  it('takes no step where one of them fails', async () => {
    const connection = await connect();
    await expect(migrate(connection, ['CREATE TABLE a (n)', 'nonsense'])).rejects.toMatchObject({
      message: expect.stringContaining('nonsense') as string,
    });
    expect(tables(connection)).toEqual([]);
    await migrate(connection, ['CREATE TABLE a (n)']);
    expect(tables(connection)).toEqual(['a']);
    await connection.close();
  });

  it('of an earlier program is brought up to date, and keeps what it holds', async () => {
    const connection = await connect();
    await migrate(connection, STEPS.slice(0, 1));
    await connection.close();
    const earlier = new Database(file);
    earlier.exec(`INSERT INTO holders (name, held, seen_at) VALUES ('from before', 3, 7)`);
    earlier.close();
    const ledger = await openLedger({ url: `sqlite:${file}` });
    expect(await ledger.holders()).toEqual([{ name: 'from before', held: 3, seenAt: 7, paused: null }]);
    const head = `sha256:${'0'.repeat(64)}`;
    expect(await ledger.alike({ scan: null, finishedBy: 1 }, [{ size: 1, head }])).toEqual([
      { scan: false, accepted: false, undigested: [] },
    ]);
    await ledger.close();
  });

  it('of a later program is refused, by name of the variable', async () => {
    const db = new Database(file);
    db.pragma(`user_version = ${STEPS.length + 1}`);
    db.close();
    const opening = openLedger({ url: `sqlite:${file}` });
    await expect(opening).rejects.toBeInstanceOf(LedgerMisconfigured);
    await expect(opening).rejects.toThrow('DATABASE_URL');
  });
});
