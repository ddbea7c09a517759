import type { DeadLetter, DeadLetterFilter, Ledger } from '../index';
import { claimAll, ending, fileOf, foundMany, publishedScan, redriveRow } from './bed';
import { type UnderTest } from './ledger-contract';

const REASONS = ['gone', 'gone: kept as ‘a’', 'changed-since-inspection', 'unplaceable: EIO: \udcff', 'gone-too: x'];

/** A scan of which every second row is errored, for reasons that take turns. */
async function erroredScan(ledger: Ledger, files: number, prefix: string): Promise<string> {
  const { scan, assignments } = await publishedScan(ledger, foundMany(files, prefix));
  const claims = await claimAll(ledger, 'h', assignments);
  await ledger.end(
    claims.map((claim, at) =>
      at % 2 === 0
        ? ending(claim)
        : ending(claim, { outcome: 'errored', reason: REASONS[at % REASONS.length] ?? null }),
    ),
  );
  return scan;
}

async function everyLetter(ledger: Ledger, filter: Partial<DeadLetterFilter>, limit: number): Promise<DeadLetter[]> {
  const letters: DeadLetter[] = [];
  for (;;) {
    const last = letters.at(-1);
    const after = last === undefined ? null : { scan: last.scan, seq: last.seq };
    const page = await ledger.deadLetters({ ...filter, after, limit });
    letters.push(...page);
    if (page.length < limit) return letters;
  }
}

export function deadLettersContract(underTest: () => UnderTest): void {
  it('are the errored rows of all scans, or of one, by any reason or one, page by page', async () => {
    const { ledger } = underTest();
    const scans = [
      await erroredScan(ledger, 60, 'a'),
      await erroredScan(ledger, 41, 'b'),
      await erroredScan(ledger, 1, 'c'),
    ];
    const all = await everyLetter(ledger, {}, 1_000);
    expect(all).toHaveLength(30 + 20);
    expect(all.map(({ scan, seq }) => [scans.indexOf(scan), seq])).toEqual([
      ...Array.from({ length: 30 }, (_, at) => [0, 2 * at + 2]),
      ...Array.from({ length: 20 }, (_, at) => [1, 2 * at + 2]),
    ]);
    const codes = ['gone', 'changed-since-inspection', 'unplaceable', 'gone-too', 'never', 'go', ''];
    for (const scan of [undefined, ...scans, 'nobody']) {
      for (const reason of [undefined, ...codes]) {
        const filter = { ...(scan === undefined ? {} : { scan }), ...(reason === undefined ? {} : { reason }) };
        const expected = all.filter(
          (letter) =>
            (scan === undefined || letter.scan === scan) &&
            (reason === undefined || letter.reason?.split(':')[0] === reason),
        );
        expect({ filter, letters: await everyLetter(ledger, filter, 7) }).toEqual({ filter, letters: expected });
      }
    }
  });

  it('are told as files are, with their generation and whether they are on their way again', async () => {
    const { ledger } = underTest();
    const scan = await erroredScan(ledger, 4, 'a');
    await redriveRow(ledger, scan, 4);
    const letters = await ledger.deadLetters({ after: null, limit: 10 });
    expect(letters).toEqual([
      { ...(await fileOf(ledger, scan, 2)), generation: 1 },
      { ...(await fileOf(ledger, scan, 4)), generation: 2 },
    ]);
    expect(letters.map(({ attempts, redriving }) => [attempts, redriving])).toEqual([
      [1, false],
      [0, true],
    ]);
  });

  it('go on after a letter that is none any more, and give nothing after what never was', async () => {
    const { ledger } = underTest();
    const scan = await erroredScan(ledger, 6, 'a');
    const page = (seq: number, of = scan) => ledger.deadLetters({ after: { scan: of, seq }, limit: 10 });
    expect((await page(3)).map(({ seq }) => seq)).toEqual([4, 6]);
    expect(await page(6)).toEqual([]);
    expect(await page(1, 'nobody')).toEqual([]);
  });

  it('are counted by the code of their reason, the most frequent first', async () => {
    const { ledger } = underTest();
    const one = await erroredScan(ledger, 20, 'a');
    const other = await erroredScan(ledger, 4, 'b');
    expect(await ledger.deadLetterReasons(one)).toEqual([
      { reason: 'gone', count: 4 },
      { reason: 'changed-since-inspection', count: 2 },
      { reason: 'gone-too', count: 2 },
      { reason: 'unplaceable', count: 2 },
    ]);
    expect(await ledger.deadLetterReasons(other)).toEqual([
      { reason: 'gone', count: 1 },
      { reason: 'unplaceable', count: 1 },
    ]);
    expect((await ledger.deadLetterReasons(null))[0]).toEqual({ reason: 'gone', count: 5 });
    expect(await ledger.deadLetterReasons('nobody')).toEqual([]);
  });

  it('leave the count when their row has its new end', async () => {
    const { ledger } = underTest();
    const scan = await erroredScan(ledger, 4, 'a');
    const again = (await redriveRow(ledger, scan, 2)).concat(await redriveRow(ledger, scan, 4));
    expect((await ledger.deadLetterReasons(scan)).map(({ count }) => count)).toEqual([1, 1]);
    const [first, second] = await claimAll(ledger, 'h', again);
    if (!first || !second) throw new Error('not claimed');
    await ledger.end([ending(first), ending(second, { outcome: 'errored', reason: 'gone: again' })]);
    expect(await ledger.deadLetterReasons(scan)).toEqual([{ reason: 'gone', count: 1 }]);
    expect((await ledger.deadLetters({ after: null, limit: 10 })).map(({ seq }) => seq)).toEqual([4]);
  });
}
