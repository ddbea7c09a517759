import {
  batch,
  claimAll,
  createScan,
  ending,
  everyPage,
  expectBalance,
  found,
  foundMany,
  publish,
  publishedScan,
  scanOf,
  startWalk,
} from './bed';
import { type UnderTest } from './ledger-contract';

export function cancelContract(underTest: () => UnderTest): void {
  it('ends a scan that was not begun at once', async () => {
    const { ledger, bed } = underTest();
    const { id } = await createScan(ledger);
    expect(await ledger.cancelScan(id, 'ann')).toMatchObject({
      state: 'cancelled',
      balanced: true,
      cancelRequestedAt: bed.clock.now,
      cancelRequestedBy: 'ann',
    });
    expect(await ledger.takeWalk(id)).toBeNull();
    const later = await createScan(ledger, { startAt: bed.clock.now + 5 });
    expect(await ledger.cancelScan(later.id, null)).toMatchObject({ state: 'cancelled' });
  });

  it('refuses every later write of the walker', async () => {
    const { ledger } = underTest();
    const walk = await startWalk(ledger);
    await publish(ledger, walk, foundMany(1));
    await ledger.cancelScan(walk.scan, null);
    expect(await ledger.record(walk, batch({ files: [found('late')] }))).toBeNull();
    expect(await ledger.endWalk(walk, null)).toBe(false);
    expect(await ledger.takeWalk(walk.scan)).toBeNull();
  });

  it('ends rows that were never claimed in chunks, and leaves claimed ones to their holders', async () => {
    const { ledger } = underTest();
    const { scan, assignments } = await publishedScan(ledger, foundMany(7));
    const files = await claimAll(ledger, 'h', assignments.slice(2, 4));
    await ledger.cancelScan(scan, null);
    expect(await ledger.endUnclaimed(scan, 3)).toBe(3);
    expect((await scanOf(ledger, scan)).counts).toMatchObject({ left: 3, pending: 4 });
    expect(await ledger.endUnclaimed(scan, 3)).toBe(2);
    expect(await ledger.endUnclaimed(scan, 3)).toBe(0);
    expect(await scanOf(ledger, scan)).toMatchObject({ state: 'moving', counts: { left: 5, pending: 2 } });
    expect((await ledger.scansToEnd()).map(({ id }) => id)).toEqual([scan]);
    const [one, other] = files;
    if (!one || !other) throw new Error('not claimed');
    await ledger.end([ending(one), ending(other, { outcome: 'left', reason: 'cancelled' })]);
    expect(await scanOf(ledger, scan)).toMatchObject({
      state: 'cancelled',
      balanced: true,
      counts: { accepted: 1, left: 6, pending: 0 },
    });
    expect((await everyPage(ledger, scan, { outcome: 'left' })).every(({ reason }) => reason === 'cancelled')).toBe(
      true,
    );
    expect(await ledger.scansToEnd()).toEqual([]);
    await expectBalance(ledger, scan);
  });

  it('ends no row of a scan that was not cancelled', async () => {
    const { ledger } = underTest();
    const { scan } = await publishedScan(ledger, foundMany(2));
    expect(await ledger.endUnclaimed(scan, 10)).toBe(0);
    expect(await ledger.endUnclaimed('nobody', 10)).toBe(0);
  });

  it('is noted once, and changes nothing of a finished scan', async () => {
    const { ledger, bed } = underTest();
    const { scan } = await publishedScan(ledger, foundMany(1));
    const first = await ledger.cancelScan(scan, 'ann');
    bed.clock.now += 5;
    expect(await ledger.cancelScan(scan, 'bob')).toEqual(first);
    const finished = await publishedScan(ledger, []);
    const before = await scanOf(ledger, finished.scan);
    expect(await ledger.cancelScan(finished.scan, 'bob')).toEqual(before);
    expect(before).toMatchObject({ state: 'completed', cancelRequestedAt: null });
  });
}
