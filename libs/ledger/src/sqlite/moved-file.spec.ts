import { mkdtempSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createScan, scanOf } from '../contract/bed';
import { type Ledger, LedgerUnavailable, openLedger } from '../index';

describe('a ledger whose file is moved while it is open', () => {
  let top: string;
  let ledger: Ledger;
  const place = (name = 'place') => join(top, name);
  const open = (home?: string) =>
    openLedger({ url: `sqlite:${place()}/ledger.db`, patience: 200, ...(home === undefined ? {} : { home }) });

  beforeEach(async () => {
    top = mkdtempSync(join(tmpdir(), 'assay-moved-'));
    ledger = await open();
  });
  afterEach(async () => {
    await ledger.close();
    rmSync(top, { recursive: true });
  });

  it('takes and tells nothing until it is back, and knows everything then', async () => {
    const scan = await createScan(ledger);
    renameSync(place(), place('elsewhere'));
    for (const call of [() => ledger.beat('h', 1), () => ledger.scan(scan.id), () => ledger.ping()])
      await expect(call()).rejects.toBeInstanceOf(LedgerUnavailable);
    renameSync(place('elsewhere'), place());
    expect(await scanOf(ledger, scan.id)).toEqual(scan);
    await ledger.beat('h', 1);
  });

  it('goes on with the file that is put in its place, and writes nothing more into the old', async () => {
    const forgotten = await createScan(ledger, { directory: '/r/old' });
    renameSync(place(), place('old'));
    mkdirSync(place());
    const other = await open();
    const kept = await createScan(other, { directory: '/r/new' });
    for (let found = false; !found;)
      found = await ledger.scan(kept.id).then(
        (scan) => scan !== null,
        (error: unknown) => {
          if (!(error instanceof LedgerUnavailable)) throw error;
          return new Promise((later) => setTimeout(() => later(false), 5));
        },
      );
    await ledger.beat('written after', 1);
    expect((await other.holders()).map(({ name }) => name)).toEqual(['written after']);
    expect(await ledger.scan(forgotten.id)).toBeNull();
    await other.close();
  });
});

describe('a ledger of which a home knows', () => {
  let top: string;
  beforeEach(() => {
    top = mkdtempSync(join(tmpdir(), 'assay-begun-'));
  });
  afterEach(() => rmSync(top, { recursive: true }));

  it('is not begun anew where its file is gone, until the home forgets it', async () => {
    const home = join(top, 'home');
    const url = `sqlite:${join(top, 'disk/ledger.db')}`;
    const first = await openLedger({ url, home });
    const scan = await createScan(first);
    await first.close();
    renameSync(join(top, 'disk'), join(top, 'unmounted'));
    const opening = openLedger({ url, home });
    await expect(opening).rejects.toBeInstanceOf(LedgerUnavailable);
    await expect(opening).rejects.toThrow(/ledger-begun/);
    renameSync(join(top, 'unmounted'), join(top, 'disk'));
    const again = await openLedger({ url, home });
    expect(await again.scan(scan.id)).not.toBeNull();
    await again.close();
    rmSync(join(top, 'disk'), { recursive: true });
    rmSync(join(home, 'ledger-begun'));
    const anew = await openLedger({ url, home });
    expect(await anew.scan(scan.id)).toBeNull();
    await anew.close();
  });

  it('may lie elsewhere from some day on', async () => {
    const home = join(top, 'home');
    for (const disk of ['one', 'other']) {
      const ledger = await openLedger({ url: `sqlite:${join(top, disk, 'ledger.db')}`, home });
      await ledger.close();
    }
    rmSync(join(top, 'one'), { recursive: true });
    await (await openLedger({ url: `sqlite:${join(top, 'other/ledger.db')}`, home })).close();
  });
});
