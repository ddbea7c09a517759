import {
  batch,
  claimAll,
  ending,
  endWalk,
  expectBalance,
  found,
  foundMany,
  publish,
  publishedScan,
  record,
  scanOf,
  startWalk,
} from './bed';
import { type UnderTest } from './ledger-contract';

export function completionContract(underTest: () => UnderTest): void {
  it('completes with the last ending once the walk has ended', async () => {
    const { ledger, bed } = underTest();
    const { scan, assignments } = await publishedScan(ledger, foundMany(2));
    const files = await claimAll(ledger, 'h', assignments);
    await ledger.end(files.slice(0, 1).map((file) => ending(file)));
    expect(await scanOf(ledger, scan)).toMatchObject({ state: 'moving', finishedAt: null, balanced: false });
    bed.clock.now += 7;
    await ledger.end(files.slice(1).map((file) => ending(file)));
    expect(await scanOf(ledger, scan)).toMatchObject({ state: 'completed', finishedAt: bed.clock.now, balanced: true });
  });

  it('completes with the walk where every row has ended before', async () => {
    const { ledger } = underTest();
    const walk = await startWalk(ledger);
    const assignments = await publish(ledger, walk, foundMany(2));
    await ledger.end((await claimAll(ledger, 'h', assignments)).map((file) => ending(file)));
    expect(await scanOf(ledger, walk.scan)).toMatchObject({ state: 'scanning' });
    await endWalk(ledger, walk);
    expect(await scanOf(ledger, walk.scan)).toMatchObject({ state: 'completed', balanced: true });
  });

  it('completes an empty scan, and one where nothing moves', async () => {
    const { ledger } = underTest();
    const empty = await publishedScan(ledger, []);
    const still = await publishedScan(ledger, [
      found('a', { plan: { kind: 'skip', reason: 'socket' }, inspection: null, identity: null, size: null }),
      found('b', { plan: { kind: 'leave', reason: 'profile' } }),
    ]);
    expect(await scanOf(ledger, empty.scan)).toMatchObject({ state: 'completed', balanced: true });
    expect(await scanOf(ledger, still.scan)).toMatchObject({
      state: 'completed',
      balanced: true,
      counts: { found: 2, skipped: 1, left: 1 },
    });
  });

  it('fails where the walk failed, after what was published has ended', async () => {
    const { ledger } = underTest();
    const walk = await startWalk(ledger);
    const assignments = await publish(ledger, walk, foundMany(1));
    await ledger.record(walk, batch({ unsettled: [{ path: 'young', identity: 'i', seenAt: 1 }] }));
    expect(await ledger.endWalk(walk, 'disk: EIO')).toBe(true);
    expect(await scanOf(ledger, walk.scan)).toMatchObject({ state: 'moving', error: 'disk: EIO' });
    await ledger.end((await claimAll(ledger, 'h', assignments)).map((file) => ending(file)));
    expect(await scanOf(ledger, walk.scan)).toMatchObject({ state: 'failed', balanced: true, counts: { accepted: 1 } });
  });

  it('says nothing of a scan that goes on', async () => {
    const { ledger } = underTest();
    const walk = await startWalk(ledger);
    await ledger.completeScan(walk.scan);
    await ledger.completeScan('nobody');
    expect(await scanOf(ledger, walk.scan)).toMatchObject({ state: 'scanning' });
    const { scan } = await publishedScan(ledger, foundMany(1));
    await ledger.completeScan(scan);
    expect(await scanOf(ledger, scan)).toMatchObject({ state: 'moving' });
  });

  it('is noted once', async () => {
    const { ledger, bed } = underTest();
    const { scan } = await publishedScan(ledger, []);
    const finished = await scanOf(ledger, scan);
    bed.clock.now += 5;
    await ledger.completeScan(scan);
    expect(await scanOf(ledger, scan)).toEqual(finished);
    await expectBalance(ledger, scan);
  });

  it('publishes the unconfirmed rows of a failed walk again, since nobody else would', async () => {
    const { ledger, bed } = underTest();
    const walk = await startWalk(ledger);
    const { publication } = await record(ledger, walk, foundMany(1));
    await ledger.endWalk(walk, 'disk: EIO');
    bed.clock.now += 100;
    const again = await ledger.republish(bed.clock.now, 10);
    expect(again).toEqual([{ ...publication?.assignments[0], priority: 'normal', requestId: null }]);
  });
}
