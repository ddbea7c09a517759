import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { LedgerMisconfigured, LedgerUnavailable, openLedger } from './index';
import { sqliteFile } from './open-ledger';

describe('opening a ledger', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'assay-open-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('makes the folder for nobody else to look into', async () => {
    const file = join(folder, 'state', 'deep', 'ledger.db');
    const ledger = await openLedger({ url: `sqlite:${file}` });
    await ledger.ping();
    await ledger.close();
    expect(existsSync(file)).toBe(true);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'state')).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, 'state', 'deep')).mode & 0o777).toBe(0o700);
  });

  it.each([
    ['sqlite:/a/b.db', '/a/b.db'],
    ['sqlite:///a/b.db', '/a/b.db'],
    ['SQLITE:/a b/ü.db', '/a b/ü.db'],
    ['sqlite:a.db', join(process.cwd(), 'a.db')],
    ['sqlite:./.assay/a.db', join(process.cwd(), '.assay/a.db')],
  ])('takes %s for a file', (url, file) => {
    expect(sqliteFile(url)).toBe(file);
  });

  it.each(['', 'sqlite:', 'sqlite://host/a.db', '/a/b.db', 'mysql://host/a'])(
    'refuses %j, naming the variable',
    async (url) => {
      const opening = openLedger({ url });
      await expect(opening).rejects.toBeInstanceOf(LedgerMisconfigured);
      await expect(opening).rejects.toThrow('DATABASE_URL');
    },
  );

  it('is unavailable where its folder can not be made', async () => {
    writeFileSync(join(folder, 'file'), '');
    const opening = openLedger({ url: `sqlite:${join(folder, 'file', 'ledger.db')}` });
    await expect(opening).rejects.toBeInstanceOf(LedgerUnavailable);
  });

  it('finds a relative path again from the same folder', async () => {
    const file = join(folder, 'ledger.db');
    const ledger = await openLedger({ url: `sqlite:${relative(process.cwd(), file)}` });
    await ledger.close();
    expect(existsSync(file)).toBe(true);
  });
});
