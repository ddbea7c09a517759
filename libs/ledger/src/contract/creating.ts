import type { NewScan } from '../index';
import { createScan, newScan, publishedScan, scanOf, startWalk } from './bed';
import { type UnderTest } from './ledger-contract';

const FOLDERS = { directory: '/r/a', accept: '/s/x', quarantine: '/t/y' };

export function createContract(underTest: () => UnderTest): void {
  it('keeps all that was said of a scan', async () => {
    const { ledger, bed } = underTest();
    const scan = newScan({ label: 'spring', requestedBy: 'ann', requestId: 'r-1', priority: 'high', dryRun: true });
    const created = await ledger.createScan(scan, null);
    expect(created.kind).toBe('created');
    expect(await ledger.scan(scan.id)).toEqual({
      ...scan,
      state: 'queued',
      counts: { found: 0, pending: 0, accepted: 0, quarantined: 0, left: 0, skipped: 0, conflicted: 0, errored: 0 },
      balanced: false,
      createdAt: bed.clock.now,
      announcedAt: null,
      startedAt: null,
      walkEndedAt: null,
      finishedAt: null,
      cancelRequestedAt: null,
      cancelRequestedBy: null,
      error: null,
      epilogue: null,
    });
  });

  it('is scheduled where it starts later', async () => {
    const { ledger, bed } = underTest();
    expect(await createScan(ledger, { startAt: bed.clock.now + 1 })).toMatchObject({ state: 'scheduled' });
  });

  it('answers with the scan that it made where the same call comes again', async () => {
    const { ledger } = underTest();
    const scan = newScan();
    await ledger.createScan(scan, null);
    expect(await ledger.createScan(scan, null)).toMatchObject({ kind: 'replayed', scan: { id: scan.id } });
  });

  it('keeps names that are not UTF-8', async () => {
    const { ledger } = underTest();
    const scan = await createScan(ledger, { directory: '/r/\udcff\udc80', accept: '/r/\udcfe', quarantine: '/r/é\n' });
    expect(await ledger.scan(scan.id)).toMatchObject({
      directory: '/r/\udcff\udc80',
      accept: '/r/\udcfe',
      quarantine: '/r/é\n',
    });
  });

  describe('overlap with an unfinished scan of /r/a into /s/x and /t/y', () => {
    const elsewhere = { accept: '/q/x', quarantine: '/q/y' };
    const cases: [string, Partial<NewScan>, boolean][] = [
      ['the same directory', { directory: '/r/a' }, true],
      ['a directory that contains its directory', { directory: '/r' }, true],
      ['a directory within its directory', { directory: '/r/a/b' }, true],
      ['its accept as directory', { directory: '/s/x', ...elsewhere }, true],
      ['a directory that contains its accept', { directory: '/s', ...elsewhere }, true],
      ['a directory within its accept', { directory: '/s/x/b', ...elsewhere }, true],
      ['its quarantine as directory', { directory: '/t/y', ...elsewhere }, true],
      ['a directory that contains its quarantine', { directory: '/t', ...elsewhere }, true],
      ['a directory within its quarantine', { directory: '/t/y/b', ...elsewhere }, true],
      ['an accept that is its directory', { directory: '/q', accept: '/r/a' }, true],
      ['an accept that contains its directory', { directory: '/q', accept: '/r' }, true],
      ['an accept within its directory', { directory: '/q', accept: '/r/a/b' }, true],
      ['a quarantine that is its directory', { directory: '/q', quarantine: '/r/a' }, true],
      ['a quarantine that contains its directory', { directory: '/q', quarantine: '/r' }, true],
      ['a quarantine within its directory', { directory: '/q', quarantine: '/r/a/b' }, true],
      ['the whole machine', { directory: '/', ...elsewhere }, true],
      ['the same destinations', { directory: '/r/b' }, false],
      ['destinations within its destinations', { directory: '/r/b', accept: '/s/x/b', quarantine: '/t/y/b' }, false],
      ['destinations that contain its destinations', { directory: '/r/b', accept: '/s', quarantine: '/t' }, false],
      ['destinations swapped', { directory: '/r/b', accept: '/t/y', quarantine: '/s/x' }, false],
      ['names that only begin alike', { directory: '/r/ab', accept: '/s/xb', quarantine: '/t/yb' }, false],
      ['nothing of it', { directory: '/q/a', ...elsewhere }, false],
    ];
    it.each(cases)('%s', async (_what, over, overlaps) => {
      const { ledger } = underTest();
      const first = await createScan(ledger, FOLDERS);
      const created = await ledger.createScan(newScan({ ...FOLDERS, ...over }), null);
      expect(created.kind).toBe(overlaps ? 'overlaps' : 'created');
      if (created.kind === 'overlaps') expect(created.scan.id).toBe(first.id);
    });

    it('counts in every unfinished state', async () => {
      const { ledger, bed } = underTest();
      const again = async () => (await ledger.createScan(newScan(FOLDERS), null)).kind;
      const { id } = await createScan(ledger, { ...FOLDERS, startAt: bed.clock.now + 10 });
      expect(await again()).toBe('overlaps');
      bed.clock.now += 10;
      await ledger.scansToWalk(bed.clock.now, 0);
      expect(await scanOf(ledger, id)).toMatchObject({ state: 'queued' });
      expect(await again()).toBe('overlaps');
      await ledger.takeWalk(id);
      expect(await again()).toBe('overlaps');
    });

    it('does not count a finished, cancelled or void one', async () => {
      const { ledger } = underTest();
      const finished = await publishedScan(ledger, [], FOLDERS);
      expect(await scanOf(ledger, finished.scan)).toMatchObject({ state: 'completed' });
      const cancelled = await createScan(ledger, FOLDERS);
      await ledger.cancelScan(cancelled.id, null);
      const voided = await createScan(ledger, FOLDERS);
      await ledger.voidScan(voided.id);
      expect((await ledger.createScan(newScan(FOLDERS), null)).kind).toBe('created');
    });
  });

  describe('with an idempotency key', () => {
    const key = { owner: 'ann', key: 'k', body: 'sha256:aa' };

    it('replays the scan for the same body, though it overlaps', async () => {
      const { ledger } = underTest();
      const first = await ledger.createScan(newScan(FOLDERS), key);
      const again = await ledger.createScan(newScan(FOLDERS), key);
      expect(first.kind).toBe('created');
      expect(again).toMatchObject({ kind: 'replayed', scan: { directory: '/r/a' } });
      expect(await ledger.scans({ limit: 10 })).toHaveLength(1);
    });

    it('refuses another body', async () => {
      const { ledger } = underTest();
      await ledger.createScan(newScan(), key);
      expect(await ledger.createScan(newScan(), { ...key, body: 'sha256:bb' })).toEqual({ kind: 'key-reused' });
    });

    it('is answered alone as it would be with a scan, and changes nothing', async () => {
      const { ledger } = underTest();
      expect(await ledger.replayed(key)).toBeNull();
      const made = await ledger.createScan(newScan(), key);
      expect(await ledger.replayed(key)).toEqual({ ...made, kind: 'replayed' });
      expect(await ledger.replayed({ ...key, body: 'sha256:bb' })).toEqual({ kind: 'key-reused' });
      expect(await ledger.replayed({ ...key, owner: 'bob' })).toBeNull();
    });

    it('is another key for another owner', async () => {
      const { ledger } = underTest();
      await ledger.createScan(newScan(), key);
      expect((await ledger.createScan(newScan(), { ...key, owner: 'bob' })).kind).toBe('created');
    });

    it('is free again once its scan is void', async () => {
      const { ledger } = underTest();
      const scan = newScan(FOLDERS);
      await ledger.createScan(scan, key);
      expect(await ledger.voidScan(scan.id)).toBe(true);
      expect((await ledger.createScan(newScan(FOLDERS), { ...key, body: 'sha256:bb' })).kind).toBe('created');
    });

    it('is not used up by a scan that was refused', async () => {
      const { ledger } = underTest();
      await createScan(ledger, FOLDERS);
      expect((await ledger.createScan(newScan(FOLDERS), key)).kind).toBe('overlaps');
      expect((await ledger.createScan(newScan(), { ...key, body: 'sha256:bb' })).kind).toBe('created');
    });

    it('is forgotten after 24 hours and not before', async () => {
      const { ledger, bed } = underTest();
      await ledger.createScan(newScan(), key);
      bed.clock.now += 24 * 3600_000 - 1;
      expect((await ledger.createScan(newScan(), key)).kind).toBe('replayed');
      bed.clock.now += 1;
      expect((await ledger.createScan(newScan(), key)).kind).toBe('created');
    });
  });

  describe('a void scan', () => {
    it('is not shown, not listed and never walked', async () => {
      const { ledger } = underTest();
      const { id } = await createScan(ledger);
      expect(await ledger.voidScan(id)).toBe(true);
      expect(await ledger.voidScan(id)).toBe(true);
      expect(await ledger.scan(id)).toBeNull();
      expect(await ledger.scans({ limit: 10 })).toEqual([]);
      expect(await ledger.takeWalk(id)).toBeNull();
      expect(await ledger.cancelScan(id, null)).toBeNull();
    });

    it('can no longer be made of one that is walked already', async () => {
      const { ledger } = underTest();
      const walk = await startWalk(ledger);
      expect(await ledger.voidScan(walk.scan)).toBe(false);
      expect(await scanOf(ledger, walk.scan)).toMatchObject({ state: 'scanning' });
    });
  });

  it('notes the confirm of the message once', async () => {
    const { ledger, bed } = underTest();
    const { id } = await createScan(ledger);
    const at = bed.clock.now;
    await ledger.announceScan(id);
    bed.clock.now += 5;
    await ledger.announceScan(id);
    expect(await scanOf(ledger, id)).toMatchObject({ announcedAt: at, state: 'queued' });
  });
}
