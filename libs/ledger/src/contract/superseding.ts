import { claimAll, ending, fileOf, foundMany, publishedScan } from './bed';
import { type UnderTest } from './ledger-contract';

export function supersedingContract(underTest: () => UnderTest): void {
  async function superseded(ending?: 'ended') {
    const { ledger } = underTest();
    const { scan, assignments } = await publishedScan(ledger, foundMany(2));
    const [slow] = await claimAll(ledger, 'slow', assignments.slice(0, 1));
    const [quick] = await claimAll(ledger, 'quick', assignments.slice(0, 1));
    if (!slow || !quick) throw new Error('not claimed');
    if (ending === 'ended') await endOf(quick);
    return { ledger, scan, slow, quick };
  }

  async function endOf(file: { scan: string; seq: number; attempt: number }) {
    expect(await underTest().ledger.end([ending(file)])).toEqual([true]);
  }

  it('is looked at once the row has ended and nobody who claimed it is at work any more', async () => {
    const { ledger, scan, quick } = await superseded();
    expect(await ledger.unresolved([], 10)).toEqual([]);
    await endOf(quick);
    expect(await ledger.unresolved(['slow'], 10)).toEqual([]);
    expect(await ledger.unresolved(['quick'], 10)).toEqual([
      { scan, seq: 1, attempt: 2, outcome: 'accepted', holder: '', cancelled: false },
    ]);
  });

  it('is looked at by one, who claims the row that ended, and forgotten then', async () => {
    const { ledger, scan } = await superseded('ended');
    const [row] = await ledger.unresolved([], 10);
    if (!row) throw new Error('not unresolved');
    const claimed = await ledger.claimUnresolved('sweep', row);
    expect(claimed).toMatchObject({ attempt: 3, outcome: 'accepted' });
    expect(await ledger.claimUnresolved('sweep', row)).toBeNull();
    await ledger.resolve({ scan, seq: 1, attempt: 3 });
    // Not before it is said: whoever dies in between has not looked.
    expect(await ledger.unresolved([], 10)).toHaveLength(1);
    await ledger.forgetSuperseded({ scan, seq: 1, attempt: 3 });
    await ledger.forgetSuperseded({ scan, seq: 1, attempt: 3 });
    expect(await ledger.unresolved([], 10)).toEqual([]);
    expect(await fileOf(ledger, scan, 1)).toMatchObject({ outcome: 'accepted' });
  });

  it('is forgotten where its holder says that it does nothing more with the file', async () => {
    const { ledger, slow } = await superseded('ended');
    await ledger.release([{ scan: slow.scan, seq: slow.seq, attempt: slow.attempt, forgiven: false }]);
    expect(await ledger.unresolved([], 10)).toEqual([]);
  });

  it('leaves alone what was superseded later than somebody has looked', async () => {
    const { ledger, slow } = await superseded('ended');
    await ledger.forgetSuperseded({ scan: slow.scan, seq: slow.seq, attempt: slow.attempt - 1 });
    expect(await ledger.unresolved([], 10)).toHaveLength(1);
  });

  it('is none that gave its row back, or that claims it again itself', async () => {
    const { ledger } = underTest();
    const { scan, assignments } = await publishedScan(ledger, foundMany(1));
    const [first] = await claimAll(ledger, 'a', assignments);
    await ledger.release([{ scan, seq: 1, attempt: first?.attempt ?? 0, forgiven: false }]);
    await claimAll(ledger, 'b', assignments);
    const [again] = await claimAll(ledger, 'b', assignments);
    if (!again) throw new Error('not claimed');
    await endOf(again);
    expect(await ledger.unresolved([], 10)).toEqual([]);
  });

  it('is waited for where its scan was cancelled', async () => {
    const { ledger, scan } = await superseded();
    await ledger.cancelScan(scan, null);
    expect(await ledger.unresolved(['slow'], 10)).toEqual([]);
    expect(await ledger.unresolved(['quick'], 10)).toEqual([]);
    expect(await ledger.unresolved([], 10)).toMatchObject([{ scan, seq: 1, holder: 'quick', cancelled: true }]);
  });
}
