import { HEAD_OF_CONTENT, ownName } from '@assay/files';
import type { FileRecord } from '@assay/ledger';
import { Logger } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { dirname, join } from 'node:path';
import { Vhost } from '../../../test/broker/vhost';
import { SAME_HEAD, WITHOUT, comparingOn, large, profile, sha256 } from './contract/compared-scans';
import { WalkBench } from './contract/walk-bench';
import { comparisonOf, judgeCompared } from './judge-met';

Logger.overrideLogger(false);

describe('files of a scan that compares them', () => {
  let bench: WalkBench;
  let on: ReturnType<typeof comparingOn>;

  beforeAll(async () => {
    bench = await WalkBench.make('comparing-spec', await Vhost.make());
    on = comparingOn(bench);
  });
  afterAll(() => bench.close());
  beforeEach(() => bench.lay());
  afterEach(() => bench.clear());

  it('are copies where all bytes are the same, whatever their names: the first passes, every later one says which it is', async () => {
    bench.write('a/one.bin', large('x'));
    bench.write('b/two.bin', large('x'));
    bench.write('c/three.dat', large('x'));
    bench.write('small.txt', 'same');
    bench.write('d/small.txt', 'same');
    bench.write('alone.txt', 'else');
    const scan = await on.walked();
    const [big, ...bigger] = await on.inOrder(scan, 'a/one.bin', 'b/two.bin', 'c/three.dat');
    const [small, smaller] = await on.inOrder(scan, 'small.txt', 'd/small.txt');
    expect(await on.findings(scan)).toEqual({
      'alone.txt': '',
      [big ?? '']: '',
      [bigger[0] ?? '']: `duplicate-content: ${big}`,
      [bigger[1] ?? '']: `duplicate-content: ${big}`,
      [small ?? '']: '',
      [smaller ?? '']: `duplicate-content: ${small}`,
    });
  });

  it('are no copies where size and beginning agree and the rest does not, nor where one is empty', async () => {
    for (const seed of ['x', 'y', 'z']) bench.write(`${seed}.bin`, large(seed));
    bench.write('longer.bin', Buffer.concat([large('x'), Buffer.from('.')]));
    bench.write('empty', '');
    bench.write('also empty', '');
    const scan = await on.walked();
    expect(Object.values(await on.findings(scan))).toEqual(['', '', '', '', '', '']);
  });

  it('are read whole only where size and head agree with another', async () => {
    bench.write('x.bin', large('x'));
    bench.write('y.bin', large('y'));
    const alone = randomBytes(HEAD_OF_CONTENT + 64);
    bench.write('alone.bin', alone);
    const scan = await on.walked();
    const heads = [SAME_HEAD, alone.subarray(0, HEAD_OF_CONTENT)].map((head) => ({
      size: HEAD_OF_CONTENT + 64,
      head: sha256(head),
    }));
    const [same, other] = await bench.ledger.alike({ scan, finishedBy: null }, heads);
    expect(same).toEqual({ scan: true, accepted: false, undigested: [] });
    expect(other?.undigested.map(({ path }) => path)).toEqual(['alone.bin']);
  });

  it('are unknown where one of them could not be read whole, and the first is not', async () => {
    bench.write('a.bin', large('x'));
    bench.write('b.bin', large('x'));
    const { readers } = bench;
    const read = readers.read.bind(readers);
    let unread = '';
    readers.read = async (request) => {
      if (!request.needs.includes('digest')) return read(request);
      unread ||= request.names[0] ?? '';
      return request.names[0] === unread ? [{ kind: 'gone' }] : read(request);
    };
    const scan = await on.walked();
    readers.read = read;
    const [first, second] = await on.inOrder(scan, 'a.bin', 'b.bin');
    expect(unread).toBe(first);
    expect(await on.findings(scan)).toEqual({ [first ?? '']: '', [second ?? '']: 'duplicates-unknown' });
  });

  it('are not compared with one that gets no row, since its path has one', async () => {
    bench.write('a.txt', 'by now');
    bench.write('b.txt', 'by now');
    bench.write('c.txt', 'by now');
    const taken = await bench.take(await bench.scan(profile()));
    const context = bench.context(taken);
    const comparison = comparisonOf(context);
    if (!comparison) throw new Error('the profile compares');
    const names = ['a.txt', 'b.txt', 'c.txt'];
    const results = await bench.readers.read({ root: bench.top, folder: 'in', names, needs: [], heads: true });
    const met = results.map((read, index) => {
      if (read.kind !== 'read') throw new Error('a file could not be read');
      return { path: names[index] ?? '', read };
    });
    const before = met
      .slice(0, 1)
      .map(({ path, read }) => ({ path, read: { ...read, size: 3, head: sha256(SAME_HEAD) } }));
    const rows = { folders: [], unsettled: [], settled: [], done: [] };
    await bench.ledger.record(taken.walk, { ...rows, files: await judgeCompared(context, comparison, before, []) });
    const judged = await judgeCompared(context, comparison, [...met, ...met.slice(1)], []);
    expect(judged.map(({ path, inspection }) => [path, inspection?.findings.map(({ value }) => value)])).toEqual([
      ['b.txt', []],
      ['c.txt', ['b.txt']],
    ]);
  });

  it('are found across batches, and the answer follows the numbers of the rows alone', async () => {
    for (let index = 0; index < 1_300; index += 1)
      bench.write(
        `${index % 7}/${index}.bin`,
        index % 100 === 0 ? large('shared') : Buffer.from(`text ${index % 1_000}`),
      );
    const scan = await on.walked();
    const first = new Map<string, string>();
    for (const { path, findings: found, seq } of await bench.rows(scan)) {
      const content = fs.readFileSync(join(bench.directory, path), 'latin1');
      const expected = first.get(content);
      expect([seq, path, found.map(({ value }) => value)]).toEqual([
        seq,
        path,
        expected === undefined ? [] : [expected],
      ]);
      first.set(content, expected ?? path);
    }
    expect(first.size).toBe(1 + 990);
  });

  it('are found by a walk that was resumed, wherever the first ones have been moved meanwhile', async () => {
    for (let index = 0; index < 600; index += 1) bench.write(`first/${index}.bin`, large(`${index}`));
    bench.write('first/later/x.txt', 'met in the second step of the walk');
    const scan = await bench.scan(profile());
    const taken = await bench.take(scan);
    const stop = new AbortController();
    const record = bench.ledger.record.bind(bench.ledger);
    bench.ledger.record = async (...given) => {
      const recorded = await record(...given);
      if ((recorded?.inserted ?? 0) > 0) stop.abort();
      return recorded;
    };
    expect(await bench.slice(taken, stop.signal).run()).toBe('more');
    const known = await bench.rows(scan);
    expect(known.length).toBeGreaterThanOrEqual(500);
    for (const [index, row] of known.entries())
      if (index < 20) await on.place(scan, row, index % 2 ? 'copy' : 'rename');
    for (const { path } of known.slice(0, 40)) bench.write(`first/later/${path.slice(6)}`, large(path.slice(6, -4)));

    expect(await bench.walkOn(scan)).toBe('walked');
    const found = await on.findings(scan);
    for (const { path } of known.slice(0, 40)) {
      expect(found[path]).toBe('');
      expect(found[`first/later/${path.slice(6)}`]).toBe(`duplicate-content: ${path}`);
    }
    expect(Object.values(found).filter((text) => text !== '')).toHaveLength(40);
  });

  describe('that were recorded and have gone on', () => {
    /** Does something to a file once it is recorded; then the walk meets a second one with these bytes (none: what `act` made). */
    const afterwards = async (
      act: (source: string, row: FileRecord, scan: string) => Promise<void> | void,
      text = profile(),
      second: Buffer | null = large('x'),
    ): Promise<string> => {
      bench.write('first/a.bin', large('x'));
      fs.mkdirSync(join(bench.directory, 'first/later'));
      const scan = await bench.scan(text);
      const record = bench.ledger.record.bind(bench.ledger);
      bench.ledger.record = async (...given) => {
        const recorded = await record(...given);
        const [row] = await bench.rows(scan);
        if (row && recorded?.inserted === 1 && row.seq === 1 && !acted) {
          acted = true;
          await act(join(bench.directory, row.path), row, scan);
          if (second) bench.write('first/later/b.bin', second);
        }
        return recorded;
      };
      let acted = false;
      expect(await bench.walkOn(scan)).toBe('walked');
      return (await on.findings(scan))['first/later/b.bin'] ?? 'no row';
    };

    it('are found at their destination, by rename and by copy', async () => {
      expect(await afterwards((_, row, scan) => on.place(scan, row))).toBe('duplicate-content: first/a.bin');
      await bench.clear();
      await bench.lay();
      expect(await afterwards((_, row, scan) => on.place(scan, row, 'copy'))).toBe('duplicate-content: first/a.bin');
    });

    it('are found under the name that belongs to an attempt at placing them', async () => {
      const found = await afterwards(async (source, { seq, path }, scan) => {
        await bench.ledger.claim('holder', [{ scan, seq, generation: 1, path }], 5);
        fs.renameSync(source, join(dirname(source), ownName({ scan, seq }, 1)));
      });
      expect(found).toBe('duplicate-content: first/a.bin');
    });

    it('are not told by a file that took their name, nor once they were taken away', async () => {
      const other = await afterwards((source) => {
        fs.rmSync(source);
        fs.writeFileSync(source, large('x'));
      });
      expect(other).toBe('duplicates-unknown');
      await bench.clear();
      await bench.lay();
      expect(await afterwards((source) => fs.rmSync(source))).toBe('duplicates-unknown');
      await bench.clear();
      await bench.lay();
      expect(await afterwards((source) => fs.rmSync(source), profile('    unknown: allow\n'))).toBe('');
    });

    it('are not told by what was written into them since', async () => {
      const found = await afterwards((source) => fs.writeFileSync(source, large('y')), profile(), large('y'));
      expect(found).toBe('duplicates-unknown');
    });

    it('are no copies of themselves under a new name, and copies where they have two', async () => {
      const renamed = await afterwards(
        (source) => {
          fs.renameSync(source, join(bench.directory, 'first/later/b.bin'));
        },
        profile(),
        null,
      );
      expect(renamed).toBe('');
      await bench.clear();
      await bench.lay();
      const linked = await afterwards(
        async (source, row, scan) => {
          fs.linkSync(source, join(bench.directory, 'first/later/b.bin'));
          await on.place(scan, row);
        },
        profile(),
        null,
      );
      expect(linked).toBe('duplicate-content: first/a.bin');
    });
  });

  it('that are hard links of one file are copies of it', async () => {
    bench.write('a.bin', large('x'));
    fs.linkSync(join(bench.directory, 'a.bin'), join(bench.directory, 'b.bin'));
    const scan = await on.walked();
    const [first, second] = await on.inOrder(scan, 'a.bin', 'b.bin');
    expect(await on.findings(scan)).toEqual({ [first ?? '']: '', [second ?? '']: `duplicate-content: ${first}` });
  });

  it('are read and kept no further where the profile compares nothing', async () => {
    const asked: (boolean | undefined)[] = [];
    const { readers } = bench;
    const read = readers.read.bind(readers);
    readers.read = (request) => {
      asked.push(request.heads);
      return read(request);
    };
    bench.write('a.txt', 'same');
    bench.write('b.txt', 'same');
    const scan = await on.walked(WITHOUT);
    readers.read = read;
    expect(new Set(asked)).toEqual(new Set([false]));
    expect(await on.findings(scan)).toEqual({ 'a.txt': '', 'b.txt': '' });
    const head = { size: 4, head: sha256(Buffer.from('same')) };
    expect(await bench.ledger.alike({ scan, finishedBy: Date.now() }, [head])).toEqual([
      { scan: false, accepted: false, undigested: [] },
    ]);
  });
});
