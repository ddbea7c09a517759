import { batch, createScan, endWalk, everyPage, found, foundMany, publish, record, scanOf, startWalk } from './bed';
import { type UnderTest } from './ledger-contract';

export function walkingContract(underTest: () => UnderTest): void {
  it('begins with the directory itself as the one open folder', async () => {
    const { ledger } = underTest();
    const walk = await startWalk(ledger);
    expect(await ledger.openFolders(walk.scan, 10)).toEqual([{ id: expect.any(Number) as number, path: '' }]);
    expect(await scanOf(ledger, walk.scan)).toMatchObject({ state: 'scanning' });
  });

  it('numbers rows on from found and names those that are to be published', async () => {
    const { ledger } = underTest();
    const walk = await startWalk(ledger);
    const first = await record(ledger, walk, [found('a'), found('b', { plan: { kind: 'skip', reason: 'fifo' } })]);
    const second = await record(ledger, walk, [found('c')]);
    expect(first.inserted).toBe(2);
    expect(first.publication?.assignments).toEqual([{ scan: walk.scan, seq: 1, generation: 1, path: 'a' }]);
    expect(second.publication?.assignments).toEqual([{ scan: walk.scan, seq: 3, generation: 1, path: 'c' }]);
    expect(second.publication?.id).not.toBe(first.publication?.id);
    expect((await scanOf(ledger, walk.scan)).counts).toMatchObject({ found: 3, pending: 2, skipped: 1 });
  });

  it('inserts a path once and never updates its row', async () => {
    const { ledger } = underTest();
    const walk = await startWalk(ledger);
    await record(ledger, walk, [found('a', { size: 1 })]);
    expect(await record(ledger, walk, [found('a', { size: 2 }), found('a', { size: 3 })])).toEqual({
      inserted: 0,
      folders: [],
      publication: null,
    });
    expect(await record(ledger, walk, [found('b'), found('b')])).toMatchObject({ inserted: 1 });
    expect((await everyPage(ledger, walk.scan)).map(({ path, size }) => [path, size])).toEqual([
      ['a', 1],
      ['b', 1_000],
    ]);
  });

  it('records all of a batch or nothing', async () => {
    const { ledger } = underTest();
    const walk = await startWalk(ledger);
    const bad = batch({ files: [found('a'), found('b', { identity: null })], folders: ['sub'] });
    await expect(ledger.record(walk, bad)).rejects.toThrow('identity');
    expect(await everyPage(ledger, walk.scan)).toEqual([]);
    expect(await ledger.openFolders(walk.scan, 10)).toHaveLength(1);
    expect((await scanOf(ledger, walk.scan)).counts.found).toBe(0);
  });

  it('refuses the first walker once a second has taken the walk', async () => {
    const { ledger } = underTest();
    const walk = await startWalk(ledger);
    const taken = await ledger.takeWalk(walk.scan);
    expect(taken?.walk.epoch).toBeGreaterThan(walk.epoch);
    expect(await ledger.record(walk, batch({ files: [found('a')] }))).toBeNull();
    expect(await ledger.endWalk(walk, null)).toBe(false);
    expect(await ledger.endWalk(walk, 'broken')).toBe(false);
    expect(await everyPage(ledger, walk.scan)).toEqual([]);
    expect(taken && (await ledger.record(taken.walk, batch({ files: [found('a')] })))).toMatchObject({ inserted: 1 });
  });

  it('keeps folders open until they are done, the oldest first, each path once', async () => {
    const { ledger } = underTest();
    const walk = await startWalk(ledger);
    const [root] = await ledger.openFolders(walk.scan, 1);
    const folders = ['b', 'a', 'b', '\udcff'];
    const recorded = await ledger.record(walk, batch({ folders, done: [root?.id ?? 0] }));
    expect(recorded?.folders.map(({ path }) => path)).toEqual(['b', 'a', '\udcff']);
    expect(await ledger.record(walk, batch({ folders: ['a', 'c', ''] }))).toMatchObject({ folders: [{ path: 'c' }] });
    expect((await ledger.openFolders(walk.scan, 3)).map(({ path }) => path)).toEqual(['b', 'a', '\udcff']);
    await ledger.record(walk, batch({ done: [recorded?.folders[1]?.id ?? 0] }));
    expect((await ledger.openFolders(walk.scan, 9)).map(({ path }) => path)).toEqual(['b', '\udcff', 'c']);
  });

  it('knows the paths that have a row or are unsettled', async () => {
    const { ledger } = underTest();
    const walk = await startWalk(ledger);
    await ledger.record(
      walk,
      batch({ files: [found('a'), found('\udcff')], unsettled: [{ path: 'young', identity: 'i', seenAt: 5 }] }),
    );
    expect(await ledger.recordedPaths(walk.scan, ['a', 'b', '\udcff', '\udcfe', 'young'])).toEqual(
      new Set(['a', '\udcff', 'young']),
    );
  });

  it('keeps unsettled files as first seen until they are settled', async () => {
    const { ledger } = underTest();
    const walk = await startWalk(ledger);
    const unsettled = ['x', 'y', 'z'].map((path) => ({ path, identity: `i-${path}`, seenAt: 5 }));
    await ledger.record(walk, batch({ unsettled }));
    await ledger.record(walk, batch({ unsettled: [{ path: 'x', identity: 'later', seenAt: 9 }], settled: ['y'] }));
    expect(await ledger.unsettled(walk.scan, 1)).toEqual([unsettled[0]]);
    expect(await ledger.unsettled(walk.scan, 9)).toEqual([unsettled[0], unsettled[2]]);
    await expect(endWalk(ledger, walk)).rejects.toThrow('unsettled');
  });

  it('gives unconfirmed publications again, the oldest first, with the rows that are still pending', async () => {
    const { ledger } = underTest();
    const walk = await startWalk(ledger);
    const first = await record(ledger, walk, [found('a'), found('b')]);
    const second = await record(ledger, walk, [found('c')]);
    const [claim] = await ledger.claim('h', first.publication?.assignments.slice(0, 1) ?? [], 5);
    if (claim?.kind !== 'claimed') throw new Error('An unconfirmed row can be claimed: its message may have arrived');
    await ledger.end([{ ...claim.file, outcome: 'accepted', reason: null, resolved: true }]);
    expect(await ledger.unconfirmedPublications(walk.scan, 1)).toEqual([
      { id: first.publication?.id, assignments: first.publication?.assignments.slice(1) },
    ]);
    await ledger.confirmPublication(walk.scan, first.publication?.id ?? 0);
    await ledger.confirmPublication(walk.scan, first.publication?.id ?? 0);
    expect(await ledger.unconfirmedPublications(walk.scan, 5)).toEqual([second.publication]);
  });

  it('ends only where every folder is done and every publication confirmed', async () => {
    const { ledger } = underTest();
    const walk = await startWalk(ledger);
    const { publication } = await record(ledger, walk, [found('a')]);
    await expect(ledger.endWalk(walk, null)).rejects.toThrow('folders');
    const [root] = await ledger.openFolders(walk.scan, 1);
    await ledger.record(walk, batch({ done: [root?.id ?? 0] }));
    await expect(ledger.endWalk(walk, null)).rejects.toThrow('publications');
    expect(await scanOf(ledger, walk.scan)).toMatchObject({ state: 'scanning' });
    await ledger.confirmPublication(walk.scan, publication?.id ?? 0);
    expect(await ledger.endWalk(walk, null)).toBe(true);
    expect(await scanOf(ledger, walk.scan)).toMatchObject({ state: 'moving' });
    expect(await ledger.record(walk, batch({ files: [found('late')] }))).toBeNull();
    expect(await ledger.takeWalk(walk.scan)).toBeNull();
  });

  it('is not begun before its time', async () => {
    const { ledger, bed } = underTest();
    const scan = await createScan(ledger, { startAt: bed.clock.now + 10 });
    expect(await ledger.takeWalk(scan.id)).toBeNull();
    bed.clock.now += 10;
    expect((await ledger.takeWalk(scan.id))?.scan).toMatchObject({ state: 'scanning', startedAt: bed.clock.now });
  });

  it('keeps the first start when another walker takes over', async () => {
    const { ledger, bed } = underTest();
    const walk = await startWalk(ledger);
    const at = bed.clock.now;
    bed.clock.now += 10;
    expect((await ledger.takeWalk(walk.scan))?.scan.startedAt).toBe(at);
  });

  it('goes on after the ledger was closed and opened again', async () => {
    const { ledger, bed } = underTest();
    const walk = await startWalk(ledger);
    await ledger.record(walk, batch({ folders: ['sub'], unsettled: [{ path: 'young', identity: 'i', seenAt: 5 }] }));
    await publish(ledger, walk, foundMany(3));
    const { publication } = await record(ledger, walk, [found('z')]);
    const scan = await ledger.scan(walk.scan);
    const files = await everyPage(ledger, walk.scan);
    await ledger.close();
    const again = await bed.open();
    expect(await again.scan(walk.scan)).toEqual(scan);
    expect(await everyPage(again, walk.scan)).toEqual(files);
    expect((await again.openFolders(walk.scan, 9)).map(({ path }) => path)).toEqual(['', 'sub']);
    expect(await again.unsettled(walk.scan, 9)).toHaveLength(1);
    expect(await again.unconfirmedPublications(walk.scan, 9)).toEqual([publication]);
    expect(await again.record(walk, batch({ files: [found('new')] }))).toMatchObject({ inserted: 1 });
  });
}
