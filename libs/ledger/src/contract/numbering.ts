import { numbered } from '@assay/inspection';
import type { FoundFile } from '../index';
import { claimAll, claimed, everyPage, fileOf, found, publish, record, recount, scanOf, startWalk } from './bed';
import { type UnderTest } from './ledger-contract';

const TAKEN = '/data/accepted/photo.jpg';

function to(path: string, destination = TAKEN, onConflict: 'fail' | 'number' = 'number'): FoundFile {
  return found(path, { plan: { kind: 'move', action: 'accept', destination, onConflict } });
}

export function numberingContract(underTest: () => UnderTest): void {
  const destinations = async (scan: string) =>
    (await everyPage(underTest().ledger, scan)).map(({ destination }) => destination);

  it('gives the next free variant within a batch and across batches', async () => {
    const { ledger } = underTest();
    const walk = await startWalk(ledger);
    await record(ledger, walk, [to('a'), to('b')]);
    await record(ledger, walk, [to('c', numbered(TAKEN, 3)), to('d'), to('e')]);
    expect(await destinations(walk.scan)).toEqual([
      TAKEN,
      numbered(TAKEN, 2),
      numbered(TAKEN, 3),
      numbered(TAKEN, 4),
      numbered(TAKEN, 5),
    ]);
  });

  it('numbers a destination that only a variant of another took', async () => {
    const { ledger } = underTest();
    const walk = await startWalk(ledger);
    await record(ledger, walk, [to('a'), to('b'), to('c', numbered(TAKEN, 2))]);
    expect(await destinations(walk.scan)).toEqual([TAKEN, numbered(TAKEN, 2), numbered(numbered(TAKEN, 2), 2)]);
  });

  it('records a file as conflicted where it may not be numbered', async () => {
    const { ledger } = underTest();
    const walk = await startWalk(ledger);
    const recorded = await record(ledger, walk, [to('a', TAKEN, 'fail'), to('b', TAKEN, 'fail')]);
    expect(recorded.publication?.assignments.map(({ path }) => path)).toEqual(['a']);
    const [, second] = await everyPage(ledger, walk.scan);
    expect(second).toMatchObject({ outcome: 'conflicted', destination: TAKEN });
    expect(second?.reason).toMatch(/^destination-taken: /);
    expect((await scanOf(ledger, walk.scan)).counts).toEqual(await recount(ledger, walk.scan));
    await record(ledger, walk, [to('c')]);
    expect((await fileOf(ledger, walk.scan, 3)).destination).toBe(numbered(TAKEN, 2));
  });

  it('numbers what a dry run plans, and says where it would conflict', async () => {
    const { ledger } = underTest();
    const walk = await startWalk(ledger);
    const planned = (path: string, onConflict: 'fail' | 'number') =>
      found(path, {
        plan: { kind: 'leave', reason: 'dry-run', planned: { action: 'accept', destination: TAKEN, onConflict } },
      });
    const recorded = await record(ledger, walk, [planned('a', 'fail'), planned('b', 'number'), planned('c', 'fail')]);
    expect(recorded.publication).toBeNull();
    expect(
      (await everyPage(ledger, walk.scan)).map(({ outcome, reason, destination }) => [outcome, reason, destination]),
    ).toEqual([
      ['left', 'dry-run', TAKEN],
      ['left', 'dry-run', numbered(TAKEN, 2)],
      ['left', expect.stringMatching(/^dry-run: .*taken by file 1/), TAKEN],
    ]);
  });

  it('lets two scans plan the same destination', async () => {
    const { ledger } = underTest();
    const one = await startWalk(ledger);
    const other = await startWalk(ledger);
    await record(ledger, one, [to('a')]);
    await record(ledger, other, [to('a')]);
    expect(await destinations(other.scan)).toEqual([TAKEN]);
  });

  it('tells destinations apart by their bytes', async () => {
    const { ledger } = underTest();
    const walk = await startWalk(ledger);
    const names = ['/d/\udcff', '/d/\udcfe', '/d/\ufffd', '/d/é', '/d/e\u0301', '/d/E'];
    await record(
      ledger,
      walk,
      names.map((name, at) => to(`f${at}`, name)),
    );
    expect(await destinations(walk.scan)).toEqual(names);
  });

  it('gives 5,000 files of one name 5,000 destinations', async () => {
    const { ledger } = underTest();
    const walk = await startWalk(ledger);
    for (let at = 0; at < 5_000; at += 500) {
      await record(
        ledger,
        walk,
        Array.from({ length: 500 }, (_, n) => to(`f${at + n}`)),
      );
    }
    const all = await destinations(walk.scan);
    expect(new Set(all).size).toBe(5_000);
    expect(all.at(-1)).toBe(numbered(TAKEN, 5_000));
  });

  describe('of a claimed row', () => {
    it('goes on from the name that was planned first', async () => {
      const { ledger } = underTest();
      const walk = await startWalk(ledger);
      const [, second] = await publish(ledger, walk, [to('a'), to('b')]);
      const [file] = await claimAll(ledger, 'h', second ? [second] : []);
      if (file === undefined) throw new Error('not claimed');
      expect(await ledger.renumber(file)).toBe(numbered(TAKEN, 3));
      expect(await ledger.renumber(file)).toBe(numbered(TAKEN, 4));
      expect((await fileOf(ledger, walk.scan, 2)).destination).toBe(numbered(TAKEN, 4));
      await record(ledger, walk, [to('c')]);
      expect((await fileOf(ledger, walk.scan, 3)).destination).toBe(numbered(TAKEN, 5));
    });

    it('is given to the next claim', async () => {
      const { ledger } = underTest();
      const walk = await startWalk(ledger);
      const assignments = await publish(ledger, walk, [to('a')]);
      const [file] = await claimAll(ledger, 'h', assignments);
      const renamed = file && (await ledger.renumber(file));
      expect(claimed((await ledger.claim('h', assignments, 5))[0]).destination).toBe(renamed);
    });

    it('is refused to an attempt that lost the row or whose scan is cancelled', async () => {
      const { ledger } = underTest();
      const walk = await startWalk(ledger);
      const assignments = await publish(ledger, walk, [to('a')]);
      const [lost] = await claimAll(ledger, 'h', assignments);
      const [mine] = await claimAll(ledger, 'other', assignments);
      if (lost === undefined || mine === undefined) throw new Error('not claimed');
      expect(await ledger.renumber(lost)).toBeNull();
      await ledger.cancelScan(walk.scan, null);
      expect(await ledger.renumber(mine)).toBeNull();
      expect((await fileOf(ledger, walk.scan, 1)).destination).toBe(TAKEN);
    });
  });
}
