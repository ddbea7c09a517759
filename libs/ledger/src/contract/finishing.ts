import {
  batch,
  claimAll,
  createScan,
  ending,
  endWalk,
  found,
  foundMany,
  publish,
  publishedScan,
  redriveRow,
  scanOf,
  startWalk,
} from './bed';
import { type UnderTest } from './ledger-contract';

const NOTHING = { reasons: null, problem: null };

export function finishContract(underTest: () => UnderTest): void {
  const never = 0;
  const idsToFinish = async (before = never, limit = 10) =>
    (await underTest().ledger.scansToFinish(before, limit)).map(({ id }) => id);

  describe('the epilogue', () => {
    it('is to be done of every scan that has finished, whatever its end, the oldest first', async () => {
      const { ledger } = underTest();
      const failing = await startWalk(ledger);
      const completed = await publishedScan(ledger, []);
      const moving = await publishedScan(ledger, foundMany(1));
      await createScan(ledger);
      await ledger.voidScan((await createScan(ledger)).id);
      expect(await idsToFinish()).toEqual([completed.scan]);
      await endWalk(ledger, failing, 'disk: EIO');
      await ledger.cancelScan(moving.scan, null);
      await ledger.endUnclaimed(moving.scan, 10);
      expect(await idsToFinish()).toEqual([failing.scan, completed.scan, moving.scan]);
      expect(await idsToFinish(never, 2)).toEqual([failing.scan, completed.scan]);
      expect(await scanOf(ledger, completed.scan)).toMatchObject({ state: 'completed', epilogue: null });
    });

    it('waits for rows that are unresolved or open again, but not for ever', async () => {
      const { ledger, bed } = underTest();
      const { scan, assignments } = await publishedScan(ledger, foundMany(2));
      const files = await claimAll(ledger, 'gone', assignments);
      await ledger.end(files.map((file) => ending(file, { outcome: 'errored', reason: 'io', resolved: false })));
      expect(await idsToFinish()).toEqual([]);
      expect(await idsToFinish(bed.clock.now)).toEqual([]);
      expect(await idsToFinish(bed.clock.now + 1)).toEqual([scan]);
      for (const file of files) await ledger.resolve(file);
      expect(await idsToFinish()).toEqual([scan]);
      await redriveRow(ledger, scan, 2);
      expect(await idsToFinish()).toEqual([]);
      expect(await idsToFinish(bed.clock.now + 1)).toEqual([scan]);
    });

    it('is claimed by one attempt after another, and only the latest may note and end', async () => {
      const { ledger, bed } = underTest();
      const { scan } = await publishedScan(ledger, []);
      const first = await ledger.claimEpilogue(scan);
      if (first === null) throw new Error('not claimed');
      expect(first).toEqual({ scan: await scanOf(ledger, scan), attempt: 1, reasonsIdentity: null });
      expect(await ledger.noteReasons(first, '1:2:3')).toBe(true);
      expect(await ledger.noteReasons(first, '1:2:3')).toBe(true);
      const second = await ledger.claimEpilogue(scan);
      if (second === null) throw new Error('not claimed');
      expect(second).toMatchObject({ attempt: 2, reasonsIdentity: '1:2:3' });
      expect(await ledger.noteReasons(first, '4:5:6')).toBe(false);
      expect(await ledger.endEpilogue(first, NOTHING)).toBe(false);
      expect(await idsToFinish()).toEqual([scan]);
      bed.clock.now += 9;
      const reasons = '/data/quarantined/\udce9/REASONS.csv';
      expect(await ledger.endEpilogue(second, { reasons, problem: 'EACCES' })).toBe(true);
      expect(await ledger.endEpilogue(second, NOTHING)).toBe(false);
      expect(await ledger.noteReasons(second, '7:8:9')).toBe(false);
      expect(await ledger.claimEpilogue(scan)).toBeNull();
      expect(await idsToFinish()).toEqual([]);
      expect(await scanOf(ledger, scan)).toMatchObject({
        state: 'completed',
        epilogue: { endedAt: bed.clock.now, reasons, problem: 'EACCES' },
      });
    });

    it('is not claimed of a scan that goes on, or that nobody knows', async () => {
      const { ledger } = underTest();
      const { scan } = await publishedScan(ledger, foundMany(1));
      expect(await ledger.claimEpilogue(scan)).toBeNull();
      expect(await ledger.claimEpilogue('nobody')).toBeNull();
    });
  });

  describe('the folders of a walk', () => {
    it('are given each once, page by page, without the directory itself', async () => {
      const { ledger } = underTest();
      const walk = await startWalk(ledger);
      const other = await startWalk(ledger);
      const folders = ['a', 'a/b', 'a-b', 'B', 'ü', 'latin-\udce9', `${'long/'.repeat(400)}end`, 'z'];
      await ledger.record(walk, batch({ folders }));
      await ledger.record(other, batch({ folders: ['another'] }));
      const seen: string[] = [];
      for (let after: string | null = null; ;) {
        const page: string[] = await ledger.walkedFolders(walk.scan, after, 3);
        seen.push(...page);
        if (page.length < 3) break;
        after = page.at(-1) ?? null;
      }
      expect(seen.sort()).toEqual([...folders].sort());
      expect(await ledger.walkedFolders('nobody', null, 3)).toEqual([]);
    });

    it('are known by whether files were moved from them or from beneath them', async () => {
      const { ledger } = underTest();
      const deep = `${'long/'.repeat(400)}end`;
      const walk = await startWalk(ledger);
      const assignments = await publish(ledger, walk, [
        found('a/b/accepted.jpg'),
        found('q/quarantined.jpg', {
          plan: { kind: 'move', action: 'quarantine', destination: '/data/q.jpg', onConflict: 'number' },
        }),
        found('e/errored.jpg'),
        found('a-b/errored.jpg'),
        found(`${deep}/errored.jpg`),
        found(`${deep}/accepted.jpg`),
        found(`${deep}-too/errored.jpg`),
        found('latin-\udce9/accepted.jpg'),
      ]);
      await endWalk(ledger, walk);
      for (const file of await claimAll(ledger, 'h', assignments)) {
        const outcome = (/(accepted|quarantined|errored)/.exec(file.path)?.[0] ?? '') as 'accepted';
        await ledger.end([ending(file, { outcome })]);
      }
      const folders = ['a', 'a/b', 'q', 'e', 'a-b', 'a/', 'none', deep, `${deep}-too`, 'long', 'latin-\udce9'];
      expect([...(await ledger.movedBeneath(walk.scan, folders))].sort()).toEqual(
        ['a', 'a/b', 'q', deep, 'long', 'latin-\udce9'].sort(),
      );
      expect(await ledger.movedBeneath(walk.scan, [])).toEqual(new Set());
      expect(await ledger.movedBeneath('nobody', folders)).toEqual(new Set());
    });
  });
}
