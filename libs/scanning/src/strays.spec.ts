import { ownName } from '@assay/files';
import { Logger } from '@nestjs/common';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { Vhost } from '../../../test/broker/vhost';
import { LONG_AGO, WalkBench } from './contract/walk-bench';
import { giveStraysBack } from './strays';

Logger.overrideLogger(false);

const PROFILE = `
name: spec
version: "1"
settleSeconds: 0
rules:
  - rule: size
    min: 3 B
`;
const UNKNOWN = { scan: '0190c000-0000-7000-8000-000000000001', seq: 1 };

describe('names of ours that a walk meets', () => {
  let bench: WalkBench;
  beforeAll(async () => {
    bench = await WalkBench.make('strays-spec', await Vhost.make());
  });
  afterAll(() => bench.close());
  beforeEach(() => bench.lay());
  afterEach(() => bench.clear());

  const names = (): string[] =>
    fs
      .readdirSync(bench.directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(bench.directory.length + 1))
      .sort();
  const paths = async (scan: string): Promise<string[]> => (await bench.rows(scan)).map(({ path }) => path).sort();

  /** One file, walked, and staged by a holder that then dies. The id of its scan, and its name of ours. */
  const stagedAndLeft = async (path: string): Promise<{ scan: string; own: string }> => {
    bench.write(path);
    const scan = await bench.scan(PROFILE);
    expect(await bench.walkOn(scan)).toBe('walked');
    const assignment = { scan, generation: 1, seq: 1, path };
    const [claim] = await bench.ledger.claim('who dies', [assignment], 8);
    if (claim?.kind !== 'claimed') throw new Error('the file could not be claimed');
    const own = join(path, '..', ownName(claim.file, claim.file.attempt));
    fs.renameSync(join(bench.directory, path), join(bench.directory, own));
    return { scan, own };
  };
  /** As subscribers do who found nothing where the row says. */
  const endAsGone = (scan: string) =>
    bench.ledger.end([{ scan, seq: 1, attempt: 1, outcome: 'errored', reason: 'gone', resolved: true }]);

  it('in a folder that its supplier renamed are given the name of their file, which is walked as what it is', async () => {
    const { scan } = await stagedAndLeft('before/a.txt');
    fs.renameSync(join(bench.directory, 'before'), join(bench.directory, 'after'));
    await endAsGone(scan);
    const next = await bench.scan(PROFILE);
    expect(await bench.walkOn(next)).toBe('walked');
    expect(names()).toEqual(['after/a.txt']);
    expect(await paths(next)).toEqual(['after/a.txt']);
  });

  it('are given it though the row is open, where whoever has that looks in another folder; else they stay', async () => {
    await stagedAndLeft('before/a.txt');
    const giveBack = (folder: string) => {
      const absolute = join(bench.directory, folder);
      const where = { root: bench.top, relative: absolute.slice(bench.top.length + 1), absolute };
      return giveStraysBack(bench.ledger, where, fs.readdirSync(absolute));
    };
    const before = names();
    expect(await giveBack('before')).toEqual([]);
    expect(names()).toEqual(before);
    fs.renameSync(join(bench.directory, 'before'), join(bench.directory, 'after'));
    expect(await giveBack('after')).toEqual(['a.txt']);
    expect(names()).toEqual(['after/a.txt']);
  });

  it('stay where the row is a dead letter that was sent again, and somebody has it in hands', async () => {
    bench.write('a.txt');
    const scan = await bench.scan(PROFILE);
    expect(await bench.walkOn(scan)).toBe('walked');
    const { ledger } = bench;
    const [claim] = await ledger.claim('h', [{ scan, generation: 1, seq: 1, path: 'a.txt' }], 8);
    if (claim?.kind !== 'claimed') throw new Error('the file could not be claimed');
    await ledger.end([{ ...claim.file, outcome: 'errored', reason: 'gone', resolved: true }]);
    const id = UNKNOWN.scan;
    await ledger.createRedrive({ id, scan, reason: null, requestedBy: null, requestId: null });
    const open = await ledger.redrive(id, scan, 1, [{ seq: 1, generation: 1, judged: null }]);
    const [again] = await ledger.claim('h', open, 8);
    if (again?.kind !== 'claimed') throw new Error('the letter could not be claimed');
    const own = ownName(again.file, again.file.attempt);
    fs.renameSync(join(bench.directory, 'a.txt'), join(bench.directory, own));
    const where = { root: bench.top, relative: 'in', absolute: bench.directory };
    expect(await giveStraysBack(ledger, where, names())).toEqual([]);
    expect(names()).toEqual([own]);
  });

  it('replace no new file of that name, and are walked beside it', async () => {
    const { scan } = await stagedAndLeft('before/a.txt');
    fs.renameSync(join(bench.directory, 'before'), join(bench.directory, 'after'));
    bench.write('after/a.txt', 'a new file');
    await endAsGone(scan);
    const next = await bench.scan(PROFILE);
    expect(await bench.walkOn(next)).toBe('walked');
    const kept = `after/a.txt.assay-kept-${scan}.1`;
    expect(names()).toEqual(['after/a.txt', kept]);
    expect(await paths(next)).toEqual(['after/a.txt', kept]);
    expect(fs.readFileSync(join(bench.directory, 'after/a.txt'), 'utf8')).toBe('a new file');
  });

  it('get a kept name where they are not the file as it was judged', async () => {
    const { scan, own } = await stagedAndLeft('a.txt');
    fs.writeFileSync(join(bench.directory, own), 'half a co');
    await endAsGone(scan);
    const next = await bench.scan(PROFILE);
    expect(await bench.walkOn(next)).toBe('walked');
    expect(names()).toEqual([`a.txt.assay-kept-${scan}.1`]);
  });

  it('stay where nobody knows whose they are', async () => {
    const unknown = ownName(UNKNOWN, 1);
    bench.write(unknown, 'of another installation');
    const scan = await bench.scan(PROFILE);
    expect(await bench.walkOn(scan)).toBe('walked');
    expect(names()).toEqual([unknown]);
    expect(await paths(scan)).toEqual([]);
  });

  it('are removed where they are empty files with which a killed process tried the file system', async () => {
    bench.write('a.txt');
    bench.write('.assay-probe-3-taken', '', LONG_AGO);
    bench.write('.assay-probe-4', '', new Date());
    const scan = await bench.scan(PROFILE);
    expect(await bench.walkOn(scan)).toBe('walked');
    expect(names()).toEqual(['.assay-probe-4', 'a.txt']);
    expect(await paths(scan)).toEqual(['a.txt']);
  });
});
