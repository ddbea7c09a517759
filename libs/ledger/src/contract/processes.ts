import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { claimAll, createScan, ending, everyPage, expectBalance, foundMany, publishedScan, scanOf } from './bed';
import { type UnderTest } from './ledger-contract';

/** Starts contract/program.ts as a process of its own; its output line by line, and its end. */
export function start(
  url: string,
  ...args: string[]
): { child: ChildProcess; lines: AsyncIterable<string>; end: Promise<number | null> } {
  const hook = join(__dirname, 'typescript-hook.cjs');
  const child = spawn(process.execPath, ['--require', hook, join(__dirname, 'program.ts'), url, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const end = once(child, 'exit').then(([code]) => code as number | null);
  return { child, lines: createInterface({ input: child.stdout }), end };
}

/** Resolves once the process has said so many lines. */
async function heard(lines: AsyncIterable<string>, count: number): Promise<void> {
  const spoken = lines[Symbol.asyncIterator]();
  for (let line = 0; line < count; line += 1) await spoken.next();
}

export function processContract(underTest: () => UnderTest): void {
  jest.setTimeout(60_000);

  it('may open one new ledger at the same moment', async () => {
    const { bed } = underTest();
    const url = await bed.newUrl();
    const started = Array.from({ length: 6 }, () => start(url, 'open'));
    expect(await Promise.all(started.map(({ end }) => end))).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('write at the same time, and nothing is lost or counted twice', async () => {
    const { ledger, bed } = underTest();
    const scans = [await createScan(ledger), await createScan(ledger)];
    const { scan, assignments } = await publishedScan(ledger, foundMany(600));
    const started = [
      ...scans.map(({ id }) => start(bed.url, 'walk', id, '40', '50')),
      start(bed.url, 'place', scan, 'one'),
      start(bed.url, 'place', scan, 'two'),
    ];
    expect(await Promise.all(started.map(({ end }) => end))).toEqual([0, 0, 0, 0]);
    for (const { id } of scans) {
      expect(await scanOf(ledger, id)).toMatchObject({ state: 'moving', counts: { found: 2_000, pending: 2_000 } });
      await expectBalance(ledger, id);
    }
    expect(await scanOf(ledger, scan)).toMatchObject({ state: 'completed', balanced: true, counts: { accepted: 600 } });
    expect((await everyPage(ledger, scan)).map(({ attempts }) => attempts)).toEqual(assignments.map(() => 1));
  });

  it('that are killed while they write leave whole transactions alone', async () => {
    const { ledger, bed } = underTest();
    for (let round = 0; round < 4; round += 1) {
      const walked = await createScan(ledger);
      const placed = await publishedScan(ledger, foundMany(3_000));
      const started = [
        start(bed.url, 'walk', walked.id, '100000', '50'),
        start(bed.url, 'place', placed.scan, 'killed', '20'),
      ];
      await Promise.all(started.map(({ lines }) => heard(lines, 3 + 4 * round)));
      for (const { child } of started) child.kill('SIGKILL');
      await Promise.all(started.map(({ end }) => end));

      const { counts } = await scanOf(ledger, walked.id);
      expect(counts.found).toBeGreaterThan(0);
      expect(counts.found % 50).toBe(0);
      await expectBalance(ledger, walked.id);
      await expectBalance(ledger, placed.scan);
      expect((await scanOf(ledger, placed.scan)).counts.accepted).toBeGreaterThan(0);

      // Another goes on from there.
      const taken = await ledger.takeWalk(walked.id);
      expect(taken).not.toBeNull();
      await ledger.cancelScan(walked.id, null);
      while ((await ledger.endUnclaimed(walked.id, 1_000)) > 0);
      expect(await scanOf(ledger, walked.id)).toMatchObject({ state: 'cancelled', balanced: true });
      const pending = await everyPage(ledger, placed.scan, { outcome: 'pending' });
      const again = pending.map(({ scan, seq, path }) => ({ scan, seq, path, generation: 1 }));
      await ledger.end((await claimAll(ledger, 'heir', again)).map((file) => ending(file)));
      expect(await scanOf(ledger, placed.scan)).toMatchObject({ state: 'completed', balanced: true });
    }
  });
}
