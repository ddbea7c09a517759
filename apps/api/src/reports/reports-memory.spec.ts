import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type FoundFile, type Ledger, type Scan, openLedger } from '@assay/ledger';
import { FORMATS, type ReportFormatName } from './formats/formats';
import { report } from './report';

const ROWS = 200_000;
const BATCH = 1_000;
/** A report that kept as little as a few words of each row would hold more. */
const FLAT_BYTES = 8 << 20;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function liveBytes(): number {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const foundFile = (index: number): FoundFile => ({
  path: `album ${index % 100}/photo-${index}.jpg`,
  size: 20_000 + index,
  modifiedAt: 1_700_000_000_000 + index,
  identity: `1:${index}:20000:1:1`,
  inspection: {
    facts: {
      mediaType: 'image/jpeg',
      extension: 'jpg',
      camera: { make: 'Maker', model: `Model ${index % 7}` },
      reader: 'exifr',
      problems: [],
    },
    findings:
      index % 3 === 0
        ? [{ code: 'too-small', severity: 'must', message: 'It is too small', fix: 'Send a larger one' }]
        : [],
    verdict: index % 3 === 0 ? 'fail' : 'pass',
  },
  plan: { kind: 'leave', reason: 'the profile leaves it' },
});

describe(`a report of ${ROWS} rows`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'reports-'));
  let ledger: Ledger;
  let scan: Scan;

  beforeAll(async () => {
    ledger = await openLedger({ url: `sqlite:${folder}/ledger.sqlite` });
    const created = await ledger.createScan(
      {
        id: '0190c000-0000-7000-8000-000000000001',
        directory: '/data/in',
        accept: '/data/accepted',
        quarantine: '/data/quarantined',
        profile: { name: 'p', version: '1', digest: 'sha256:00', definition: {} },
        dryRun: false,
        priority: 'normal',
        label: null,
        startAt: null,
        requestedBy: null,
        requestId: null,
      },
      null,
    );
    if (created.kind !== 'created') throw new Error(`Expected a new scan, got ${created.kind}`);
    scan = created.scan;
    const taken = await ledger.takeWalk(scan.id);
    if (!taken) throw new Error('A new scan is there to be walked');
    for (let from = 0; from < ROWS; from += BATCH) {
      const files = Array.from({ length: BATCH }, (_, index) => foundFile(from + index));
      await ledger.record(taken.walk, { files, folders: [], unsettled: [], settled: [], done: [] });
    }
  }, 300_000);
  afterAll(async () => {
    await ledger.close();
    rmSync(folder, { recursive: true });
  });

  it.each(Object.keys(FORMATS) as ReportFormatName[])(
    'is whole as %s, and holds no more memory at its end than near its beginning',
    async (name) => {
      const subject = { scan, summary: await ledger.summary(scan.id), now: Date.now() };
      let pieces = 0;
      let early = 0;
      let most = 0;
      let last = '';
      let lines = 0;
      for await (const piece of report(ledger, subject, FORMATS[name])) {
        pieces += 1;
        lines += piece.split('photo-').length - 1;
        if (piece.includes(`photo-${ROWS - 1}.jpg`)) last = piece;
        if (pieces === 100) early = liveBytes();
        else if (pieces > 100 && pieces % 200 === 0) most = Math.max(most, liveBytes());
      }
      expect(lines).toBeGreaterThanOrEqual(ROWS);
      expect(last).not.toBe('');
      expect(most - early).toBeLessThan(FLAT_BYTES);
    },
    300_000,
  );
});
