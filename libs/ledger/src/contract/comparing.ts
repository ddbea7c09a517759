import { createHash } from 'node:crypto';
import type { AlikeFiles, EarlierFiles, FoundFile, Ledger } from '../index';
import { MOST_COPIES, MOST_UNDIGESTED } from '../content';
import { claimAll, ending, endWalk, found, publish, publishedScan, record, startWalk } from './bed';
import { type UnderTest } from './ledger-contract';

const digestOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;

/** A file of 1,000 bytes whose head and whole content are named. */
const holding = (path: string, head: string, content: string | null, over: Partial<FoundFile> = {}) =>
  found(path, { content: { head: digestOf(head), digest: content === null ? null : digestOf(content) }, ...over });

const head = (text: string, size = 1_000) => ({ size, head: digestOf(text) });
const content = (begins: string, text: string) => ({ ...head(begins), digest: digestOf(text) });

/** A scan that has finished, whose files were accepted but for those that `outcomes` names. */
async function finishedScan(
  ledger: Ledger,
  files: FoundFile[],
  outcomes: Record<string, 'quarantined' | 'errored'> = {},
): Promise<string> {
  const { scan, assignments } = await publishedScan(ledger, files);
  const claims = await claimAll(ledger, 'h', assignments);
  await ledger.end(
    claims.map((claim) => {
      const outcome = outcomes[claim.path];
      return outcome === undefined ? ending(claim) : ending(claim, { outcome, reason: 'said by the test' });
    }),
  );
  return scan;
}

const paths = ({ scan, accepted, undigested }: AlikeFiles) => [scan, accepted, undigested.map(({ path }) => path)];

