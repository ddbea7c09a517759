import { type Unresolved, pauseOf } from '../index';
import {
  attemptOf,
  batch,
  claimAll,
  createScan,
  ending,
  expectBalance,
  fileOf,
  found,
  foundMany,
  publish,
  publishedScan,
  record,
  redriveRow,
  scanOf,
  startWalk,
} from './bed';
import { type UnderTest } from './ledger-contract';

export function sweepContract(underTest: () => UnderTest): void {
  describe('a lease', () => {
    it('belongs to one holder until it runs out', async () => {
      const { ledger, bed } = underTest();
      expect(await ledger.lease('sweep', 'a', 100)).toBe(true);
      expect(await ledger.lease('sweep', 'b', 100)).toBe(false);
      expect(await ledger.lease('other', 'b', 100)).toBe(true);
      bed.clock.now += 99;
      expect(await ledger.lease('sweep', 'a', 100)).toBe(true);
      bed.clock.now += 99;
      expect(await ledger.lease('sweep', 'b', 100)).toBe(false);
      bed.clock.now += 1;
      expect(await ledger.lease('sweep', 'b', 100)).toBe(true);
      expect(await ledger.lease('sweep', 'a', 100)).toBe(false);
    });

    it('is free when its holder leaves in order', async () => {
      const { ledger } = underTest();
      await ledger.lease('sweep', 'a', 1_000);
      await ledger.leave('a');
      expect(await ledger.lease('sweep', 'b', 100)).toBe(true);
    });
  });

  it('lists the holders as they last said of themselves', async () => {
    const { ledger, bed } = underTest();
    await ledger.beat('b', 3);
    await ledger.beat('a', 0);
    bed.clock.now += 5;
    await ledger.beat('b', 4);
    expect(await ledger.holders()).toEqual([
      { name: 'a', held: 0, seenAt: bed.clock.now - 5, paused: null },
      { name: 'b', held: 4, seenAt: bed.clock.now, paused: null },
    ]);
    await ledger.leave('b');
    await ledger.leave('nobody');
    expect((await ledger.holders()).map(({ name }) => name)).toEqual(['a']);
    await ledger.beat('b', 1);
    expect(await ledger.holders()).toHaveLength(2);
  });

  it('knows of a holder’s pause until it goes on, leaves, or is heard of no more', async () => {
    const { ledger, bed } = underTest();
    const { clock } = bed;
    const full = { by: 'assay', why: 'No room in \u0000 "/data": 0 bytes are free', since: clock.now - 50 };
    const older = { by: 'assay', why: 'The root is away', since: clock.now - 60 };
    const shown = async () => pauseOf(await ledger.holders(), clock.now);
    await ledger.beat('a', 3, full);
    await ledger.beat('b', 1);
    expect((await ledger.holders()).map(({ paused }) => paused?.since)).toEqual([full.since, undefined]);
    expect(await shown()).toMatchObject({ by: 'assay', since: full.since });
    await ledger.beat('b', 1, older);
    expect(await shown()).toEqual(older);
    await ledger.beat('b', 1, null);
    expect(await shown()).toMatchObject({ since: full.since });
    await ledger.leave('a');
    expect(await shown()).toBeNull();
    await ledger.beat('b', 1, older);
    clock.now += 15_000;
    expect(await shown()).toEqual(older);
    clock.now += 1;
    expect(await shown()).toBeNull();
  });

  describe('rows with names of ours that nobody works on', () => {
    it('are those that ended unresolved, once their holder is gone', async () => {
      const { ledger } = underTest();
      const { scan, assignments } = await publishedScan(ledger, foundMany(3));
      const [a, b] = await claimAll(ledger, 'gone', assignments);
      if (!a || !b) throw new Error('not claimed');
      await ledger.end([ending(a, { outcome: 'errored', reason: 'io', resolved: false }), ending(b)]);
      expect(await ledger.unresolved(['gone', 'alive'], 10)).toEqual([]);
      expect(await ledger.unresolved(['alive'], 10)).toEqual([
        { scan, seq: 1, attempt: 1, outcome: 'errored', holder: 'gone', cancelled: false },
      ]);
    });

    it('are the claimed ones of a cancelled scan, to be put back and ended', async () => {
      const { ledger } = underTest();
      const { scan, assignments } = await publishedScan(ledger, foundMany(3));
      await claimAll(ledger, 'gone', assignments.slice(0, 1));
      await claimAll(ledger, 'alive', assignments.slice(1, 2));
      expect(await ledger.unresolved(['alive'], 10)).toEqual([]);
      await ledger.cancelScan(scan, null);
      const [row, ...more] = await ledger.unresolved(['alive'], 10);
      expect(row).toEqual({ scan, seq: 1, attempt: 1, outcome: 'pending', holder: 'gone', cancelled: true });
      expect(more).toEqual([]);
      const claim = row && (await ledger.claimUnresolved('sweep', row));
      if (!claim) throw new Error('not claimed');
      expect(claim).toMatchObject({ seq: 1, attempt: 2, outcome: 'pending', destination: '/data/accepted/f0.jpg' });
      expect(await ledger.check([attemptOf(claim)])).toEqual([false]);
      expect(await ledger.end([ending(claim, { outcome: 'left', reason: 'cancelled' })])).toEqual([true]);
      expect(await ledger.unresolved(['alive'], 10)).toEqual([]);
    });

    it('are released ones of a cancelled scan too, though their holder lives', async () => {
      const { ledger } = underTest();
      const { scan, assignments } = await publishedScan(ledger, foundMany(1));
      const [file] = await claimAll(ledger, 'alive', assignments);
      if (!file) throw new Error('not claimed');
      await ledger.release([{ ...file, forgiven: true }]);
      await ledger.cancelScan(scan, null);
      expect(await ledger.endUnclaimed(scan, 10)).toBe(0);
      expect(await ledger.unresolved(['alive'], 10)).toMatchObject([{ seq: 1, holder: 'alive', cancelled: true }]);
    });

    it('are claimed by one sweep, and not at all once they changed', async () => {
      const { ledger } = underTest();
      const { assignments } = await publishedScan(ledger, foundMany(1));
      const [file] = await claimAll(ledger, 'gone', assignments, 1);
      if (!file) throw new Error('not claimed');
      await ledger.end([ending(file, { resolved: false })]);
      const [row] = await ledger.unresolved([], 10);
      if (!row) throw new Error('not listed');
      const claim = await ledger.claimUnresolved('sweep', row);
      expect(claim).toMatchObject({ attempt: 2, outcome: 'accepted' });
      expect(await ledger.claimUnresolved('other', row)).toBeNull();
      expect(await ledger.claimUnresolved('other', { ...row, scan: 'nobody' })).toBeNull();
      const [again] = await ledger.unresolved([], 10);
      expect(again).toMatchObject({ attempt: 2, holder: 'sweep' });
      expect(again && (await ledger.claimUnresolved('other', { ...again, attempt: 1 }))).toBeNull();
    });

    it('are resolved by the attempt that has the row', async () => {
      const { ledger } = underTest();
      const { assignments } = await publishedScan(ledger, foundMany(1));
      const [file] = await claimAll(ledger, 'gone', assignments);
      if (!file) throw new Error('not claimed');
      await ledger.end([ending(file, { resolved: false })]);
      const [row] = await ledger.unresolved([], 10);
      const claim = row && (await ledger.claimUnresolved('sweep', row));
      if (!claim) throw new Error('not claimed');
      await ledger.resolve(file);
      expect(await ledger.unresolved([], 10)).toHaveLength(1);
      await ledger.resolve(claim);
      await ledger.resolve(claim);
      expect(await ledger.unresolved([], 10)).toEqual([]);
      expect(await fileOf(ledger, claim.scan, 1)).toMatchObject({ outcome: 'accepted' });
    });

    it('keep an exhausted row that ended without being looked at', async () => {
      const { ledger } = underTest();
      const { scan, assignments } = await publishedScan(ledger, foundMany(1));
      await claimAll(ledger, 'gone', assignments, 1);
      await ledger.claim('alive', assignments, 1);
      await ledger.end([ending({ scan, seq: 1, attempt: 1 }, { outcome: 'errored', reason: 'x', resolved: false })]);
      expect(await ledger.unresolved(['alive'], 10)).toMatchObject([{ seq: 1, outcome: 'errored', holder: 'gone' }]);
    });

    it('may be ended anew where the file turns out to be elsewhere, and the counts of the finished scan with them', async () => {
      const { ledger } = underTest();
      const { scan, assignments } = await publishedScan(ledger, foundMany(2));
      const [a, b] = await claimAll(ledger, 'alive', assignments, 1);
      if (!a || !b) throw new Error('not claimed');
      const exhausted = ending(a, { outcome: 'errored', reason: 'attempts-used-up', resolved: false });
      await ledger.end([exhausted, ending(b)]);
      expect(await ledger.end([exhausted])).toEqual([true]);
      expect(await scanOf(ledger, scan)).toMatchObject({ state: 'completed', counts: { accepted: 1, errored: 1 } });
      // Whoever refuses a message knows the attempt and not the holder.
      const row = { scan, seq: 1, attempt: 1, outcome: 'errored', holder: '', cancelled: false } as const;
      const claim = await ledger.claimUnresolved('sweep', row);
      if (!claim) throw new Error('not claimed');
      expect(await ledger.end([ending(a)])).toEqual([false]);
      expect(await ledger.end([ending(claim)])).toEqual([true]);
      expect(await fileOf(ledger, scan, 1)).toMatchObject({ outcome: 'accepted', reason: null });
      expect(await scanOf(ledger, scan)).toMatchObject({ state: 'completed', counts: { accepted: 2, errored: 0 } });
      await expectBalance(ledger, scan);
      expect(await ledger.unresolved([], 10)).toEqual([]);
      expect(await ledger.end([{ ...exhausted, attempt: claim.attempt }])).toEqual([false]);
    });

    it('are none of those that ended resolved', async () => {
      const { ledger } = underTest();
      const { scan, assignments } = await publishedScan(ledger, foundMany(1));
      await ledger.end((await claimAll(ledger, 'gone', assignments)).map((file) => ending(file)));
      const row = { scan, seq: 1, attempt: 1, outcome: 'accepted', holder: 'gone', cancelled: false } as const;
      expect(await ledger.claimUnresolved('sweep', row)).toBeNull();
    });

    it('come in the order of their keys, up to the limit', async () => {
      const { ledger } = underTest();
      const { assignments } = await publishedScan(ledger, foundMany(5));
      const files = await claimAll(ledger, 'gone', assignments);
      await ledger.end(files.map((file) => ending(file, { resolved: false })));
      const seqs = (rows: Unresolved[]) => rows.map(({ seq }) => seq);
      expect(seqs(await ledger.unresolved([], 3))).toEqual([1, 2, 3]);
      expect(seqs(await ledger.unresolved([], 9))).toEqual([1, 2, 3, 4, 5]);
    });
  });

  describe('publishing again', () => {
    it('takes open rows of confirmed publications that nobody sent for long, each once', async () => {
      const { ledger, bed } = underTest();
      const walk = await startWalk(ledger, { priority: 'high', requestId: 'r-9' });
      const old = await publish(ledger, walk, foundMany(4));
      await record(ledger, walk, [found('unconfirmed')]);
      bed.clock.now += 100;
      await publish(ledger, walk, [found('young')]);
      const files = await claimAll(ledger, 'h', old.slice(0, 2));
      await ledger.end(files.slice(0, 1).map((file) => ending(file)));
      const again = await ledger.republish(bed.clock.now, 2);
      again.push(...(await ledger.republish(bed.clock.now, 2)));
      expect(again).toEqual(old.slice(1).map((one) => ({ ...one, priority: 'high', requestId: 'r-9' })));
      expect(await ledger.republish(bed.clock.now, 2)).toEqual([]);
      bed.clock.now += 100;
      expect(await ledger.republish(bed.clock.now, 10)).toHaveLength(4);
    });

    it('waits as long again for what was given back', async () => {
      const { ledger, bed } = underTest();
      const { assignments } = await publishedScan(ledger, foundMany(2));
      bed.clock.now += 100;
      const [file] = await claimAll(ledger, 'h', assignments.slice(0, 1));
      if (!file) throw new Error('not claimed');
      await ledger.release([{ ...file, forgiven: true }]);
      expect((await ledger.republish(bed.clock.now, 10)).map(({ seq }) => seq)).toEqual([2]);
      bed.clock.now += 1;
      expect((await ledger.republish(bed.clock.now, 10)).map(({ seq }) => seq)).toEqual([1, 2]);
    });

    it('forgets no row of a publication of which others were sent or given back since', async () => {
      const { ledger, bed } = underTest();
      const { assignments } = await publishedScan(ledger, foundMany(3));
      bed.clock.now += 100;
      const [file] = await claimAll(ledger, 'h', assignments.slice(2));
      if (!file) throw new Error('not claimed');
      await ledger.release([{ ...file, forgiven: true }]);
      expect((await ledger.republish(bed.clock.now, 1)).map(({ seq }) => seq)).toEqual([1]);
      expect((await ledger.republish(bed.clock.now, 1)).map(({ seq }) => seq)).toEqual([2]);
      expect(await ledger.republish(bed.clock.now, 1)).toEqual([]);
    });

    it('leaves cancelled scans alone, and carries the generation of a redriven row', async () => {
      const { ledger, bed } = underTest();
      const { scan } = await publishedScan(ledger, foundMany(1));
      const redriven = await publishedScan(ledger, foundMany(2));
      const files = await claimAll(ledger, 'h', redriven.assignments);
      await ledger.end(files.map((file) => ending(file, { outcome: 'errored' })));
      await ledger.cancelScan(scan, null);
      await redriveRow(ledger, redriven.scan, 2);
      bed.clock.now += 100;
      expect(await ledger.republish(bed.clock.now, 10)).toMatchObject([{ scan: redriven.scan, seq: 2, generation: 2 }]);
    });

    it('ends though it is asked for a moment to come', async () => {
      const { ledger, bed } = underTest();
      await publishedScan(ledger, foundMany(3));
      expect(await ledger.republish(bed.clock.now + 1_000, 10)).toHaveLength(3);
    });

    it('finds all of many', async () => {
      const { ledger, bed } = underTest();
      const walk = await startWalk(ledger);
      for (let at = 0; at < 10; at += 1) await publish(ledger, walk, foundMany(30, `b${at}-`));
      bed.clock.now += 1;
      const seen = new Set<number>();
      for (let page = await ledger.republish(bed.clock.now, 70); page.length > 0;) {
        for (const { seq } of page) seen.add(seq);
        page = await ledger.republish(bed.clock.now, 70);
      }
      expect(seen.size).toBe(300);
    });
  });

  describe('scans to walk', () => {
    it('are queued ones whose message was never announced, and marked as announced', async () => {
      const { ledger, bed } = underTest();
      const { id } = await createScan(ledger);
      expect(await ledger.scansToWalk(bed.clock.now, bed.clock.now)).toEqual([]);
      bed.clock.now += 100;
      expect(await ledger.scansToWalk(bed.clock.now, bed.clock.now)).toMatchObject([
        { id, state: 'queued', announcedAt: bed.clock.now },
      ]);
      expect(await ledger.scansToWalk(bed.clock.now, bed.clock.now)).toEqual([]);
    });

    it('are those whose walker wrote nothing for long', async () => {
      const { ledger, bed } = underTest();
      const walk = await startWalk(ledger);
      bed.clock.now += 100;
      await publish(ledger, walk, foundMany(1));
      expect(await ledger.scansToWalk(bed.clock.now, bed.clock.now)).toEqual([]);
      bed.clock.now += 1;
      expect(await ledger.scansToWalk(bed.clock.now, bed.clock.now)).toMatchObject([
        { id: walk.scan, state: 'scanning' },
      ]);
    });

    it('are not those whose walker says that it lives, though it finds nothing', async () => {
      const { ledger, bed } = underTest();
      const walk = await startWalk(ledger);
      bed.clock.now += 100;
      await ledger.record(walk, batch({}));
      expect(await ledger.scansToWalk(bed.clock.now, bed.clock.now)).toEqual([]);
    });

    it('are scheduled ones once they are due, each once', async () => {
      const { ledger, bed } = underTest();
      const due = bed.clock.now + 50;
      const { id } = await createScan(ledger, { startAt: due });
      await createScan(ledger, { startAt: due + 1 });
      expect(await ledger.scansToWalk(due - 1, 0)).toEqual([]);
      bed.clock.now = due;
      expect(await ledger.scansToWalk(due, 0)).toMatchObject([{ id, state: 'queued', announcedAt: due }]);
      expect(await ledger.scansToWalk(due, 0)).toEqual([]);
      expect((await ledger.takeWalk(id))?.scan.state).toBe('scanning');
    });

    it('are never void, cancelled, finished or walked to their end', async () => {
      const { ledger, bed } = underTest();
      await ledger.voidScan((await createScan(ledger)).id);
      await ledger.cancelScan((await createScan(ledger)).id, null);
      await publishedScan(ledger, []);
      await publishedScan(ledger, foundMany(1));
      bed.clock.now += 100;
      expect(await ledger.scansToWalk(bed.clock.now, bed.clock.now)).toEqual([]);
    });
  });

  it('finds nothing to end where all is well', async () => {
    const { ledger } = underTest();
    const { scan } = await publishedScan(ledger, foundMany(1));
    await publishedScan(ledger, []);
    expect(await ledger.scansToEnd()).toEqual([]);
    await ledger.cancelScan(scan, null);
    expect((await ledger.scansToEnd()).map(({ id }) => id)).toEqual([scan]);
    await ledger.endUnclaimed(scan, 10);
    expect(await scanOf(ledger, scan)).toMatchObject({ state: 'cancelled' });
    await expectBalance(ledger, scan);
  });
}
