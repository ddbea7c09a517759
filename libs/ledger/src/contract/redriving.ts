import type { Assignment, FoundFile, Ledger } from '../index';
import {
  claimAll,
  ending,
  expectBalance,
  fileOf,
  foundMany,
  newRedrive,
  newScan,
  publishedScan,
  redriveRow,
  scanOf,
} from './bed';
import { type UnderTest } from './ledger-contract';

export async function errored(
  ledger: Ledger,
  files: FoundFile[],
  reason = 'gone',
  over: Parameters<typeof newScan>[0] = {},
) {
  const { scan, assignments } = await publishedScan(ledger, files, over);
  const claims = await claimAll(ledger, 'h', assignments);
  await ledger.end(claims.map((claim) => ending(claim, { outcome: 'errored', reason })));
  return { scan, assignments };
}

/** As a scan thread does it, every letter as it stands; what is to be published. */
async function redriveAll(ledger: Ledger, id: string, limit = 100): Promise<Assignment[]> {
  const open: Assignment[] = [];
  for (;;) {
    const next = await ledger.nextLetters(id, limit);
    const last = next?.letters.at(-1);
    if (next === null || last === undefined) return open;
    const letters = next.letters.map(({ seq, generation }) => ({ seq, generation, judged: null }));
    open.push(...(await ledger.redrive(id, next.scan.id, last.seq, letters)));
  }
}

export async function ordered(ledger: Ledger, over: Parameters<typeof newRedrive>[0] = {}): Promise<string> {
  const created = await ledger.createRedrive(newRedrive(over));
  if (created.kind !== 'created') throw new Error(`Expected a redrive, got ${created.kind}`);
  return created.redrive.id;
}