export function comparingContract(underTest: () => UnderTest): void {
  const everything = (scan: string | null = null): EarlierFiles => ({
    scan,
    finishedBy: underTest().bed.clock.now,
  });

  it('finds rows of the scan by size and head, whatever became of them', async () => {
    const { ledger } = underTest();
    const walk = await startWalk(ledger);
    await publish(ledger, walk, [
      holding('a', 'one', null),
      holding('b', 'two', null, { plan: { kind: 'leave', reason: 'left-by-profile' } }),
      found('no content'),
      holding('c', 'one', 'all of c'),
      found('none', { content: null }),
    ]);
    const answers = await ledger.alike(everything(walk.scan), [
      head('one'),
      head('two'),
      head('three'),
      head('one', 999),
      head('one'),
    ]);
    expect(answers.map(paths)).toEqual([
      [true, false, ['a']],
      [true, false, ['b']],
      [false, false, []],
      [false, false, []],
      [true, false, ['a']],
    ]);
    expect(await ledger.alike(everything(), [head('one')])).toEqual([{ scan: false, accepted: false, undigested: [] }]);
    expect(await ledger.alike(everything(walk.scan), [])).toEqual([]);
  });

  it('finds what finished scans accepted, and nothing else of them', async () => {
    const { ledger, bed } = underTest();
    const scan = await finishedScan(
      ledger,
      [holding('good', 'one', null), holding('bad', 'two', null), holding('broken', 'three', null)],
      { bad: 'quarantined', broken: 'errored' },
    );
    const finishedAt = bed.clock.now;
    bed.clock.now += 10;
    const running = await startWalk(ledger);
    const [assignment] = await publish(ledger, running, [holding('running', 'four', null)]);
    await ledger.end((await claimAll(ledger, 'h', assignment ? [assignment] : [])).map((claim) => ending(claim)));
    const heads = ['one', 'two', 'three', 'four'].map((text) => head(text));
    expect((await ledger.alike({ scan: null, finishedBy: finishedAt }, heads)).map(paths)).toEqual([
      [false, true, ['good']],
      [false, false, []],
      [false, false, []],
      [false, false, []],
    ]);
    const none = [false, false, []];
    for (const before of [
      { scan: null, finishedBy: finishedAt - 1 },
      { scan: null, finishedBy: null },
      { scan: running.scan, finishedBy: null },
    ])
      expect((await ledger.alike(before, heads)).map(paths).slice(0, 3)).toEqual([none, none, none]);
    // The scan that asks is not an earlier one, though it has ended.
    expect((await ledger.alike(everything(scan), [head('one')])).map(paths)).toEqual([[true, false, ['good']]]);
  });

  it('tells where the bytes of an earlier file may lie', async () => {
    const { ledger } = underTest();
    const walk = await startWalk(ledger, { directory: '/data/\udcfe' });
    const assignments = await publish(ledger, walk, [holding('x/\udcff.jpg', 'one', null, { identity: 'as judged' })]);
    const [claim] = await claimAll(ledger, 'h', assignments);
    await ledger.check([{ scan: walk.scan, seq: 1, attempt: claim?.attempt ?? 0, copyIdentity: 'of the copy' }]);
    expect((await ledger.alike(everything(walk.scan), [head('one')]))[0]?.undigested).toEqual([
      {
        scan: walk.scan,
        seq: 1,
        directory: '/data/\udcfe',
        path: 'x/\udcff.jpg',
        outcome: 'pending',
        attempt: 1,
        identity: 'as judged',
        copyIdentity: 'of the copy',
        destination: '/data/accepted/x/\udcff.jpg',
      },
    ]);
  });

  it('finds copies by their digest: of the scan by number, accepted ones by the making of their scans', async () => {
    const { ledger, bed } = underTest();
    const first = await startWalk(ledger);
    const second = await finishedScan(ledger, [holding('p', 'one', 'same'), holding('q', 'one', 'same')]);
    const assignments = await publish(ledger, first, [holding('r', 'one', 'other'), holding('s', 'one', 'same')]);
    await endWalk(ledger, first);
    bed.clock.now += 10;
    await ledger.end((await claimAll(ledger, 'h', assignments)).map((claim) => ending(claim)));
    const walk = await startWalk(ledger);
    await record(ledger, walk, [holding('t', 'one', 'same'), holding('u', 'one', null), holding('v', 'one', 'same')]);
    const [same, other, absent] = await ledger.copies(everything(walk.scan), [
      content('one', 'same'),
      content('one', 'other'),
      content('two', 'same'),
    ]);
    expect(same?.scan.map(({ seq, path }) => [seq, path])).toEqual([
      [1, 't'],
      [3, 'v'],
    ]);
    expect(same?.accepted.map(({ scan, path }) => [scan, path])).toEqual([
      [first.scan, 's'],
      [second, 'p'],
      [second, 'q'],
    ]);
    expect([other?.scan, other?.accepted.map(({ path }) => path)]).toEqual([[], ['r']]);
    expect(absent).toEqual({ scan: [], accepted: [] });
    expect(await ledger.copies(everything(), [])).toEqual([]);
  });

  it('keeps a digest that was computed later, and never replaces one', async () => {
    const { ledger } = underTest();
    const walk = await startWalk(ledger);
    await record(ledger, walk, [holding('a', 'one', null), holding('b', 'one', 'all of b'), found('c')]);
    const { scan } = walk;
    const noted = [
      { scan, seq: 3, digest: digestOf('all of c') },
      { scan, seq: 2, digest: digestOf('something else') },
      { scan, seq: 1, digest: digestOf('all of a') },
      { scan, seq: 9, digest: digestOf('no row') },
      { scan: 'no scan', seq: 1, digest: digestOf('no scan') },
    ];
    await ledger.digested(noted);
    await ledger.digested([{ scan, seq: 1, digest: digestOf('another') }]);
    await ledger.digested([]);
    expect((await ledger.alike(everything(scan), [head('one')])).map(paths)).toEqual([[true, false, []]]);
    const known = ['all of a', 'all of b', 'all of c', 'something else', 'another'].map((text) => content('one', text));
    const copies = await ledger.copies(everything(scan), known);
    expect(copies.map((copy) => copy.scan.map(({ path }) => path))).toEqual([['a'], ['b'], [], [], []]);
  });

  it('records a content with its row, and no second time', async () => {
    const { ledger } = underTest();
    const walk = await startWalk(ledger);
    await record(ledger, walk, [holding('a', 'one', null)]);
    await record(ledger, walk, [holding('a', 'two', 'all'), holding('b', 'two', null)]);
    expect((await ledger.alike(everything(walk.scan), [head('one'), head('two')])).map(paths)).toEqual([
      [true, false, ['a']],
      [true, false, ['b']],
    ]);
    const wrong = ledger.record(walk, {
      files: [found('c', { content: { head: 'md5:00', digest: null } })],
      folders: [],
      unsettled: [],
      settled: [],
      done: [],
    });
    await expect(wrong).rejects.toThrow('Not a digest');
  });

  it('gives a bounded number of rows, however many are alike', async () => {
    const { ledger } = underTest();
    const walk = await startWalk(ledger);
    const most = Math.max(MOST_COPIES, MOST_UNDIGESTED) + 5;
    const many = Array.from({ length: most }, (_, at) => holding(`d${at}`, 'one', 'same'));
    await record(ledger, walk, [...many, ...many.map(({ path }) => holding(`u${path}`, 'one', null))]);
    const [alike] = await ledger.alike(everything(walk.scan), [head('one')]);
    expect(alike?.undigested.map(({ seq }) => seq)).toEqual(
      Array.from({ length: MOST_UNDIGESTED }, (_, at) => most + at + 1),
    );
    const [copies] = await ledger.copies(everything(walk.scan), [content('one', 'same')]);
    expect(copies?.scan.map(({ seq }) => seq)).toEqual(Array.from({ length: MOST_COPIES }, (_, at) => at + 1));
  });
}
