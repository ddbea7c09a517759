import { Roots } from '@assay/files';
import { compileProfile, parseProfile } from '@assay/inspection/profile';
import type { EarlierFile } from '@assay/ledger';
import { Logger } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { Vhost } from '../../../test/broker/vhost';
import { WITHOUT, comparingOn, large, profile } from './contract/compared-scans';
import { WalkBench } from './contract/walk-bench';
import { EarlierFilesOnDisk } from './earlier-files';
import { inspectOne } from './inspect-one';

Logger.overrideLogger(false);

const ACCEPTED = profile('    among: [accepted]\n');

describe('files that were accepted before', () => {
  let bench: WalkBench;
  let on: ReturnType<typeof comparingOn>;

  beforeAll(async () => {
    bench = await WalkBench.make('accepted-spec', await Vhost.make());
    on = comparingOn(bench);
  });
  afterAll(() => bench.close());
  beforeEach(() => bench.lay());
  afterEach(() => bench.clear());

  it('are found by later scans, dry runs too, by rename and by copy', async () => {
    bench.write('old/a.bin', large('x'));
    bench.write('old/b.txt', 'b');
    const first = await on.walked(ACCEPTED);
    await on.placeAll(first);
    bench.write('new/c.bin', large('x'));
    bench.write('new/d.bin', large('y'));
    bench.write('new/e.txt', 'b');
    const expected = {
      'new/c.bin': 'duplicate-content: old/a.bin',
      'new/d.bin': '',
      'new/e.txt': 'duplicate-content: old/b.txt',
    };
    expect(await on.findings(await on.walked(ACCEPTED, { dryRun: true }))).toEqual(expected);
    const second = await on.walked(ACCEPTED);
    expect(await on.findings(second)).toEqual(expected);
    expect((await bench.rows(second)).find(({ path }) => path === 'new/c.bin')?.findings[0]?.message).toContain(first);
    await on.placeAll(second, 'copy');
    bench.write('newer/f.bin', large('y'));
    expect(await on.findings(await on.walked(ACCEPTED))).toEqual({ 'newer/f.bin': 'duplicate-content: new/d.bin' });
  });

  it('stay what they were once their digest is known, though they are taken away', async () => {
    bench.write('a.bin', large('x'));
    const first = await on.walked();
    await on.placeAll(first);
    const again = () => bench.write('b.bin', large('x'));
    again();
    await on.walked(profile(), { dryRun: true });
    fs.rmSync(join(bench.top, 'accepted/a.bin'));
    expect(await on.findings(await on.walked())).toEqual({ 'b.bin': 'duplicate-content: a.bin' });
  });

  it('are unknown where they were taken away, or changed, before they were compared', async () => {
    bench.write('a.bin', large('x'));
    await on.placeAll(await on.walked());
    const accepted = join(bench.top, 'accepted/a.bin');
    bench.write('b.bin', large('y'));
    fs.appendFileSync(accepted, 'more');
    expect(await on.findings(await on.walked(profile(), { dryRun: true }))).toEqual({ 'b.bin': 'duplicates-unknown' });
    fs.rmSync(accepted);
    expect(await on.findings(await on.walked(profile(), { dryRun: true }))).toEqual({ 'b.bin': 'duplicates-unknown' });
  });

  it('are neither those of dry runs, nor of scans under way, nor of profiles that compare nothing', async () => {
    bench.write('a.bin', large('x'));
    await on.walked(ACCEPTED, { dryRun: true });
    expect(await on.findings(await on.walked(ACCEPTED, { dryRun: true }))).toEqual({ 'a.bin': '' });
    const running = await on.walked(ACCEPTED);
    const [row] = await bench.rows(running);
    if (row) fs.renameSync(join(bench.directory, row.path), join(bench.directory, 'elsewhere.bin'));
    await bench.ledger.cancelScan(running, null);
    await bench.ledger.endUnclaimed(running, 10);
    await bench.ledger.completeScan(running);
    expect(await on.findings(await on.walked(ACCEPTED, { dryRun: true }))).toEqual({ 'elsewhere.bin': '' });
    await on.placeAll(await on.walked(WITHOUT));
    bench.write('b.bin', large('x'));
    expect(await on.findings(await on.walked(ACCEPTED))).toEqual({ 'b.bin': '' });
  });

  it('are no copies of themselves when they are scanned where they were placed, or were moved on to', async () => {
    bench.write('a.bin', large('x'));
    bench.write('b.bin', large('y'));
    await on.placeAll(await on.walked());
    const second = { directory: join(bench.top, 'accepted'), accept: join(bench.top, 'archive'), dryRun: true };
    expect(await on.findings(await on.walked(profile(), second))).toEqual({ 'a.bin': '', 'b.bin': '' });
    // Restored from a backup: the same bytes, and another file.
    fs.cpSync(join(bench.top, 'accepted'), join(bench.top, 'backup'), { recursive: true });
    fs.renameSync(join(bench.top, 'accepted'), join(bench.top, 'originals'));
    fs.renameSync(join(bench.top, 'backup'), join(bench.top, 'accepted'));
    expect(await on.findings(await on.walked(profile(), second))).toEqual({ 'a.bin': '', 'b.bin': '' });
    fs.renameSync(join(bench.top, 'originals'), join(bench.top, 'moved'));
    const third = { ...second, directory: join(bench.top, 'moved') };
    expect(await on.findings(await on.walked(profile(), third))).toEqual({ 'a.bin': '', 'b.bin': '' });
  });

  it('are compared with one file that is inspected by itself', async () => {
    bench.write('a.bin', large('x'));
    await on.placeAll(await on.walked());
    bench.write('b.bin', large('x'));
    const parsed = parseProfile({ file: 'spec.yaml', text: profile() });
    if (!parsed.ok) throw new Error('bad profile');
    const { readers, ledger, top } = bench;
    const inspect = (relative: string) =>
      inspectOne({
        readers,
        ledger,
        roots: new Roots([top]),
        place: { root: top, relative },
        profile: compileProfile(parsed.definition),
      });
    expect((await inspect('in/b.bin')).findings).toMatchObject([{ code: 'duplicate-content', value: 'a.bin' }]);
    expect((await inspect('accepted/a.bin')).findings).toEqual([]);
    bench.write('c.bin', large('z'));
    expect((await inspect('in/c.bin')).verdict).toBe('pass');
  });

  it('can not be told while their disk is broken: that is no finding, and the walk waits', async () => {
    bench.write('a.bin', large('x'));
    await on.placeAll(await on.walked());
    bench.write('b.bin', large('x'));
    const { readers } = bench;
    const read = readers.read.bind(readers);
    readers.read = (request) =>
      request.folder === 'accepted' ? Promise.resolve([{ kind: 'broken-disk', code: 'EIO' }]) : read(request);
    const scan = await bench.scan(profile());
    await expect(bench.walkOn(scan)).rejects.toMatchObject({ name: 'BrokenDisk', code: 'EIO' });
    readers.read = read;
    expect(await bench.rows(scan)).toEqual([]);
    expect(await bench.walkOn(scan)).toBe('walked');
    expect(await on.findings(scan)).toEqual({ 'b.bin': 'duplicate-content: a.bin' });
  });

  it('are not gone because their root is away', async () => {
    const other = join(bench.top, 'mount');
    fs.mkdirSync(other);
    const roots = new Roots([join(bench.top, 'in'), other]);
    roots.check();
    const files = new EarlierFilesOnDisk(bench.readers, roots);
    const file: EarlierFile = {
      scan: randomUUID(),
      seq: 1,
      directory: bench.directory,
      path: 'a.bin',
      outcome: 'accepted',
      attempt: 1,
      identity: '1:2:3:4:5',
      copyIdentity: null,
      destination: join(other, 'a.bin'),
    };
    expect(await files.digest(file)).toEqual({ kind: 'lost' });
    expect(await files.digest({ ...file, destination: '/etc/hostname' })).toEqual({ kind: 'lost' });
    expect(await files.digest({ ...file, outcome: 'pending' })).toEqual({ kind: 'moving' });
    fs.rmdirSync(other);
    await expect(files.digest(file)).rejects.toMatchObject({ name: 'RootUnavailable' });
  });
});
