import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ANY_STORE, Installation, type ScanAnswer } from '../installation';

jest.setTimeout(180_000);

const PROFILE = 'name: any\nversion: "1"\nsettleSeconds: 0\nrules: []\n';
const MEBI = 1 << 20;

interface Paused {
  by: string;
  why: string;
  since: string;
}

/** Whether a tmpfs may be mounted here. */
const mayMount = ((): boolean => {
  const probe = mkdtempSync(join(tmpdir(), 'assay-mount-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', probe]).status === 0;
  if (mounted) execFileSync('umount', [probe]);
  rmSync(probe, { recursive: true });
  return mounted;
})();
if (!mayMount) console.warn('Skipped: this machine lets nobody mount, so that no disk can be filled');

describe.each(ANY_STORE)('without room at the destination, the ledger in %s,', (store) => {
  let installation: Installation;
  let disk: string;
  afterEach(async () => {
    if (disk) execFileSync('umount', ['--lazy', disk]);
    await installation.close();
  });
  const mount = (path: string, size: string): void => {
    mkdirSync(path, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'assay-pause', path]);
    disk = path;
  };
  const health = async () => {
    const { status, body } = await installation.api.get<{ ready: boolean; paused: Paused | null }>('/health/ready');
    return { status, ...body };
  };
  const until = async (holds: () => Promise<boolean> | boolean, milliseconds = 30_000): Promise<void> => {
    for (const deadline = Date.now() + milliseconds; !(await holds()); await sleep(100))
      if (Date.now() > deadline) throw new Error('It did not come so far in time');
  };
  const pausedOf = (scan: ScanAnswer): Paused | null => scan['paused'] as Paused | null;

  const here = mayMount ? it : it.skip;

  here('subscribers pause in the middle, say so, and go on when there is room, with no attempt used up', async () => {
    installation = await Installation.make({
      store,
      profiles: { 'any.yaml': PROFILE },
      environment: { SUBSCRIBE_BATCH: '15', SUBSCRIBE_PREFETCH: '30', MAX_ATTEMPTS: '2' },
    });
    // Beneath a root, so that the root itself has room.
    mount(join(installation.root, 'disk'), '40m');
    await installation.start({ subscribers: 2 });
    for (let index = 0; index < 40; index += 1)
      installation.write(`in/f${index}.bin`, Buffer.alloc(2 * MEBI, `contents ${index}`));
    const before = installation.tree('in');
    const { id } = await installation.scan({ directory: 'in', profile: 'any', accept: 'disk/accepted' });
    const held = await installation.scanUntil(id, (scan) => pausedOf(scan) !== null);
    expect(['scanning', 'moving']).toContain(held.state);
    expect(pausedOf(held)).toEqual({
      by: 'assay',
      why: expect.stringMatching(/ENOSPC|No room/) as string,
      since: expect.any(String) as string,
    });
    expect(await health()).toMatchObject({ status: 200, ready: true, paused: { by: 'assay' } });
    await until(() => installation.subscribers.every(({ output }) => output.includes('Placing pauses')));
    // It lasts as long as its cause, and nothing ends for it.
    await sleep(4_000);
    const still = await installation.scanUntil(id, () => true);
    expect(pausedOf(still)).not.toBeNull();
    expect(still.counts).toMatchObject({ found: 40, errored: 0, conflicted: 0 });
    expect(still.counts.pending + still.counts.accepted).toBe(40);
    expect(still.counts.pending).toBeGreaterThan(0);
    const { body } = await installation.api.get<{ scan: ScanAnswer }>(`/v1/scans/${id}/report?format=json`);
    expect(pausedOf(body.scan)).not.toBeNull();

    execFileSync('mount', ['-o', 'remount,size=200m', disk]);
    const scan = await installation.finished(id, 60_000);
    expect(scan).toMatchObject({ state: 'completed', balanced: true, paused: null, counts: { accepted: 40 } });
    expect((await installation.files(id)).map(({ attempts }) => attempts)).toEqual(Array.from({ length: 40 }, () => 1));
    expect(installation.tree('disk/accepted')).toEqual(before);
    expect(installation.tree('in')).toEqual({});
    await until(async () => (await health()).paused === null);
    expect(installation.subscribers.some(({ output }) => output.includes('Placing goes on after'))).toBe(true);
  });

  here('a pause is shown no more when its subscriber has died, and the next one begins its own', async () => {
    installation = await Installation.make({ store, roots: ['data', 'disk'], profiles: { 'any.yaml': PROFILE } });
    const root = installation.roots[1] ?? '';
    mount(root, '40m');
    writeFileSync(join(root, 'filler'), Buffer.alloc(38 * MEBI));
    await installation.start({ subscribers: 1 });
    for (let index = 0; index < 5; index += 1) installation.write(`in/f${index}.bin`, `contents ${index}`);
    const before = installation.tree('in');
    const { id } = await installation.scan({ directory: 'in', profile: 'any', accept: join(root, 'accepted') });
    const first = await installation.scanUntil(id, (scan) => pausedOf(scan) !== null);
    expect(pausedOf(first)?.why).toContain(`No room in '${root}'`);
    expect(installation.tree('in')).toEqual(before);
    await installation.subscribers[0]?.kill();
    await until(async () => (await health()).paused === null);
    expect(pausedOf(await installation.scanUntil(id, () => true))).toBeNull();
    await installation.startSubscriber();
    const second = await installation.scanUntil(id, (scan) => pausedOf(scan) !== null);
    expect(pausedOf(second)?.since).not.toBe(pausedOf(first)?.since);
    // In order, too.
    await installation.subscribers[0]?.stop();
    expect(await health()).toMatchObject({ paused: null });
    rmSync(join(root, 'filler'));
    await installation.startSubscriber();
    expect(await installation.finished(id)).toMatchObject({ balanced: true, paused: null, counts: { accepted: 5 } });
    expect(installation.tree(join(root, 'accepted'))).toEqual(before);
  });
});
