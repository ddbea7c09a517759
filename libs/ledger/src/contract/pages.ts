import { type FileFilter, type FileRecord, type FoundFile, OUTCOMES } from '../index';
import { FACTS, claimAll, ending, everyPage, found, publish, record, scanOf, startWalk } from './bed';
import { type UnderTest } from './ledger-contract';

const CODES = ['too-small', 'wrong-type', 'no-date'];
const NAMES = [
  'a',
  'a/b',
  'a%',
  'a_',
  'a\n',
  '\udcff',
  '\udcff\udcff',
  'é',
  'e\u0301',
  '😀',
  "q'uote",
  'A',
  '\u{10ffff}',
];

/** Files of many folders, verdicts, findings and plans, their rows in no order of their paths. */
function varied(count: number): FoundFile[] {
  return Array.from({ length: count }, (_, at) => {
    const codes = CODES.filter((_code, n) => at % (n + 3) === 0);
    const verdict = codes.length > 0 ? ('fail' as const) : ('pass' as const);
    const findings = codes.map((code) => ({ code, severity: 'must' as const, message: 'm', fix: 'f', value: at }));
    const path = `${NAMES[at % NAMES.length] ?? ''}${at % 3 === 0 ? '/' : ''}${(at * 7919) % count}`;
    const camera = at % 4 === 0 ? { camera: { make: 'Canon', ...(at % 8 === 0 ? { model: 'R5' } : {}) } } : {};
    const mediaType = at % 5 === 0 ? 'image/png' : 'image/jpeg';
    const inspection = { facts: { ...FACTS, ...camera, mediaType }, findings, verdict };
    if (at % 11 === 0) {
      return found(path, { inspection: null, identity: null, size: null, plan: { kind: 'skip', reason: 'fifo' } });
    }
    if (at % 13 === 0) return found(path, { inspection, plan: { kind: 'leave', reason: 'profile' } });
    return found(path, { inspection });
  });
}

