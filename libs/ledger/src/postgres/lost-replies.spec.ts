import { HAS_POSTGRES, OwnDatabase } from '../../../../test/installation/own-database';
import {
  attemptOf,
  batch,
  claimAll,
  createScan,
  ending,
  endWalk,
  everyPage,
  expectBalance,
  fileOf,
  found,
  foundMany,
  newScan,
  publish,
  publishedScan,
  record,
  scanOf,
  startWalk,
} from '../contract/bed';
import { type Ledger, LedgerUnavailable, openLedger } from '../index';
import { ReplyCutter } from './reply-cutter';

(HAS_POSTGRES ? describe : describe.skip)('a ledger whose connection is lost', () => {
  let database: OwnDatabase;
  let cutter: ReplyCutter;
  let ledger: Ledger;

  beforeEach(async () => {
    database = await OwnDatabase.make();
    cutter = await ReplyCutter.before(database.url);
    ledger = await openLedger({ url: cutter.url, patience: 2_000 });
  });
  afterEach(async () => {
    await ledger.close();
    await cutter.close();
    await database.remove();
  });

  /** The call as it fails, then the same call again. */
  async function twice<T>(what: 'commit' | 'reply', call: () => Promise<T>): Promise<T> {
    cutter.cutNext(what);
    await expect(call()).rejects.toBeInstanceOf(LedgerUnavailable);
    return call();
  }

  describe.each(['commit', 'reply'] as const)('with the %s of a transaction', (what) => {
    const done = what === 'reply';

    it('claims again with an attempt of its own', async () => {
      const { scan, assignments } = await publishedScan(ledger, foundMany(3));
      // A holder's first claim gives it its number, in a transaction before.
      await ledger.claim('h', [], 1);
      const files = await twice(what, () => claimAll(ledger, 'h', assignments));
      expect(files.map(({ attempt }) => attempt)).toEqual(files.map(() => (done ? 2 : 1)));
      expect(await ledger.check(files.map(attemptOf))).toEqual([true, true, true]);
      expect((await fileOf(ledger, scan, 1)).attempts).toBe(done ? 2 : 1);
    });

    it('ends rows once, and completes their scan once', async () => {
      const { scan, assignments } = await publishedScan(ledger, foundMany(3));
      const endings = (await claimAll(ledger, 'h', assignments)).map((file) => ending(file));
      expect(await twice(what, () => ledger.end(endings.slice(0, 2)))).toEqual([true, true]);
      expect((await scanOf(ledger, scan)).counts).toMatchObject({ accepted: 2, pending: 1 });
      expect(await twice(what, () => ledger.end(endings.slice(2)))).toEqual([true]);
      expect(await scanOf(ledger, scan)).toMatchObject({ state: 'completed', balanced: true, counts: { accepted: 3 } });
      await expectBalance(ledger, scan);
    });

    it('records a batch once, and knows what is to be published of it', async () => {
      const walk = await startWalk(ledger);
      const recorded = await twice(what, () =>
        ledger.record(walk, batch({ files: foundMany(5), folders: ['a', 'b'] })),
      );
      expect(recorded?.inserted).toBe(done ? 0 : 5);
      const [publication, ...more] = await ledger.unconfirmedPublications(walk.scan, 9);
      expect(publication?.assignments.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
      expect(more).toEqual([]);
      expect((await ledger.openFolders(walk.scan, 9)).map(({ path }) => path)).toEqual(['', 'a', 'b']);
      await expectBalance(ledger, walk.scan);
      await twice(what, () => ledger.confirmPublication(walk.scan, publication?.id ?? 0));
      expect(await ledger.unconfirmedPublications(walk.scan, 9)).toEqual([]);
    });

    it('ends a walk, and completes the scan with it', async () => {
      const walk = await startWalk(ledger);
      const [root] = await ledger.openFolders(walk.scan, 9);
      await ledger.record(walk, batch({ done: [root?.id ?? 0] }));
      // Who has ended it already is no longer its walker.
      expect(await twice(what, () => ledger.endWalk(walk, null))).toBe(!done);
      expect(await scanOf(ledger, walk.scan)).toMatchObject({ state: 'completed', balanced: true });
    });

    it('creates a scan once, voids and cancels it', async () => {
      const scan = newScan();
      const created = await twice(what, () => ledger.createScan(scan, null));
      expect(created.kind).toBe(done ? 'replayed' : 'created');
      expect(await ledger.scans({ limit: 9 })).toHaveLength(1);
      expect(await twice(what, () => ledger.voidScan(scan.id))).toBe(true);
      expect(await ledger.scan(scan.id)).toBeNull();
      const other = await publishedScan(ledger, foundMany(2));
      expect(await twice(what, () => ledger.cancelScan(other.scan, 'ann'))).toMatchObject({ cancelRequestedBy: 'ann' });
      expect(await twice(what, () => ledger.endUnclaimed(other.scan, 10))).toBe(done ? 0 : 2);
      expect(await scanOf(ledger, other.scan)).toMatchObject({
        state: 'cancelled',
        balanced: true,
        counts: { left: 2 },
      });
    });

    it('takes a walk for itself', async () => {
      const { id } = await createScan(ledger);
      const taken = await twice(what, () => ledger.takeWalk(id));
      if (taken === null) throw new Error('not taken');
      expect(await record(ledger, taken.walk, foundMany(1))).toMatchObject({ inserted: 1 });
    });

    it('gives rows back once, renumbers to a free name, and forgets no row to be published again', async () => {
      const walk = await startWalk(ledger);
      const assignments = await publish(ledger, walk, foundMany(2));
      await endWalk(ledger, walk);
      const [a, b] = await claimAll(ledger, 'h', assignments);
      if (!a || !b) throw new Error('not claimed');
      await twice(what, () => ledger.release([{ ...a, forgiven: true }]));
      expect((await fileOf(ledger, walk.scan, 1)).attempts).toBe(0);
      const renamed = await twice(what, () => ledger.renumber(b));
      expect((await fileOf(ledger, walk.scan, 2)).destination).toBe(renamed);
      const later = Date.now() + 60_000;
      const again = await twice(what, () => ledger.republish(later, 10));
      expect(again.length).toBe(2);
    });
  });

  it('gives up a call that is never answered, and serves the next on another connection', async () => {
    await ledger.close();
    // Long enough for a busy machine to open it.
    ledger = await openLedger({ url: cutter.url, patience: 3_000 });
    cutter.stall();
    await expect(ledger.ping()).rejects.toBeInstanceOf(LedgerUnavailable);
    await cutter.close();
    cutter = await ReplyCutter.before(database.url);
    await ledger.close();
    ledger = await openLedger({ url: cutter.url });
    await ledger.ping();
  });

  it('keeps nothing of a walk whose scan was cancelled while it recorded', async () => {
    const walk = await startWalk(ledger);
    const holder = await openLedger({ url: database.url });
    const racing = Array.from({ length: 20 }, (_, at) => ledger.record(walk, batch({ files: [found(`f${at}`)] })));
    await holder.cancelScan(walk.scan, null);
    const inserted = (await Promise.all(racing)).filter((recorded) => recorded !== null).length;
    expect(await everyPage(ledger, walk.scan)).toHaveLength(inserted);
    await expectBalance(ledger, walk.scan);
    await holder.close();
  });
});