export function redrivingContract(underTest: () => UnderTest): void {
  it('is recorded with who asked for it, once, and changes no row yet', async () => {
    const { ledger, bed } = underTest();
    const { scan } = await errored(ledger, foundMany(3));
    const asked = newRedrive({ scan, reason: 'gone', requestedBy: 'ann', requestId: 'r-1' });
    const record = { ...asked, requestedAt: bed.clock.now, deadLetters: 3, redriven: 0, endedAt: null };
    expect(await ledger.createRedrive(asked)).toEqual({ kind: 'created', redrive: record });
    expect(await ledger.createRedrive(asked)).toEqual({ kind: 'created', redrive: record });
    expect(await ledger.redrives({ limit: 10 })).toEqual([record]);
    expect((await ledger.deadLetters({ after: null, limit: 10 })).every(({ redriving }) => !redriving)).toBe(true);
    const other = await ordered(ledger, { reason: 'never' });
    expect((await ledger.redrives({ limit: 10 })).map(({ id, deadLetters }) => [id, deadLetters])).toEqual([
      [other, 0],
      [asked.id, 3],
    ]);
    expect((await ledger.redrives({ limit: 10, cursor: other })).map(({ id }) => id)).toEqual([asked.id]);
    expect(await ledger.redrives({ limit: 10, cursor: 'nobody' })).toEqual([]);
  });

  it('refuses a scan that is none, was cancelled, or may have its files in the hands of another', async () => {
    const { ledger } = underTest();
    const create = (scan: string) => ledger.createRedrive(newRedrive({ scan }));
    expect(await create('nobody')).toEqual({ kind: 'no-such-scan' });
    const { scan: cancelled } = await publishedScan(ledger, foundMany(1));
    await ledger.cancelScan(cancelled, null);
    expect(await create(cancelled)).toEqual({ kind: 'cancelled' });
    const { scan } = await errored(ledger, foundMany(1));
    const { directory } = await scanOf(ledger, scan);
    const created = await ledger.createScan(newScan({ directory: `${directory}/below` }), null);
    expect(created.kind).toBe('created');
    expect(await create(scan)).toMatchObject({ kind: 'overlaps', scan: { directory: `${directory}/below` } });
  });

  it('sends letters again piece by piece, each once, and ends', async () => {
    const { ledger, bed } = underTest();
    const one = await errored(ledger, foundMany(5, 'a'));
    const other = await errored(ledger, foundMany(4, 'b'), 'unplaceable: EIO', { priority: 'high', requestId: 'scan' });
    const id = await ordered(ledger, { requestId: 'again' });
    expect((await ledger.nextLetters(id, 3))?.letters).toEqual(
      [1, 2, 3].map((seq) => ({
        ...{ seq, generation: 1, path: `a${seq - 1}.jpg`, identity: `1:a${seq - 1}.jpg:1000:1:1` },
        held: false,
      })),
    );
    bed.clock.now += 10;
    const open = await redriveAll(ledger, id, 3);
    expect(open).toEqual([
      ...one.assignments.map((each) => ({ ...each, generation: 2, priority: 'normal', requestId: 'again' })),
      ...other.assignments.map((each) => ({ ...each, generation: 2, priority: 'high', requestId: 'again' })),
    ]);
    await ledger.endRedrive(id);
    await ledger.endRedrive(id);
    expect(await ledger.redrives({ limit: 1 })).toMatchObject([{ redriven: 9, endedAt: bed.clock.now }]);
    expect(await ledger.takeRedrive(id)).toBeNull();
    expect(await ledger.nextLetters(id, 3)).toBeNull();
    for (const { scan } of [one, other]) await expectBalance(ledger, scan);
  });

  it('takes those of its scan and of its reason alone', async () => {
    const { ledger } = underTest();
    const one = await errored(ledger, foundMany(2, 'a'), 'gone: kept');
    const other = await errored(ledger, foundMany(2, 'b'), 'unplaceable: EIO');
    const open = async (over: Parameters<typeof newRedrive>[0]) =>
      (await redriveAll(ledger, await ordered(ledger, over))).map(({ scan, seq }) => [scan, seq]);
    expect(await open({ reason: 'unplaceable', scan: one.scan })).toEqual([]);
    expect(await open({ reason: 'unplaceable' })).toEqual([
      [other.scan, 1],
      [other.scan, 2],
    ]);
    expect(await open({ scan: one.scan })).toEqual([
      [one.scan, 1],
      [one.scan, 2],
    ]);
    expect(await open({})).toEqual([]);
  });

  it('moves nothing twice, asked for twice or worked on by two at once', async () => {
    const { ledger, bed } = underTest();
    const { scan } = await errored(ledger, foundMany(20));
    const beside = await bed.open();
    const [first, second] = [await ordered(ledger), await ordered(ledger, { scan })];
    const sent = await Promise.all([
      redriveAll(ledger, first, 3),
      redriveAll(beside, first, 4),
      redriveAll(beside, second, 5),
    ]);
    expect(
      sent
        .flat()
        .map(({ seq, generation }) => [seq, generation])
        .sort(([one = 0], [other = 0]) => one - other),
    ).toEqual(Array.from({ length: 20 }, (_, at) => [at + 1, 2]));
    const redrives = await ledger.redrives({ limit: 10 });
    expect(redrives.reduce((sum, { redriven }) => sum + redriven, 0)).toBe(20);
  });

  it('says nothing new when its reply was lost; what was not published is published again', async () => {
    const { ledger, bed } = underTest();
    const { scan, assignments } = await errored(ledger, foundMany(3));
    bed.clock.now += 1_000;
    // Nothing of it is open any more, and the sweep has seen that.
    expect(await ledger.republish(bed.clock.now, 10)).toEqual([]);
    const id = await ordered(ledger);
    const letters = [1, 2].map((seq) => ({ seq, generation: 1, judged: null }));
    expect(await ledger.redrive(id, scan, 2, letters)).toHaveLength(2);
    expect(await ledger.redrive(id, scan, 2, letters)).toEqual([]);
    expect(await ledger.republish(bed.clock.now, 10)).toEqual([]);
    bed.clock.now += 1_000;
    expect(await ledger.republish(bed.clock.now, 10)).toMatchObject(
      assignments.slice(0, 2).map((each) => ({ ...each, generation: 2 })),
    );
  });

  it('lets attempts count from none, and never gives the number of one twice', async () => {
    const { ledger } = underTest();
    const { scan, assignments } = await publishedScan(ledger, foundMany(1));
    for (let attempt = 1; attempt <= 3; attempt += 1) await claimAll(ledger, 'h', assignments, 3);
    const [refused] = await ledger.claim('h', assignments, 3);
    expect(refused).toMatchObject({ why: 'exhausted', attempt: 3 });
    await ledger.end([ending({ scan, seq: 1, attempt: 3 }, { outcome: 'errored', reason: 'attempts-used-up' })]);
    const open = await redriveRow(ledger, scan, 1);
    expect(await fileOf(ledger, scan, 1)).toMatchObject({ outcome: 'errored', attempts: 0 });
    const attempts: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      const [claim] = await claimAll(ledger, 'h', open, 3);
      attempts.push(claim?.attempt ?? 0);
    }
    expect(attempts).toEqual([5, 6, 7]);
    expect((await ledger.claim('h', open, 3))[0]).toMatchObject({ why: 'exhausted', attempt: 7 });
    expect((await fileOf(ledger, scan, 1)).attempts).toBe(3);
  });

  it('leaves the scan as it has finished: balanced at every moment, errored until the new end', async () => {
    const { ledger } = underTest();
    const { scan } = await errored(ledger, foundMany(4));
    const open = await redriveAll(ledger, await ordered(ledger));
    expect(await scanOf(ledger, scan)).toMatchObject({ state: 'completed', balanced: true, counts: { errored: 4 } });
    const [a, b] = await claimAll(ledger, 'h', open);
    if (!a || !b) throw new Error('not claimed');
    await ledger.end([ending(a), ending(b, { outcome: 'conflicted', reason: 'destination-taken' })]);
    expect(await scanOf(ledger, scan)).toMatchObject({
      state: 'completed',
      balanced: true,
      counts: { found: 4, accepted: 1, conflicted: 1, errored: 2, pending: 0 },
    });
    await expectBalance(ledger, scan);
  });

  describe('and cancelling', () => {
    it('ends redriven rows that nobody holds as left, with the rows that were pending', async () => {
      const { ledger } = underTest();
      const { scan, assignments } = await publishedScan(ledger, foundMany(5));
      const claims = await claimAll(ledger, 'h', assignments.slice(0, 3));
      await ledger.end(claims.map((claim) => ending(claim, { outcome: 'errored', reason: 'gone' })));
      const open = await redriveAll(ledger, await ordered(ledger));
      const [held] = await claimAll(ledger, 'h', open.slice(0, 1));
      if (!held) throw new Error('not claimed');
      await ledger.cancelScan(scan, null);
      expect(await ledger.claim('h', open.slice(1), 5)).toMatchObject([{ why: 'cancelled' }, { why: 'cancelled' }]);
      expect(await ledger.unresolved(['h'], 10)).toEqual([]);
      const [left] = await ledger.unresolved([], 10);
      if (!left) throw new Error('it is held by nobody who lives');
      const claim = await ledger.claimUnresolved('sweep', left);
      expect(claim).toMatchObject({ seq: 1, outcome: 'errored', open: true });
      if (!claim) throw new Error('not claimed');
      await ledger.end([ending(claim, { outcome: 'left', reason: 'cancelled' })]);
      while ((await ledger.endUnclaimed(scan, 1)) > 0);
      expect(await scanOf(ledger, scan)).toMatchObject({
        ...{ state: 'cancelled', balanced: true },
        counts: { found: 5, left: 5, errored: 0 },
      });
      await expectBalance(ledger, scan);
    });

    it('finds redriven rows of a scan that finished in the moment of its cancel', async () => {
      const { ledger } = underTest();
      const { scan, assignments } = await publishedScan(ledger, foundMany(2));
      const [a, b] = await claimAll(ledger, 'h', assignments);
      if (!a || !b) throw new Error('not claimed');
      await ledger.end([ending(a, { outcome: 'errored', reason: 'gone' })]);
      await redriveRow(ledger, scan, 1);
      await ledger.cancelScan(scan, null);
      await ledger.end([ending(b, { outcome: 'left', reason: 'cancelled' })]);
      expect(await scanOf(ledger, scan)).toMatchObject({ state: 'cancelled' });
      expect((await ledger.scansToEnd()).map(({ id }) => id)).toEqual([scan]);
      expect(await ledger.endUnclaimed(scan, 10)).toBe(1);
      expect(await ledger.scansToEnd()).toEqual([]);
      await expectBalance(ledger, scan);
    });

    it('leaves letters of cancelled scans, and of those that overlap an unfinished one, alone', async () => {
      const { ledger } = underTest();
      const shared = await errored(ledger, foundMany(1, 'a'));
      const free = await errored(ledger, foundMany(1, 'b'));
      const stopped = await publishedScan(ledger, foundMany(2, 'c'));
      const [claim] = await claimAll(ledger, 'h', stopped.assignments);
      if (!claim) throw new Error('not claimed');
      await ledger.end([ending(claim, { outcome: 'errored', reason: 'gone' })]);
      await ledger.cancelScan(stopped.scan, null);
      const id = await ordered(ledger);
      const { directory } = await scanOf(ledger, shared.scan);
      const next = await ledger.nextLetters(id, 10);
      expect(next?.scan.id).toBe(shared.scan);
      await ledger.createScan(newScan({ directory }), null);
      expect(await ledger.redrive(id, shared.scan, 1, [{ seq: 1, generation: 1, judged: null }])).toEqual([]);
      expect((await redriveAll(ledger, id)).map(({ scan }) => scan)).toEqual([free.scan]);
    });
  });

  it('keeps scans of the same places away until the new ends are written', async () => {
    const { ledger } = underTest();
    const { scan } = await errored(ledger, foundMany(1));
    const { directory } = await scanOf(ledger, scan);
    const open = await redriveRow(ledger, scan, 1);
    const beside = newScan({ directory });
    expect(await ledger.createScan(beside, null)).toMatchObject({ kind: 'overlaps', scan: { id: scan } });
    await ledger.end((await claimAll(ledger, 'h', open)).map((claim) => ending(claim)));
    expect((await ledger.createScan(beside, null)).kind).toBe('created');
  });

  it('is found by the sweep where nobody works on it', async () => {
    const { ledger, bed } = underTest();
    await errored(ledger, foundMany(2));
    const [one, other] = [await ordered(ledger), await ordered(ledger)];
    expect(await ledger.redrivesToGoOn(bed.clock.now)).toEqual([]);
    bed.clock.now += 100;
    expect(await ledger.takeRedrive(one)).toMatchObject({ id: one });
    expect((await ledger.redrivesToGoOn(bed.clock.now)).map(({ id }) => id)).toEqual([other]);
    expect(await ledger.redrivesToGoOn(bed.clock.now)).toEqual([]);
    bed.clock.now += 1;
    await ledger.endRedrive(other);
    expect((await ledger.redrivesToGoOn(bed.clock.now)).map(({ id }) => id)).toEqual([one]);
  });
}