export function pagesContract(underTest: () => UnderTest): void {
  const COUNT = 1_500;
  let scan: string;

  beforeEach(async () => {
    const { ledger } = underTest();
    const walk = await startWalk(ledger);
    scan = walk.scan;
    const files = varied(COUNT);
    for (let at = 0; at < COUNT; at += 250) {
      const assignments = await publish(ledger, walk, files.slice(at, at + 250));
      const claims = await claimAll(
        ledger,
        'h',
        assignments.filter(({ seq }) => seq % 4 !== 0),
      );
      const outcomes = ['accepted', 'quarantined', 'errored'] as const;
      await ledger.end(claims.map((claim) => ending(claim, { outcome: outcomes[claim.seq % 3] ?? 'accepted' })));
    }
  });

  function fits(record: FileRecord, filter: Partial<FileFilter>): boolean {
    return (
      (filter.outcome === undefined || record.outcome === filter.outcome) &&
      (filter.verdict === undefined || record.verdict === filter.verdict) &&
      (filter.code === undefined || record.findings.some(({ code }) => code === filter.code)) &&
      (filter.path === undefined || record.path.startsWith(filter.path))
    );
  }

  it('holds every row once, in the order of the numbers 1 to found', async () => {
    const { ledger } = underTest();
    const { counts } = await scanOf(ledger, scan);
    const rows = await everyPage(ledger, scan, {}, 77);
    expect(rows.map(({ seq }) => seq)).toEqual(Array.from({ length: counts.found }, (_, at) => at + 1));
    expect(new Set(rows.map(({ path }) => path)).size).toBe(counts.found);
  });

  it('gives back exactly what was recorded', async () => {
    const { ledger, bed } = underTest();
    const walk = await startWalk(ledger);
    const facts = {
      ...FACTS,
      extension: '\udcff',
      captured: { local: '2024-02-29T12:34:56.007', offset: null, source: 'EXIF:DateTimeOriginal' },
      problems: [{ code: 'truncated', message: 'a "quoted"\n\0 text' }],
    };
    const findings = [{ code: 'c', severity: 'should' as const, message: 'm', fix: 'f', value: null }];
    const inspection = { facts, findings, verdict: 'pass' as const };
    await record(ledger, walk, [found('x\n"\udcff', { inspection, modifiedAt: 1_700_000_000_123.75 })]);
    expect(await everyPage(ledger, walk.scan)).toEqual([
      {
        scan: walk.scan,
        seq: 1,
        path: 'x\n"\udcff',
        size: 1_000,
        modifiedAt: 1_700_000_000_123,
        mediaType: 'image/jpeg',
        facts,
        findings,
        verdict: 'pass',
        outcome: 'pending',
        reason: null,
        redriving: false,
        destination: '/data/accepted/x\n"\udcff',
        attempts: 0,
        updatedAt: bed.clock.now,
      },
    ]);
  });

  it('answers every filter, and every two of them, page by page as a look at all rows does', async () => {
    const { ledger } = underTest();
    const rows = await everyPage(ledger, scan);
    const single: Partial<FileFilter>[] = [
      ...OUTCOMES.map((outcome) => ({ outcome })),
      ...(['pass', 'fail'] as const).map((verdict) => ({ verdict })),
      ...[...CODES, 'never', '%'].map((code) => ({ code })),
      ...[...NAMES, '', 'a/', 'a%/', '%', '_', '\udcfe', 'z', 'é/1'].map((path) => ({ path })),
    ];
    const double = single.flatMap((one, at) => single.slice(at + 1).map((other) => ({ ...one, ...other })));
    for (const filter of [...single, ...double]) {
      const expected = rows.filter((row) => fits(row, filter)).map(({ seq }) => seq);
      const limit = Math.max(10, Math.ceil(expected.length / 4));
      const seqs = (await everyPage(ledger, scan, filter, limit)).map(({ seq }) => seq);
      expect({ filter, seqs }).toEqual({ filter, seqs: expected });
    }
  });

  it('answers all four filters at once', async () => {
    const { ledger } = underTest();
    const filter = { outcome: 'quarantined', verdict: 'fail', code: 'too-small', path: 'a' } as const;
    const rows = (await everyPage(ledger, scan)).filter((row) => fits(row, filter));
    expect(rows.length).toBeGreaterThan(0);
    expect(await everyPage(ledger, scan, filter, 3)).toEqual(rows);
  });

  it('finds all of many rows under a prefix, wherever they lie in the walk', async () => {
    const { ledger } = underTest();
    const walk = await startWalk(ledger);
    // Within the middle, two folders take turns; which of them comes first in a run of numbers changes half-way.
    const path = (at: number) => {
      if (at < 4_000 || at > 26_000) return `rare/${at}`;
      return (at + Math.floor(at / 15_000)) % 2 === 0 ? `many/${at}` : `other/${at}`;
    };
    for (let from = 0; from < 30_000; from += 1_000) {
      await record(
        ledger,
        walk,
        Array.from({ length: 1_000 }, (_, at) => found(path(from + at))),
      );
    }
    const seqs = async (filter: Partial<FileFilter>) =>
      (await everyPage(ledger, walk.scan, filter)).map(({ seq }) => seq);
    const under = (prefix: string) =>
      Array.from({ length: 30_000 }, (_, at) => at).flatMap((at) => (path(at).startsWith(prefix) ? [at + 1] : []));
    for (const prefix of ['many/', 'm', 'other/', 'rare/', 'rare/1', 'o']) {
      expect(await seqs({ path: prefix })).toEqual(under(prefix));
      expect(await seqs({ path: prefix, verdict: 'pass', outcome: 'pending' })).toEqual(under(prefix));
    }
    expect(await seqs({ path: 'many/', verdict: 'fail' })).toEqual([]);
    expect(await ledger.files(walk.scan, { path: 'many/', after: 20_001, limit: 2 })).toMatchObject([
      { seq: 20_002 },
      { seq: 20_004 },
    ]);
  });

  it('sums up what the rows say', async () => {
    const { ledger } = underTest();
    const rows = await everyPage(ledger, scan);
    const count = (fit: (row: FileRecord) => boolean) => rows.filter(fit).length;
    const summary = await ledger.summary(scan);
    expect(summary.counts).toEqual((await scanOf(ledger, scan)).counts);
    for (const { code, count: files } of summary.findings) {
      expect(files).toBe(count((row) => row.findings.some((finding) => finding.code === code)));
    }
    expect(summary.findings.map(({ code }) => code).sort()).toEqual([...CODES].sort());
    expect(summary.mediaTypes).toEqual(
      ['image/jpeg', 'image/png'].map((mediaType) => ({
        mediaType,
        count: count((row) => row.mediaType === mediaType),
      })),
    );
    const canon = (model: string | undefined) =>
      count((row) => row.facts?.camera?.make === 'Canon' && row.facts.camera.model === model);
    expect(summary.cameras).toHaveLength(2);
    expect(summary.cameras).toEqual(
      expect.arrayContaining([
        { make: 'Canon', model: 'R5', count: canon('R5') },
        { make: 'Canon', model: null, count: canon(undefined) },
      ]),
    );
  });

  it('counts a finding once a file in the summary, by its severity', async () => {
    const { ledger } = underTest();
    const walk = await startWalk(ledger);
    const twice = (['must', 'must', 'should'] as const).map((severity) => ({
      code: 'c',
      severity,
      message: '',
      fix: '',
    }));
    await record(ledger, walk, [found('a', { inspection: { facts: FACTS, findings: twice, verdict: 'fail' } })]);
    expect((await ledger.summary(walk.scan)).findings).toEqual([
      { code: 'c', severity: 'must', count: 1 },
      { code: 'c', severity: 'should', count: 1 },
    ]);
    expect(await everyPage(ledger, walk.scan, { code: 'c' })).toHaveLength(1);
  });
}
