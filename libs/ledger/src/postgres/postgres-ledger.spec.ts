import { HAS_POSTGRES, OwnDatabase } from '../../../../test/installation/own-database';
import { type Bed } from '../contract/bed';
import { ledgerContract } from '../contract/ledger-contract';
import { type Ledger, openLedger } from '../index';

async function makeBed(): Promise<Bed> {
  const databases = [await OwnDatabase.make()];
  const [database] = databases as [OwnDatabase];
  const clock = { now: 1_750_000_000_000 };
  const opened: Ledger[] = [];
  return {
    url: database.url,
    async newUrl() {
      const other = await OwnDatabase.make();
      databases.push(other);
      return other.url;
    },
    clock,
    async open() {
      const ledger = await openLedger({ url: database.url, now: () => clock.now });
      opened.push(ledger);
      return ledger;
    },
    async redrive(scan, seq) {
      await database.query(
        `UPDATE assay.files SET redriving = 1, generation = generation + 1, attempt = attempt + 1, forgiven = attempt + 1
         WHERE scan_no = (SELECT no FROM assay.scans WHERE id = $1) AND seq = $2`,
        [scan, seq],
      );
    },
    async remove() {
      for (const ledger of opened) await ledger.close();
      for (const one of databases) await one.remove();
    },
  };
}

if (HAS_POSTGRES) ledgerContract('a ledger in PostgreSQL', makeBed);
else describe.skip('a ledger in PostgreSQL', () => it('needs a server: run the tests by npm test', () => undefined));
