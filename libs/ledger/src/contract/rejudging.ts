import { FACTS, claimAll, ending, expectBalance, fileOf, found, foundMany, publishedScan, scanOf } from './bed';
import { type UnderTest } from './ledger-contract';
import { errored, ordered } from './redriving';

const failing = (code: string) => ({
  facts: { ...FACTS, mediaType: 'image/png', camera: { make: 'Nikon' } },
  findings: [{ code, severity: 'must' as const, message: 'm', fix: 'f' }],
  verdict: 'fail' as const,
});

/** Redriving files that were read and judged anew. */
export function rejudgingContract(underTest: () => UnderTest): void {
  it('replaces what was judged, and the sums with it', async () => {
    const { ledger } = underTest();
    const { scan } = await errored(ledger, [found('a'), found('b', { inspection: failing('too-small') })]);
    const id = await ordered(ledger);
    const plan = {
      kind: 'move',
      action: 'quarantine',
      destination: '/data/quarantined/a',
      onConflict: 'fail',
    } as const;
    const judged = found('a', {
      size: 7,
      modifiedAt: 5.5,
      identity: '9:9:9:9:9',
      inspection: failing('no-date'),
      plan,
    });
    const [open] = await ledger.redrive(id, scan, 1, [{ seq: 1, generation: 1, judged }]);
    expect(await fileOf(ledger, scan, 1)).toMatchObject({
      ...{ outcome: 'errored', reason: 'gone', verdict: 'fail', size: 7, modifiedAt: 5, mediaType: 'image/png' },
      ...{ findings: [{ code: 'no-date' }], destination: '/data/quarantined/a' },
    });
    const [claim] = await claimAll(ledger, 'h', open === undefined ? [] : [open]);
    expect(claim).toMatchObject({
      ...{ identity: '9:9:9:9:9', size: 7, action: 'quarantine', onConflict: 'fail', copyIdentity: null },
      destination: '/data/quarantined/a',
    });
    expect(await ledger.summary(scan)).toMatchObject({
      findings: [
        { code: 'no-date', severity: 'must', count: 1 },
        { code: 'too-small', severity: 'must', count: 1 },
      ],
      mediaTypes: [{ mediaType: 'image/png', count: 2 }],
      cameras: [{ make: 'Nikon', model: null, count: 2 }],
    });
    for (const code of ['no-date', 'too-small'])
      expect(await ledger.files(scan, { code, after: 0, limit: 10 })).toHaveLength(1);
    expect(await ledger.files(scan, { verdict: 'pass', after: 0, limit: 10 })).toEqual([]);
    await expectBalance(ledger, scan);
  });

  it('forgets findings that it no longer has', async () => {
    const { ledger } = underTest();
    const { scan } = await errored(ledger, [found('a', { inspection: failing('too-small') })]);
    await ledger.redrive(await ordered(ledger), scan, 1, [{ seq: 1, generation: 1, judged: found('a') }]);
    expect(await ledger.files(scan, { code: 'too-small', after: 0, limit: 1 })).toEqual([]);
    expect(await ledger.summary(scan)).toMatchObject({
      ...{ findings: [], cameras: [] },
      mediaTypes: [{ mediaType: 'image/jpeg', count: 1 }],
    });
  });

  it('keeps its destination where the new plan leads there too, and else never takes that of another row', async () => {
    const { ledger } = underTest();
    const to = (destination: string, onConflict: 'number' | 'fail') =>
      ({ plan: { kind: 'move', action: 'accept', destination, onConflict } }) as const;
    const files = ['a', 'b', 'c', 'd'].map((path) => found(path, to('/data/accepted/same', 'number')));
    const { scan } = await errored(ledger, files);
    expect((await fileOf(ledger, scan, 3)).destination).toBe('/data/accepted/same-3');
    const judged = (seq: number, path: string, plan: ReturnType<typeof to>) => ({
      ...{ seq, generation: 1 },
      judged: found(path, { identity: `9:${seq}`, ...plan }),
    });
    const open = await ledger.redrive(await ordered(ledger), scan, 4, [
      judged(1, 'a', to('/data/accepted/other', 'number')),
      judged(2, 'b', to('/data/accepted/other', 'number')),
      judged(3, 'c', to('/data/accepted/same', 'number')),
      judged(4, 'd', to('/data/accepted/same-3', 'fail')),
    ]);
    const rows = await ledger.files(scan, { after: 0, limit: 10 });
    expect(rows.map(({ destination }) => destination)).toEqual([
      '/data/accepted/other',
      '/data/accepted/other-2',
      '/data/accepted/same-3',
      '/data/accepted/same-3',
    ]);
    expect(rows[3]).toMatchObject({ outcome: 'conflicted' });
    expect(rows[3]?.reason).toMatch(/^destination-taken/);
    expect(open.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(await scanOf(ledger, scan)).toMatchObject({ balanced: true, counts: { errored: 3, conflicted: 1 } });
    await expectBalance(ledger, scan);
  });

  it('ends at once where nothing is to be moved any more', async () => {
    const { ledger } = underTest();
    const { scan, assignments } = await errored(ledger, foundMany(2));
    const judged = found('f0.jpg', { identity: '9:9', plan: { kind: 'leave', reason: 'profile' } });
    expect(await ledger.redrive(await ordered(ledger), scan, 1, [{ seq: 1, generation: 1, judged }])).toEqual([]);
    expect(await fileOf(ledger, scan, 1)).toMatchObject({ outcome: 'left', reason: 'profile', destination: null });
    expect((await ledger.claim('h', assignments.slice(0, 1), 5))[0]).toMatchObject({ why: 'stale' });
    expect(await scanOf(ledger, scan)).toMatchObject({ balanced: true, counts: { errored: 1, left: 1 } });
    await expectBalance(ledger, scan);
  });

  it('goes as it stands while names of ours may be left of it', async () => {
    const { ledger } = underTest();
    const { scan, assignments } = await publishedScan(ledger, foundMany(1));
    const [claim] = await claimAll(ledger, 'h', assignments);
    if (!claim) throw new Error('not claimed');
    await ledger.end([ending(claim, { outcome: 'errored', reason: 'unplaceable: EIO', resolved: false })]);
    const id = await ordered(ledger);
    expect((await ledger.nextLetters(id, 1))?.letters).toMatchObject([{ seq: 1, held: true }]);
    const judged = found('f0.jpg', { identity: '9:9' });
    const open = await ledger.redrive(id, scan, 1, [{ seq: 1, generation: 1, judged }]);
    const [again] = await claimAll(ledger, 'h', open);
    expect(again).toMatchObject({ identity: claim.identity, attempt: 3 });
  });
}
