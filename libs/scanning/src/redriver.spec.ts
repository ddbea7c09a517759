import { type PlaceMessage, SCANS_QUEUE, filesQueue } from '@assay/broker';
import { Roots } from '@assay/files';
import type { FileRecord, Redrive } from '@assay/ledger';
import { Logger } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { Vhost } from '../../../test/broker/vhost';
import { WalkBench } from './contract/walk-bench';
import { Redriver } from './redriver';

Logger.overrideLogger(false);

const PROFILE = `
name: spec
version: "1"
settleSeconds: 1
rules: [{ rule: size, min: 10 B }]
`;
const UNIQUE = `
name: spec
version: "1"
settleSeconds: 0
rules: [{ rule: unique-content }]
`;

describe('a redrive', () => {
  let bench: WalkBench;
  let host: Vhost;

  beforeAll(async () => {
    host = await Vhost.make();
    bench = await WalkBench.make('redrive-spec', host);
  });
  afterAll(() => bench.close());
  beforeEach(async () => {
    await bench.lay();
    await host.purge(SCANS_QUEUE);
  });
  afterEach(() => bench.clear());

  const at = (path: string): string => join(bench.directory, path);
  const redriver = (stopping = new AbortController().signal): Redriver => {
    const { broker, ledger, readers } = bench;
    return new Redriver({ broker, ledger, readers, roots: new Roots([bench.top]), logger: new Logger(), stopping });
  };
  /** A walked scan of which every file is a dead letter, nothing of it in the queue. */
  const errored = async (profile = PROFILE): Promise<string> => {
    const scan = await bench.scan(profile);
    expect(await bench.walkOn(scan)).toBe('walked');
    const assignments = (await bench.rows(scan)).map(({ seq, path }) => ({ scan, seq, path, generation: 1 }));
    const claims = await bench.ledger.claim('h', assignments, 5);
    const files = claims.flatMap((claim) => (claim.kind === 'claimed' ? [claim.file] : []));
    await bench.ledger.end(files.map((file) => ({ ...file, outcome: 'errored', reason: 'gone', resolved: true })));
    await host.purge(filesQueue('normal'));
    return scan;
  };
  const order = async (): Promise<string> => {
    const id = randomUUID();
    await bench.ledger.createRedrive({ id, scan: null, reason: null, requestedBy: null, requestId: 'again' });
    return id;
  };
  const redriven = async (): Promise<Redrive> => {
    const id = await order();
    await redriver().take(id, 0);
    const [redrive] = await bench.ledger.redrives({ limit: 1 });
    if (!redrive) throw new Error('It is on record');
    return redrive;
  };
  const published = async (): Promise<PlaceMessage[]> => {
    const ready = (await bench.broker.readyCounts([filesQueue('normal')])).get(filesQueue('normal')) ?? 0;
    const taken = await host.take(filesQueue('normal'), ready);
    return taken.map(({ payload }) => JSON.parse(payload) as PlaceMessage);
  };
  const byPath = async (scan: string): Promise<Record<string, FileRecord>> =>
    Object.fromEntries((await bench.rows(scan)).map((row) => [row.path, row]));

  it('judges anew what changed, and sends everything else as it was judged', async () => {
    for (const path of ['same.txt', 'a/changed.txt', 'a/small.txt', 'gone.txt', 'link.txt', 'gone/too.txt'])
      bench.write(path);
    const scan = await errored();
    const before = await byPath(scan);
    bench.write('a/changed.txt', 'another text, somewhat longer');
    bench.write('a/small.txt', 'short');
    fs.unlinkSync(at('gone.txt'));
    fs.rmSync(at('gone'), { recursive: true });
    fs.unlinkSync(at('link.txt'));
    fs.symlinkSync('/etc/passwd', at('link.txt'));
    expect(await redriven()).toMatchObject({ redriven: 6, endedAt: expect.any(Number) as number });

    const after = await byPath(scan);
    const judgement = ({ size, verdict, findings, destination, facts }: FileRecord) => ({
      ...{ size, verdict, findings, destination, facts },
    });
    for (const path of ['same.txt', 'gone.txt', 'link.txt', 'gone/too.txt'])
      expect(judgement(after[path] as FileRecord)).toEqual(judgement(before[path] as FileRecord));
    expect(after['a/changed.txt']).toMatchObject({ size: 29, verdict: 'pass', outcome: 'errored' });
    expect(after['a/small.txt']).toMatchObject({
      ...{ size: 5, verdict: 'fail', findings: [{ code: 'too-small' }] },
      destination: join(bench.top, 'quarantined/a/small.txt'),
    });
    const messages = await published();
    expect(messages.map(({ generation, files }) => [generation, files[0]?.path]).sort()).toEqual(
      Object.keys(after)
        .sort()
        .map((path) => [2, path]),
    );
    expect(await bench.ledger.scan(scan)).toMatchObject({ state: 'completed', balanced: true, counts: { errored: 6 } });
  });

  it('waits for a young file to be quiet, and leaves one that is still written as it was judged', async () => {
    bench.write('quiet.txt');
    bench.write('growing.txt');
    const scan = await errored();
    bench.write('quiet.txt', 'delivered a moment ago', new Date());
    bench.write('growing.txt', 'at first', new Date());
    const writing = setInterval(() => fs.appendFileSync(at('growing.txt'), ' more'), 50);
    try {
      await redriven();
    } finally {
      clearInterval(writing);
    }
    expect(await byPath(scan)).toMatchObject({ 'quiet.txt': { size: 22 }, 'growing.txt': { size: 22 - 1 } });
    expect(await published()).toHaveLength(2);
  });

  it('compares what it judges anew with all other files of the scan, and never with its own earlier row', async () => {
    bench.write('first.bin', 'some content');
    bench.write('second.bin', 'other content');
    bench.write('third.bin', 'third content');
    const scan = await errored(UNIQUE);
    bench.write('first.bin', 'some content', new Date('2024-06-01T00:00:00Z'));
    bench.write('second.bin', 'third content', new Date('2024-06-01T00:00:00Z'));
    await redriven();
    const after = await byPath(scan);
    expect(after['first.bin']).toMatchObject({ verdict: 'pass', findings: [] });
    expect(after['second.bin']).toMatchObject({
      ...{ verdict: 'fail', findings: [{ code: 'duplicate-content', value: 'third.bin' }] },
    });
    expect((await bench.ledger.summary(scan)).findings).toEqual([
      { code: 'duplicate-content', severity: 'must', count: 1 },
    ]);
  });

  it('passes through symlinks nowhere, though a folder was replaced by one', async () => {
    bench.write('a/x.txt', 'inside the folder');
    const scan = await errored();
    const elsewhere = join(bench.top, 'elsewhere');
    fs.mkdirSync(elsewhere);
    fs.writeFileSync(join(elsewhere, 'x.txt'), 'never to be read as a/x.txt');
    fs.rmSync(at('a'), { recursive: true });
    fs.symlinkSync(elsewhere, at('a'));
    await redriven();
    expect(await byPath(scan)).toMatchObject({ 'a/x.txt': { size: 17, verdict: 'pass' } });
  });

  it('hands the rest on when its process is to end, and is taken up where it was', async () => {
    for (let index = 0; index < 1_200; index += 1) bench.write(`f${index}.txt`);
    const scan = await errored();
    const id = await order();
    const stop = new AbortController();
    const { ledger } = bench;
    const redrive = ledger.redrive.bind(ledger);
    ledger.redrive = async (...given) => {
      stop.abort();
      return redrive(...given);
    };
    await redriver(stop.signal).take(id, 0);
    ledger.redrive = redrive;
    const [begun] = await ledger.redrives({ limit: 1 });
    expect(begun).toMatchObject({ redriven: 500, endedAt: null });
    const [next] = await host.take(SCANS_QUEUE, 1);
    expect(JSON.parse(String(next?.payload))).toEqual({ version: 1, task: 'redrive', redrive: id });
    expect(next?.properties.headers).toMatchObject({ 'x-request-id': 'again' });
    await redriver().take(id, 0);
    expect((await ledger.redrives({ limit: 1 }))[0]).toMatchObject({ redriven: 1_200 });
    const sent = (await published()).map(({ files }) => files[0]?.seq);
    expect(new Set(sent).size).toBe(1_200);
    expect(sent).toHaveLength(1_200);
    expect(await ledger.scan(scan)).toMatchObject({ counts: { errored: 1_200 } });
  });

  it('waits on the delay ladder while a root is away, and leaves the letters for then', async () => {
    bench.write('a.txt');
    await errored();
    const id = await order();
    const roots = new Roots([join(bench.top, 'nowhere')]);
    const { broker, ledger, readers } = bench;
    await new Redriver({
      ...{ broker, ledger, readers, roots },
      ...{ logger: new Logger(), stopping: new AbortController().signal },
    }).take(id, 0);
    expect((await ledger.redrives({ limit: 1 }))[0]).toMatchObject({ redriven: 0, endedAt: null });
    for (const deadline = Date.now() + 10_000; Date.now() < deadline;) {
      if ((await bench.broker.readyCounts([SCANS_QUEUE])).get(SCANS_QUEUE) === 1) break;
      await new Promise((later) => setTimeout(later, 50));
    }
    const [returned] = await host.take(SCANS_QUEUE, 1);
    expect(returned?.properties.headers).toMatchObject({ 'assay-step': 1 });
    await redriver().take(id, 1);
    expect(await published()).toHaveLength(1);
  });

  it('that has ended, or never was, is nothing to do', async () => {
    bench.write('a.txt');
    await errored();
    const { id } = await redriven();
    await published();
    await redriver().take(id, 0);
    await redriver().take(randomUUID(), 0);
    expect(await published()).toEqual([]);
  });
});
