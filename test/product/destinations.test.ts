import { existsSync, mkdtempSync, rmSync, statSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Installation, STORES, digest } from '../installation';
import { expectAccounted } from './accounted';

const profile = (more: string): string => `
name: flat
version: "1"
settleSeconds: 0
rules:
  - rule: size
    min: 1 B
${more}`;

describe.each(STORES)('destinations with the ledger in %s', (store) => {
  let installation: Installation;
  afterEach(() => installation.close());

  it('that two files share are numbered, and a file that was there before stays as it is', async () => {
    installation = await Installation.make({
      store,
      profiles: { 'flat.yaml': profile('accept:\n  to: "{{ name }}"\n  onConflict: number\n') },
    });
    await installation.start({ subscribers: 2 });
    for (const folder of ['a', 'b', 'c', 'd']) installation.write(`in/${folder}/same.txt`, `from ${folder}`);
    installation.write('accepted/same-2.txt', 'was here before');
    const before = installation.tree('in');
    const { id } = await installation.scan({ directory: 'in', profile: 'flat' });
    const { scan } = await expectAccounted(installation, id, before);
    expect(scan.counts).toMatchObject({ found: 4, accepted: 4 });
    const accepted = installation.tree('accepted');
    expect(accepted['same-2.txt']).toBe(digest('was here before'));
    expect(Object.keys(accepted)).toHaveLength(5);
  });

  it('that are taken leave a file where it was, where the profile says so', async () => {
    installation = await Installation.make({
      store,
      profiles: { 'flat.yaml': profile('accept:\n  to: "{{ name }}"\n  onConflict: fail\n') },
    });
    await installation.start({ subscribers: 1 });
    installation.write('in/a/same.txt', 'first');
    installation.write('in/b/same.txt', 'second');
    installation.write('in/taken.txt', 'ours');
    installation.write('accepted/taken.txt', 'was here before');
    const before = installation.tree('in');
    const { id } = await installation.scan({ directory: 'in', profile: 'flat' });
    const { scan, rows } = await expectAccounted(installation, id, before);
    expect(scan.counts).toMatchObject({ found: 3, accepted: 1, conflicted: 2 });
    expect(rows.get('taken.txt')?.reason).toMatch(/^destination-taken/);
    expect(installation.tree('accepted')['taken.txt']).toBe(digest('was here before'));
  });

  it('beneath the scanned directory are moved to and not walked', async () => {
    installation = await Installation.make({ store, profiles: { 'flat.yaml': profile('') } });
    await installation.start({ subscribers: 1 });
    for (let index = 0; index < 40; index += 1)
      installation.write(`in/${index % 4}/f${index}.txt`, `contents ${index}`);
    installation.write('in/done/old.txt', 'from an earlier scan');
    const before = installation.tree('in');
    delete before['done/old.txt'];
    const { id } = await installation.scan({ directory: 'in', profile: 'flat', accept: 'in/done' });
    const { scan } = await expectAccounted(installation, id, before);
    expect(scan.counts).toMatchObject({ found: 40, accepted: 40 });
    expect(installation.tree('in/done')['old.txt']).toBe(digest('from an earlier scan'));
  });

  const shm = '/dev/shm';
  const twoDevices = existsSync(shm) && statSync(shm).dev !== statSync(tmpdir()).dev;
  (twoDevices ? it : it.skip)('on another device get whole copies with their times, and the sources go', async () => {
    const other = mkdtempSync(join(shm, 'assay-'));
    try {
      installation = await Installation.make({
        store,
        profiles: { 'flat.yaml': profile('') },
        environment: { INSPECTION_ROOTS: '' },
      });
      const roots = `${installation.root}:${other}`;
      await installation.start({ subscribers: 2, environment: { INSPECTION_ROOTS: roots } });
      const taken = new Date('2020-02-29T12:34:56.789Z');
      for (let index = 0; index < 60; index += 1) {
        const path = installation.write(`in/f${index}.bin`, Buffer.alloc(1 + index * 9_999, `contents ${index}`));
        utimesSync(path, taken, taken);
      }
      const before = installation.tree('in');
      const { id } = await installation.scan({ directory: 'in', profile: 'flat', accept: `${other}/accepted` });
      const scan = await installation.finished(id);
      expect(scan).toMatchObject({ state: 'completed', balanced: true, counts: { found: 60, accepted: 60 } });
      expect(installation.tree(`${other}/accepted`)).toEqual(before);
      expect(installation.tree('in')).toEqual({});
      expect(statSync(`${other}/accepted/f7.bin`).mtime).toEqual(taken);
    } finally {
      rmSync(other, { recursive: true });
    }
  });
});
