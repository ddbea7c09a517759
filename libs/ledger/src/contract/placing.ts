import type { Claim } from '../index';
import {
  attemptOf,
  claimAll,
  claimed,
  ending,
  fileOf,
  found,
  foundMany,
  publish,
  publishedScan,
  record,
  redriveRow,
  startWalk,
} from './bed';
import { type UnderTest } from './ledger-contract';

const refusals = (claims: Claim[]) => claims.map((claim) => (claim.kind === 'refused' ? claim.why : claim.kind));

export function placingContract(underTest: () => UnderTest): void {
  it('gives a claim all that is needed to place the file', async () => {
    const { ledger } = underTest();
    const { scan, assignments } = await publishedScan(ledger, [
      found('a/\udcff.jpg', {
        size: 7,
        identity: 'i-7',
        plan: { kind: 'move', action: 'quarantine', destination: '/q/\udcfe.jpg', onConflict: 'fail' },
      }),
    ]);
    expect(await claimAll(ledger, 'h', assignments)).toEqual([
      {
        scan,
        seq: 1,
        generation: 1,
        path: 'a/\udcff.jpg',
        attempt: 1,
        action: 'quarantine',
        size: 7,
        identity: 'i-7',
        destination: '/q/\udcfe.jpg',
        onConflict: 'fail',
        copyIdentity: null,
      },
    ]);
  });

  it('answers in the order of the question, whatever the order of the rows', async () => {
    const { ledger } = underTest();
    const one = await publishedScan(ledger, foundMany(3));
    const other = await publishedScan(ledger, foundMany(2));
    const asked = [...one.assignments, ...other.assignments].reverse();
    const files = await claimAll(ledger, 'h', asked);
    expect(files.map(({ scan, seq }) => [scan, seq])).toEqual(asked.map(({ scan, seq }) => [scan, seq]));
  });

  it('claims a row that is named twice once', async () => {
    const { ledger } = underTest();
    const { assignments } = await publishedScan(ledger, foundMany(2));
    const [first, second] = assignments;
    if (first === undefined || second === undefined) throw new Error('two rows');
    const claims = await ledger.claim('h', [second, first, second, { ...second, generation: 0 }], 5);
    expect(refusals(claims)).toEqual(['claimed', 'claimed', 'stale', 'stale']);
    expect(claimed(claims[0]).attempt).toBe(1);
  });

  it('refuses what it does not know: another scan, row, path or a generation to come', async () => {
    const { ledger } = underTest();
    const { assignments } = await publishedScan(ledger, [found('a')]);
    const [mine] = assignments;
    if (mine === undefined) throw new Error('one row');
    const forged = [
      { ...mine, scan: 'nobody' },
      { ...mine, seq: 2 },
      { ...mine, seq: 0 },
      { ...mine, path: 'b' },
      { ...mine, path: 'a/../a' },
      { ...mine, generation: 2 },
    ];
    expect(refusals(await ledger.claim('h', forged, 5))).toEqual(forged.map(() => 'unknown'));
    expect((await fileOf(ledger, mine.scan, 1)).attempts).toBe(0);
  });

  it('refuses rows that ended, that never move, or whose scan was cancelled', async () => {
    const { ledger } = underTest();
    const walk = await startWalk(ledger);
    const skipped = found('s', { plan: { kind: 'skip', reason: 'fifo' } });
    const [a, b] = await publish(ledger, walk, [found('a'), found('b'), skipped]);
    if (a === undefined || b === undefined) throw new Error('two rows');
    await ledger.end((await claimAll(ledger, 'h', [a])).map((file) => ending(file)));
    await ledger.cancelScan(walk.scan, null);
    expect(refusals(await ledger.claim('h', [a, b, { ...a, seq: 3, path: 's' }], 5))).toEqual([
      'ended',
      'cancelled',
      'ended',
    ]);
  });

  it('refuses a row whose attempts are used up, with the attempt to end it with', async () => {
    const { ledger } = underTest();
    const { scan, assignments } = await publishedScan(ledger, [found('a')]);
    await claimAll(ledger, 'h', assignments, 2);
    await claimAll(ledger, 'h', assignments, 2);
    const [claim] = await ledger.claim('h', assignments, 2);
    expect(claim).toEqual({ kind: 'refused', key: { scan, seq: 1 }, why: 'exhausted', attempt: 2 });
    const exhausted = { scan, seq: 1, attempt: 2 };
    expect(await ledger.end([ending(exhausted, { outcome: 'errored', reason: 'attempts-used-up' })])).toEqual([true]);
    expect(await fileOf(ledger, scan, 1)).toMatchObject({
      outcome: 'errored',
      reason: 'attempts-used-up',
      attempts: 2,
    });
  });

  it('claims what was recorded though its publication is not confirmed yet', async () => {
    const { ledger } = underTest();
    const walk = await startWalk(ledger);
    const { publication } = await record(ledger, walk, [found('a')]);
    expect(await claimAll(ledger, 'h', publication?.assignments ?? [])).toHaveLength(1);
  });

  it('refuses a message of an earlier generation, and claims the redriven one', async () => {
    const { ledger } = underTest();
    const { scan, assignments } = await publishedScan(ledger, [found('a')]);
    await ledger.end((await claimAll(ledger, 'h', assignments)).map((file) => ending(file, { outcome: 'errored' })));
    await redriveRow(ledger, scan, 1);
    expect((await fileOf(ledger, scan, 1)).outcome).toBe('errored');
    const [stale, fresh] = await ledger.claim(
      'h',
      [...assignments, ...assignments.map((a) => ({ ...a, generation: 2 }))],
      1,
    );
    expect(stale).toMatchObject({ kind: 'refused', why: 'stale' });
    const file = claimed(fresh);
    expect(await ledger.check([attemptOf(file)])).toEqual([true]);
    expect(await ledger.end([ending(file)])).toEqual([true]);
    expect(await fileOf(ledger, scan, 1)).toMatchObject({ outcome: 'accepted' });
  });

  describe('the check', () => {
    it('tells which claims still stand', async () => {
      const { ledger } = underTest();
      const { assignments } = await publishedScan(ledger, foundMany(3));
      const [a, b, c] = await claimAll(ledger, 'h', assignments);
      if (!a || !b || !c) throw new Error('three rows');
      await ledger.end([ending(a)]);
      await claimAll(ledger, 'other', assignments.slice(1, 2));
      expect(await ledger.check([...[c, b, a].map(attemptOf), { scan: 'nobody', seq: 1, attempt: 1 }])).toEqual([
        true,
        false,
        false,
        false,
      ]);
    });

    it('fails once the scan is cancelled', async () => {
      const { ledger } = underTest();
      const { scan, assignments } = await publishedScan(ledger, foundMany(1));
      const files = await claimAll(ledger, 'h', assignments);
      await ledger.cancelScan(scan, null);
      expect(await ledger.check(files.map(attemptOf))).toEqual([false]);
    });

    it('keeps the identity of a copy for the next attempt, where the claim stands', async () => {
      const { ledger } = underTest();
      const { assignments } = await publishedScan(ledger, foundMany(2));
      const [a, b] = await claimAll(ledger, 'h', assignments);
      if (!a || !b) throw new Error('two rows');
      await claimAll(ledger, 'other', assignments.slice(1));
      const copies = [a, b].map((file) => ({ ...attemptOf(file), copyIdentity: `copy-${file.seq}` }));
      expect(await ledger.check(copies)).toEqual([true, false]);
      const again = await claimAll(ledger, 'third', assignments);
      expect(again.map(({ copyIdentity }) => copyIdentity)).toEqual(['copy-1', null]);
    });
  });

  describe('a release', () => {
    it('counts as an attempt unless it is forgiven', async () => {
      const { ledger } = underTest();
      const { scan, assignments } = await publishedScan(ledger, foundMany(2));
      const [a, b] = await claimAll(ledger, 'h', assignments, 1);
      if (!a || !b) throw new Error('two rows');
      await ledger.release([
        { ...a, forgiven: true },
        { ...b, forgiven: false },
      ]);
      expect((await fileOf(ledger, scan, 1)).attempts).toBe(0);
      expect((await fileOf(ledger, scan, 2)).attempts).toBe(1);
      const [first, second] = await ledger.claim('h', assignments, 1);
      expect(claimed(first).attempt).toBe(2);
      expect(second).toMatchObject({ why: 'exhausted', attempt: 1 });
    });

    it('does nothing the second time, nor where another attempt has the row', async () => {
      const { ledger } = underTest();
      const { scan, assignments } = await publishedScan(ledger, foundMany(1));
      const [first] = await claimAll(ledger, 'h', assignments);
      if (!first) throw new Error('one row');
      await ledger.release([{ ...first, forgiven: true }]);
      await ledger.release([{ ...first, forgiven: true }]);
      await claimAll(ledger, 'other', assignments);
      await ledger.release([{ ...first, forgiven: true }]);
      expect((await fileOf(ledger, scan, 1)).attempts).toBe(1);
    });
  });
}
