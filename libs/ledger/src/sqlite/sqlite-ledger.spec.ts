import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
    courses: 300,
    async open() {
      const ledger = await openLedger({ url: `sqlite:${file}`, now: () => clock.now });
      opened.push(ledger);
      return ledger;
    },
    async remove() {
      for (const ledger of opened) await ledger.close();
      rmSync(folder, { recursive: true });
    },
  };
}

ledgerContract('a ledger in SQLite', makeBed);
