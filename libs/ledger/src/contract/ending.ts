import { claimAll, ending, expectBalance, fileOf, found, foundMany, publishedScan, redriveRow, scanOf } from './bed';
import { type UnderTest } from './ledger-contract';

export function endingContract(underTest: () => UnderTest): void {
  it('records each outcome with its reason, and the counts with them', async () => {
    const { ledger, bed } = underTest();
    const { scan, assignments } = await publishedScan(ledger, foundMany(6));
    const files = await claimAll(ledger, 'h', assignments);
    const outcomes = ['accepted', 'quarantined', 'left', 'conflicted', 'errored'] as const;
    bed.clock.now += 50;
    const endings = outcomes.map((outcome, at) => {
      const file = files[at];
      if (file === undefined) throw new Error('not claimed');
      return ending(file, { outcome, reason: outcome === 'accepted' ? null : `because: \udcff ${outcome}` });
    });
    expect(await ledger.end(endings)).toEqual(outcomes.map(() => true));
    expect((await scanOf(ledger, scan)).counts).toEqual({
      found: 6,
      pending: 1,
      accepted: 1,
      quarantined: 1,
      left: 1,
      skipped: 0,
      conflicted: 1,
      errored: 1,
    });
    expect(await fileOf(ledger, scan, 1)).toMatchObject({ outcome: 'accepted', reason: null });
    expect(await fileOf(ledger, scan, 5)).toMatchObject({
      outcome: 'errored',
      reason: 'because: \udcff errored',
      updatedAt: bed.clock.now,
    });
    await expectBalance(ledger, scan);
  });

  it('says yes again where the reply of the first call was lost, and changes nothing', async () => {
    const { ledger } = underTest();
    const { scan, assignments } = await publishedScan(ledger, foundMany(2));
    const endings = (await claimAll(ledger, 'h', assignments)).map((file) => ending(file));
    expect(await ledger.end(endings)).toEqual([true, true]);
    expect(await ledger.end(endings)).toEqual([true, true]);
    expect((await scanOf(ledger, scan)).counts).toMatchObject({ accepted: 2, pending: 0 });
    expect(await ledger.end(endings.map((one) => ({ ...one, outcome: 'errored' })))).toEqual([false, false]);
    await expectBalance(ledger, scan);
  });

  it('counts a row once that is named twice in one call', async () => {
    const { ledger } = underTest();
    const { scan, assignments } = await publishedScan(ledger, foundMany(2));
    const [file] = await claimAll(ledger, 'h', assignments.slice(0, 1));
    if (file === undefined) throw new Error('not claimed');
    expect(await ledger.end([ending(file), ending(file)])).toEqual([true, true]);
    await expectBalance(ledger, scan);
  });

  it('says no to an attempt that lost the row, before and after the other ended it', async () => {
    const { ledger } = underTest();
    const { scan, assignments } = await publishedScan(ledger, foundMany(1));
    const [lost] = await claimAll(ledger, 'h', assignments);
    const [mine] = await claimAll(ledger, 'other', assignments);
    if (!lost || !mine) throw new Error('not claimed');
    expect(await ledger.end([ending(lost, { outcome: 'errored' })])).toEqual([false]);
    expect(await ledger.end([ending(mine)])).toEqual([true]);
    expect(await ledger.end([ending(lost, { outcome: 'errored' }), ending(lost)])).toEqual([false, false]);
    expect(
      await ledger.end([
        { ...ending(mine), scan: 'nobody' },
        { ...ending(mine), seq: 9 },
      ]),
    ).toEqual([false, false]);
    expect(await fileOf(ledger, scan, 1)).toMatchObject({ outcome: 'accepted', attempts: 2 });
  });

  it('ends rows of several scans at once, each with its own counts', async () => {
    const { ledger } = underTest();
    const one = await publishedScan(ledger, foundMany(2));
    const other = await publishedScan(ledger, foundMany(3));
    const files = await claimAll(ledger, 'h', [...one.assignments, ...other.assignments]);
    expect(await ledger.end(files.map((file) => ending(file)))).toEqual(files.map(() => true));
    expect(await scanOf(ledger, one.scan)).toMatchObject({ state: 'completed', counts: { accepted: 2 } });
    expect(await scanOf(ledger, other.scan)).toMatchObject({ state: 'completed', counts: { accepted: 3 } });
  });

  it('writes the new end of a redriven row over the old, after completion too', async () => {
    const { ledger } = underTest();
    const { scan, assignments } = await publishedScan(ledger, [found('a'), found('b')]);
    const files = await claimAll(ledger, 'h', assignments);
    const failed = files.map((file) => ending(file, { outcome: 'errored', reason: 'gone' }));
    await ledger.end(failed);
    expect(await scanOf(ledger, scan)).toMatchObject({ state: 'completed', counts: { errored: 2 } });
    await redriveRow(ledger, scan, 1);
    expect(await ledger.end(failed)).toEqual([false, true]);
    const [again] = await claimAll(
      ledger,
      'h',
      assignments.slice(0, 1).map((one) => ({ ...one, generation: 2 })),
    );
    if (again === undefined) throw new Error('not claimed');
    expect(await ledger.end([ending(again)])).toEqual([true]);
    expect(await fileOf(ledger, scan, 1)).toMatchObject({ outcome: 'accepted', reason: null });
    expect(await scanOf(ledger, scan)).toMatchObject({ state: 'completed', counts: { errored: 1, accepted: 1 } });
    await expectBalance(ledger, scan);
  });
}
