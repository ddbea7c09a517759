import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { type Bed } from '../contract/bed';
import { ledgerContract } from '../contract/ledger-contract';
import { type Ledger, openLedger } from '../index';

// eslint-disable-next-line @typescript-eslint/require-await
async function makeBed(): Promise<Bed> {
  const folder = mkdtempSync(join(tmpdir(), 'assay-ledger-'));
  const file = join(folder, 'ledger.db');
  const clock = { now: 1_750_000_000_000 };
  const opened: Ledger[] = [];
  return {
    url: `sqlite:${file}`,
    newUrl: () => Promise.resolve(`sqlite:${file}-new`),
    clock,
    async open() {
      const ledger = await openLedger({ url: `sqlite:${file}`, now: () => clock.now });
      opened.push(ledger);
      return ledger;
    },
    redrive(scan, seq) {
      const db = new Database(file, { timeout: 1_000 });
      db.prepare(
        `UPDATE files SET redriving = 1, generation = generation + 1, attempt = attempt + 1, forgiven = attempt + 1
         WHERE scan_no = (SELECT no FROM scans WHERE id = ?) AND seq = ?`,
      ).run(scan, seq);
      db.close();
      return Promise.resolve();
    },
    async remove() {
      for (const ledger of opened) await ledger.close();
      rmSync(folder, { recursive: true });
    },
  };
}

ledgerContract('a ledger in SQLite', makeBed);
