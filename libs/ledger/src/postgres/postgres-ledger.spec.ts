import { HAS_POSTGRES, OwnDatabase } from '../../../../test/installation/own-database';
import { type Bed } from '../contract/bed';
import { ledgerContract } from '../contract/ledger-contract';
import { type Ledger, openLedger } from '../index';

let template: OwnDatabase | null = null;
/** A database whose schema is made, of which copies are quick: making it for each of many tests would take most of their time. */
async function made(): Promise<OwnDatabase> {
  if (template === null) {
    template = await OwnDatabase.make();
    await (await openLedger({ url: template.url })).close();
  }
  return OwnDatabase.make(`TEMPLATE "${template.name}"`);
}
afterAll(() => template?.remove());

async function makeBed(): Promise<Bed> {
  const databases = [await made()];
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
    courses: 50,
    async open() {
      const ledger = await openLedger({ url: database.url, now: () => clock.now });
      opened.push(ledger);
      return ledger;
    },
    async remove() {
      for (const ledger of opened) await ledger.close();
      for (const one of databases) await one.remove();
    },
  };
}

if (HAS_POSTGRES) ledgerContract('a ledger in PostgreSQL', makeBed);
else describe.skip('a ledger in PostgreSQL', () => it('needs a server: run the tests by npm test', () => undefined));
