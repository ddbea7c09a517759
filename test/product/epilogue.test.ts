import { mkdirSync, readFileSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { Installation, STORES } from '../installation';
import { expectAccounted } from './accounted';

jest.setTimeout(180_000);

const PROFILE = `
name: tidy
version: "1"
settleSeconds: 0
removeEmptyFolders: true
rules:
  - rule: size
    min: 10 B
    fix: Send the whole file.
`;

describe.each(STORES)('the end of a scan, its ledger in %s,', (store) => {
  let installation: Installation;
  beforeEach(async () => {
    installation = await Installation.make({
      store,
      profiles: { 'tidy.yaml': PROFILE },
      environment: { SUBSCRIBE_BATCH: '20', SUBSCRIBE_PREFETCH: '40' },
    });
  });
  afterEach(() => installation.close());

  const good = (path: string): string => installation.write(path, `a good file at ${path}`);
  const bad = (path: string): string => installation.write(path, path.slice(-5));
  const rowsIn = (path: string | null | undefined): string[] =>
    readFileSync(path ?? '', 'utf8')
      .split('\r\n')
      .slice(1, -1)
      .sort();
  const inside = (folder: string): string[] => readdirSync(join(installation.root, folder)).sort();

  it('tells the reasons beside the quarantined files, and takes emptied folders away', async () => {
    await installation.start({ subscribers: 2 });
    for (let index = 0; index < 40; index += 1) good(`in/${index % 4}/deep/g${index}.txt`);
    bad('in/bad/1.txt');
    bad('in/2/2.txt');
    mkdirSync(join(installation.root, 'in/empty-before'));
    const odd = Buffer.concat([Buffer.from(join(installation.root, 'in/bad/')), Buffer.from([0xe9])]);
    renameSync(bad('in/bad/3.txt'), odd);
    const before = installation.tree('in');
    const { id } = await installation.scan({ directory: 'in', profile: 'tidy', quarantine: 'in/2/bad' });
    const { scan } = await expectAccounted(installation, id, before);
    expect(scan.counts).toMatchObject({ found: 43, accepted: 40, quarantined: 3 });
    const reasons = join(installation.root, 'in/2/bad/REASONS.csv');
    expect((await installation.concluded(id)).epilogue).toEqual({ endedAt: expect.any(String) as string, reasons });
    const quarantined = join(installation.root, 'in/2/bad');
    const rows = rowsIn(reasons);
    expect(rows).toHaveLength(3);
    expect(rows[0]).toMatch(
      new RegExp(`^2/2.txt,${quarantined}/2/2.txt,too-small,"?must: .*Send the whole file\\.,\\d+,${id},,$`),
    );
    expect(rows[2]).toContain(Buffer.from([...Buffer.from('bad/'), 0xe9]).toString('base64'));
    expect(inside('in')).toEqual(['2', 'empty-before']);
    expect(inside('in/2')).toEqual(['bad']);
    // What the scan wrote itself is no file of the next delivery.
    const again = await installation.scan({ directory: 'in', profile: 'tidy', quarantine: 'in/2/bad' });
    expect(await installation.finished(again.id)).toMatchObject({ counts: { found: 0 } });
    expect((await installation.concluded(again.id)).epilogue).toMatchObject({ reasons: null });
  });

  it('changes nothing of a dry run', async () => {
    await installation.start({ subscribers: 1 });
    good('in/a/1.txt');
    bad('in/b/2.txt');
    const { id } = await installation.scan({ directory: 'in', profile: 'tidy', dryRun: true });
    await installation.finished(id);
    expect((await installation.concluded(id)).epilogue).toMatchObject({ reasons: null });
    expect(inside('in')).toEqual(['a', 'b']);
    expect(inside('.')).toEqual(['in']);
  });

  it('comes after whatever dies meanwhile, with one whole file for each of two scans that share a folder', async () => {
    await installation.start({ subscribers: 2 });
    for (const folder of ['one', 'two'])
      for (let index = 0; index < 600; index += 1) bad(`${folder}/${index % 9}/${folder}-${index}.txt`);
    const scans = [
      await installation.scan({ directory: 'one', profile: 'tidy' }),
      await installation.scan({ directory: 'two', profile: 'tidy' }),
    ];
    // Kills come when ends are near, one after the other.
    for (const [index, { id }] of scans.entries()) {
      await installation.scanUntil(id, ({ counts }) => counts.quarantined > 550 - index * 100);
      const [victim] = installation.subscribers;
      victim?.signal('SIGKILL');
      await victim?.ended;
      await installation.startSubscriber();
    }
    const all = installation.subscribers;
    const [first] = scans;
    await installation.finished(first?.id ?? '', 60_000);
    await Promise.all(all.map((one) => one.kill()));
    await installation.startSubscriber();
    const told = await Promise.all(
      scans.map(async ({ id }) => {
        expect(await installation.finished(id, 60_000)).toMatchObject({ balanced: true, counts: { quarantined: 600 } });
        return (await installation.concluded(id)).epilogue?.reasons;
      }),
    );
    expect([...told].sort()).toEqual(
      ['REASONS-2.csv', 'REASONS.csv'].map((name) => join(installation.root, 'quarantined', name)),
    );
    for (const [index, reasons] of told.entries()) {
      const rows = rowsIn(reasons);
      expect(rows).toHaveLength(600);
      expect(rows.every((row) => row.includes(scans[index]?.id ?? '?'))).toBe(true);
    }
    expect(inside('one')).toEqual([]);
    expect(inside('two')).toEqual([]);
    expect(Object.keys(installation.tree()).filter((path) => path.includes('.assay-'))).toEqual([]);
  });
});
