import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { createScan, endWalk, expectBalance, foundMany, publish, scanOf } from '../contract/bed';
import { LedgerMisconfigured, LedgerUnavailable, openLedger, openThreadedLedger } from '../index';
import { threadedLedger } from './open-threaded-ledger';
import { Writer } from './writer';

const entry = join(__dirname, '../contract/ledger-thread.cjs');

describe('a ledger whose writes run in a thread', () => {
  let folder: string;
  let file: string;
  const url = () => `sqlite:${file}`;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'assay-thread-'));
    file = join(folder, 'ledger.db');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('reads what it wrote', async () => {
    const ledger = await openThreadedLedger({ url: url(), entry });
    await ledger.ping();
    const scan = await createScan(ledger, { directory: '/r/\udcff' });
    expect(await scanOf(ledger, scan.id)).toEqual(scan);
    const taken = await ledger.takeWalk(scan.id);
    if (taken === null) throw new Error('not taken');
    await publish(ledger, taken.walk, foundMany(3));
    expect(await ledger.recordedPaths(scan.id, ['f0.jpg', 'nothing'])).toEqual(new Set(['f0.jpg']));
    expect(await ledger.files(scan.id, { after: 1, limit: 1 })).toMatchObject([{ seq: 2, path: 'f1.jpg' }]);
    await endWalk(ledger, taken.walk);
    await expectBalance(ledger, scan.id);
    await ledger.close();
    await ledger.close();
    await expect(ledger.beat('h', 1)).rejects.toBeInstanceOf(LedgerUnavailable);
  });

  it('throws what the ledger threw, by its class', async () => {
    const ledger = await openThreadedLedger({ url: url(), entry, patience: 50 });
    const scan = await createScan(ledger);
    const taken = await ledger.takeWalk(scan.id);
    if (taken === null) throw new Error('not taken');
    await expect(ledger.endWalk(taken.walk, null)).rejects.toThrow('open folders');
    const other = new Database(file);
    other.exec('BEGIN IMMEDIATE');
    const error: unknown = await ledger.beat('h', 1).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(LedgerUnavailable);
    expect((error as Error).message).toContain('SQLITE_BUSY');
    other.exec('COMMIT');
    other.close();
    await ledger.ping();
    await ledger.close();
  });

  it('is refused with the reason where it can not be opened', async () => {
    await expect(openThreadedLedger({ url: 'mysql://host/a', entry })).rejects.toBeInstanceOf(LedgerMisconfigured);
    const opening = openThreadedLedger({ url: 'sqlite:/dev/null/ledger.db', entry });
    await expect(opening).rejects.toBeInstanceOf(LedgerUnavailable);
  });

  it('starts the thread again when it died, after the calls under way have failed', async () => {
    const writer = await Writer.start({ entry, thread: { url: url() }, deadline: 10_000 });
    const ledger = threadedLedger(writer, await openLedger({ url: url(), readOnly: true }));
    await ledger.beat('h', 1);
    for (let round = 2; round < 4; round += 1) {
      const calls = Array.from({ length: 50 }, () => ledger.beat('h', round));
      await writer.terminate();
      const settled = await Promise.allSettled(calls);
      for (const call of settled) {
        if (call.status === 'rejected') expect(call.reason).toBeInstanceOf(LedgerUnavailable);
      }
      expect(settled.at(-1)?.status).toBe('rejected');
      expect(await ledger.holders()).toHaveLength(1);
      for (let written = false; !written;) {
        written = await ledger.beat('h', 10 * round).then(
          () => true,
          () => new Promise((resolve) => setTimeout(() => resolve(false), 5)),
        );
      }
      expect(await ledger.holders()).toMatchObject([{ held: 10 * round }]);
    }
    await ledger.close();
  });
});
