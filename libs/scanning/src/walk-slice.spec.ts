import { type Broker, filesQueue } from '@assay/broker';
import type { Ledger, Scan } from '@assay/ledger';
import { Logger } from '@nestjs/common';
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Vhost } from '../../../test/broker/vhost';
import { LONG_AGO, WalkBench } from './contract/walk-bench';

Logger.overrideLogger(false);

const PROFILE = `
name: spec
version: "1"
settleSeconds: 1
rules:
  - rule: size
    min: 3 B
`;

describe('the walk of a scan', () => {
  let bench: WalkBench;
  let broker: Broker;
  let host: Vhost;
  let top: string;
  let directory: string;
  let ledger: Ledger;

  beforeAll(async () => {
    host = await Vhost.make();
    bench = await WalkBench.make('walk-spec', host);
    ({ broker } = bench);
  });
  afterAll(() => bench.close());
  beforeEach(async () => {
    await bench.lay();
    ({ top, directory, ledger } = bench);
  });
  afterEach(() => bench.clear());

  const write: WalkBench['write'] = (...given) => bench.write(...given);
  const scanOf = (text = PROFILE, more: Partial<Scan> = {}) => bench.scan(text, more);
  const sliceOf: WalkBench['slice'] = (...given) => bench.slice(...given);
  const take: WalkBench['take'] = (scan) => bench.take(scan);
  const walkOn: WalkBench['walkOn'] = (scan) => bench.walkOn(scan);
  const rows: WalkBench['rows'] = (scan) => bench.rows(scan);
  const said = async (scan: string): Promise<Record<string, string>> =>
    Object.fromEntries(
      (await rows(scan)).map(({ path, outcome, verdict, reason }) => [path, reason ?? `${outcome} ${verdict}`]),
    );
  const waiting = async (): Promise<number> =>
    (await broker.readyCounts([filesQueue('normal')])).get(filesQueue('normal')) ?? -1;

  it('records every name once, whatever it is, and publishes what moves', async () => {
    write('plain.txt');
    write('with space/and "quotes"/new\nline.txt');
    write('😀.txt');
    write('é.txt', 'NFC, composed');
    write('e\u0301.txt', 'NFD, decomposed');
    write(Buffer.from('latin-\xe9.txt', 'latin1'));
    write('empty', '');
    write('.hidden');
    fs.symlinkSync('plain.txt', join(directory, 'link-in'));
    fs.symlinkSync('/etc/passwd', join(directory, 'link-out'));
    fs.symlinkSync('..', join(directory, 'link-to-folder'));
    execFileSync('mkfifo', [join(directory, 'fifo')]);
    const server = createServer().listen(join(directory, 'socket'));
    await new Promise((listening) => server.once('listening', listening));

    const scan = await scanOf();
    expect(await walkOn(scan)).toBe('walked');
    server.close();
    expect(await said(scan)).toEqual({
      'plain.txt': 'pending pass',
      'with space/and "quotes"/new\nline.txt': 'pending pass',
      '😀.txt': 'pending pass',
      'é.txt': 'pending pass',
      'e\u0301.txt': 'pending pass',
      'latin-\udce9.txt': 'pending pass',
      empty: 'pending fail',
      '.hidden': 'pending pass',
      'link-in': 'not-a-regular-file: symlink',
      'link-out': 'not-a-regular-file: symlink',
      'link-to-folder': 'not-a-regular-file: symlink',
      fifo: 'not-a-regular-file: fifo',
      socket: 'not-a-regular-file: socket',
    });
    const scanned = await ledger.scan(scan);
    expect(scanned).toMatchObject({ state: 'moving', counts: { found: 13, pending: 8, skipped: 5 } });
    expect((await rows(scan)).map(({ seq }) => seq)).toEqual(Array.from({ length: 13 }, (_, index) => index + 1));
    expect(await waiting()).toBe(8);
    const [message] = await host.take(filesQueue('normal'), 1);
    expect(message?.properties.headers).toMatchObject({ 'x-request-id': 'request-9' });
  });

  it('goes on where a killed walker was, while the files that were published leave the folder', async () => {
    const names = Array.from({ length: 8_000 }, (_, index) => `f${String(index).padStart(4, '0')}.txt`);
    for (const name of names) write(name, `contents of ${name}`);
    const scan = await scanOf();
    // Two groups of it are recorded by a walker that then is heard of no more; its files are moved away meanwhile.
    const first = await take(scan);
    const stop = new AbortController();
    const record = ledger.record.bind(ledger);
    let records = 0;
    ledger.record = async (...given) => {
      const recorded = await record(...given);
      if ((records += 1) === 2) stop.abort();
      return recorded;
    };
    expect(await sliceOf(first, stop.signal).run()).toBe('more');
    const known = await rows(scan);
    expect(known.length).toBeGreaterThanOrEqual(1_000);
    expect(known.length).toBeLessThan(8_000);
    for (const { path } of known) fs.renameSync(join(directory, path), join(top, `gone-${path}`));

    expect(await walkOn(scan)).toBe('walked');
    const all = await rows(scan);
    expect(all.map(({ path }) => path).sort()).toEqual(names);
    expect(await waiting()).toBe(8_000);
  });

  it('belongs to one walker: one that was only slow writes nothing more', async () => {
    for (let index = 0; index < 20; index += 1) write(`f${index}.txt`);
    const scan = await scanOf();
    const slow = await take(scan);
    expect(await walkOn(scan)).toBe('walked');
    expect(await sliceOf(slow).run()).toBe('lost');
    expect(await rows(scan)).toHaveLength(20);
  });

  it('says that it lives while files take long to be read, and reads on for nobody once another walker has it', async () => {
    write('long.txt');
    const scan = await scanOf();
    const { readers } = bench;
    const read = readers.read.bind(readers);
    const record = ledger.record.bind(ledger);
    let goOn: () => void = () => undefined;
    const signed = new Promise<void>((resolve) => (goOn = resolve));
    ledger.record = async (walk, batch) => {
      const recorded = await record(walk, batch);
      if (recorded && Object.values(batch).every((list: unknown[]) => list.length === 0)) goOn();
      return recorded;
    };
    const first = await take(scan);
    readers.read = async () => {
      await ledger.takeWalk(scan);
      return new Promise(() => undefined);
    };
    expect(await sliceOf(first).run()).toBe('lost');

    // Reads on as soon as a sign was given; without one, never.
    readers.read = async (request) => {
      await signed;
      return read(request);
    };
    expect(await walkOn(scan)).toBe('walked');
    readers.read = read;
  });

  it('publishes again what was recorded and never confirmed, whether or not its file is met again', async () => {
    write('a.txt');
    const scan = await scanOf();
    const first = await take(scan);
    const [root] = await ledger.openFolders(scan, 1);
    const recorded = await ledger.record(first.walk, {
      files: [
        {
          path: 'vanished.txt',
          size: 4,
          modifiedAt: LONG_AGO.getTime(),
          identity: '1:2:3:4:5',
          inspection: {
            facts: { mediaType: 'text/plain', extension: 'txt', reader: 'none', problems: [] },
            findings: [],
            verdict: 'pass',
          },
          plan: { kind: 'move', action: 'accept', destination: join(top, 'accepted/vanished.txt'), onConflict: 'fail' },
        },
      ],
      folders: [],
      unsettled: [],
      settled: [],
      done: [],
    });
    expect(recorded?.publication).not.toBeNull();
    expect(root?.path).toBe('');
    expect(await walkOn(scan)).toBe('walked');
    expect(await waiting()).toBe(2);
    expect(await ledger.unconfirmedPublications(scan, 10)).toEqual([]);
  });

  it("does not walk the scan's own destinations, nor take names of ours for files", async () => {
    write('a.txt');
    write('out/good/kept.txt');
    write('out/bad/kept.txt');
    write('out/beside.txt');
    write(`.assay-${randomUUID()}.12-1`);
    write('.assay-notes.txt');
    const scan = await scanOf(PROFILE, { accept: join(directory, 'out/good'), quarantine: join(directory, 'out/bad') });
    expect(await walkOn(scan)).toBe('walked');
    expect(Object.keys(await said(scan)).sort()).toEqual(['.assay-notes.txt', 'a.txt', 'out/beside.txt']);
  });

  it('skips what the profile leaves out, and says so', async () => {
    write('a.jpg');
    write('b.txt');
    write('raw/c.jpg');
    const scan = await scanOf(`${PROFILE}include: ['**/*.jpg']\nexclude: ['raw/**']\n`);
    expect(await walkOn(scan)).toBe('walked');
    expect(await said(scan)).toEqual({
      'a.jpg': 'pending pass',
      'b.txt': 'ignored-by-profile',
      'raw/c.jpg': 'ignored-by-profile',
    });
  });

  it('looks at young files again at the end: judges the quiet ones, skips those still being written, follows a rename', async () => {
    write('quiet.txt', 'done', new Date());
    write('growing.txt', 'beg', new Date());
    write('upload.part', 'all of it', new Date());
    write('old.txt');
    const scan = await scanOf();
    const walking = walkOn(scan);
    for (let size = 0; (await ledger.unsettled(scan, 10)).length < 3 && size < 400; size += 1)
      await new Promise((later) => setTimeout(later, 5));
    fs.appendFileSync(join(directory, 'growing.txt'), ' and more');
    fs.renameSync(join(directory, 'upload.part'), join(directory, 'upload.txt'));
    expect(await walking).toBe('walked');
    expect(await said(scan)).toEqual({
      'quiet.txt': 'pending pass',
      'growing.txt': 'still-being-written',
      'upload.txt': 'pending pass',
      'old.txt': 'pending pass',
    });
    expect(await ledger.unsettled(scan, 10)).toEqual([]);
  });

  it('meets a file whose writer gives it its name while the folder is walked, under that name', async () => {
    for (let index = 0; index < 1_500; index += 1) write(`f${String(index).padStart(4, '0')}.txt`);
    write('upload.part', 'all of it');
    const scan = await scanOf();
    const { readers } = bench;
    const read = readers.read.bind(readers);
    // The folder was listed to its end, and the last name of it is not looked at yet.
    readers.read = (request) => {
      readers.read = read;
      fs.renameSync(join(directory, 'upload.part'), join(directory, 'a-picture.txt'));
      return read(request);
    };
    expect(await walkOn(scan)).toBe('walked');
    const found = (await rows(scan)).map(({ path }) => path);
    expect(found).toHaveLength(1_501);
    expect(found).toContain('a-picture.txt');
  });

  it('plans a dry run and leaves it undone', async () => {
    write('a.txt');
    const scan = await scanOf(PROFILE, { dryRun: true });
    expect(await walkOn(scan)).toBe('walked');
    expect(await rows(scan)).toMatchObject([
      { path: 'a.txt', outcome: 'left', reason: 'dry-run', verdict: 'pass', destination: join(top, 'accepted/a.txt') },
    ]);
    expect(await ledger.scan(scan)).toMatchObject({ state: 'completed', balanced: true });
    expect(await waiting()).toBe(0);
  });

  it('stops at a cancel and writes nothing after it', async () => {
    for (let index = 0; index < 2_000; index += 1) write(`f${index}.txt`);
    const scan = await scanOf();
    const taken = await take(scan);
    const record = ledger.record.bind(ledger);
    ledger.record = async (...given) => {
      const recorded = await record(...given);
      await ledger.cancelScan(scan, 'someone');
      return recorded;
    };
    expect(await sliceOf(taken).run()).toBe('lost');
    const found = (await ledger.scan(scan))?.counts.found ?? 0;
    expect(found).toBeGreaterThan(0);
    expect(found).toBeLessThan(2_000);
  });

  it('fails with the error of the system where its directory is gone', async () => {
    const scan = await scanOf();
    fs.rmdirSync(directory);
    await expect(walkOn(scan)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('walks deep and wide trees whole', async () => {
    let deep = '';
    for (let level = 0; level < 60; level += 1) deep += `d${level}/`;
    write(`${deep}bottom.txt`);
    for (let index = 0; index < 700; index += 1) write(`wide/${index}/x.txt`);
    const scan = await scanOf();
    expect(await walkOn(scan)).toBe('walked');
    expect((await ledger.scan(scan))?.counts.found).toBe(701);
  });
});
