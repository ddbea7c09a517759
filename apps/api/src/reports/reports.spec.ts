import fc from 'fast-check';
import { withoutFormula } from '@assay/inspection';
import type { FileRecord, Ledger, Scan, Summary } from '@assay/ledger';
import { FORMATS, type ReportFormatName } from './formats/formats';
import { report, reportName } from './report';

/** What has broken pages, spreadsheets and terminals before. */
const NASTY = [
  '=cmd|calc',
  '+1',
  '-2+3',
  '@SUM(A1)',
  '\t=1',
  '\r=1',
  '\n=1',
  ';=1;',
  '";=1',
  "'=1",
  '\uff1d1',
  '</script><script>alert(1)</script>',
  '<!--<script>',
  ']]>',
  '<img src=x onerror=alert(1)>',
  '&lt;',
  '"quoted", \'twice\'',
  '\u202egpj.exe',
  '\u2066a\u2069',
  '\ufeff',
  '\0',
  '\u2028',
  'caf\udce9',
  '\ud83d\ude00',
  '\ud800',
  '{{7*7}}',
  '${7*7}',
  '{"__proto__":1}',
];
const hostile = fc
  .array(fc.oneof(fc.constantFrom(...NASTY), fc.string({ unit: 'binary', maxLength: 6 })), {
    minLength: 1,
    maxLength: 4,
  })
  .map((parts) => parts.join(''));

const file = fc
  .record({
    path: hostile,
    reason: fc.option(hostile),
    destination: fc.option(hostile),
    make: hostile,
    model: hostile,
    code: hostile,
    message: hostile,
    fix: hostile,
    mediaType: hostile,
    latitude: fc.double({ min: -90, max: 90, noNaN: true }),
  })
  .map((given): Omit<FileRecord, 'seq'> => ({
    scan: SCAN.id,
    path: given.path,
    size: 5,
    modifiedAt: 1_700_000_000_000,
    mediaType: given.mediaType,
    facts: {
      mediaType: given.mediaType,
      extension: 'jpg',
      camera: { make: given.make, model: given.model },
      location: { latitude: given.latitude, longitude: -1.5, source: 'EXIF' },
      digest: `sha256:${'0f'.repeat(32)}`,
      reader: 'exifr',
      problems: [],
    },
    findings: [{ code: given.code, severity: 'must', message: given.message, fix: given.fix }],
    verdict: 'fail',
    outcome: 'quarantined',
    redriving: false,
    reason: given.reason,
    destination: given.destination,
    attempts: 1,
    updatedAt: 1_700_000_000_000,
  }));

const SCAN: Scan = {
  id: '0198c6a1-7f3e-7c44-9d15-0f6c5f8f2a11',
  directory: '/data/in',
  accept: '/data/accepted',
  quarantine: '/data/quarantined',
  profile: { name: 'p', version: '1', digest: 'sha256:0', definition: {} },
  dryRun: false,
  priority: 'normal',
  label: null,
  startAt: null,
  requestedBy: null,
  requestId: null,
  state: 'completed',
  counts: { found: 0, pending: 0, accepted: 0, quarantined: 0, left: 0, skipped: 0, conflicted: 0, errored: 0 },
  balanced: true,
  createdAt: 1,
  announcedAt: 1,
  startedAt: 1,
  walkEndedAt: 1,
  finishedAt: 1,
  cancelRequestedAt: null,
  cancelRequestedBy: null,
  error: null,
  epilogue: null,
};

/** A ledger of these files alone. */
function ledgerOf(files: readonly FileRecord[]): Ledger {
  const read: Pick<Ledger, 'files'> = {
    files: (_scan, { after, limit }) => Promise.resolve(files.filter(({ seq }) => seq > after).slice(0, limit)),
  };
  return read as Ledger;
}

async function written(
  name: ReportFormatName,
  files: readonly Omit<FileRecord, 'seq'>[],
  scan: Partial<Scan> = {},
  summary: Partial<Summary> = {},
): Promise<string> {
  const numbered = files.map((one, index) => ({ ...one, seq: index + 1 }));
  const subject = {
    scan: { ...SCAN, ...scan },
    summary: { counts: SCAN.counts, findings: [], mediaTypes: [], cameras: [], ...summary },
    now: 5,
  };
  let text = '';
  for await (const piece of report(ledgerOf(numbered), subject, FORMATS[name])) text += piece;
  return text;
}

/** Rows as a spreadsheet reads them that takes `separator` for the end of a cell. A quote counts only at the beginning of a cell. */
function cellsOf(text: string, separator: string): string[] {
  const cells: string[] = [];
  let at = 0;
  while (at < text.length) {
    let cell = '';
    if (text[at] === '"') {
      for (at += 1; at < text.length; at += 1) {
        if (text[at] !== '"') cell += text[at];
        else if (text[at + 1] === '"') cell += text[(at += 1)];
        else break;
      }
      at += 1;
    }
    while (at < text.length && text[at] !== separator && text[at] !== '\n' && text[at] !== '\r') cell += text[at++];
    cells.push(cell);
    at += 1;
  }
  return cells;
}

const isFormula = (cell: string): boolean =>
  /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]/.test(cell) && Number.isNaN(Number(cell));

describe('a report as csv', () => {
  it.each([',', ';', '\t'])('holds no formula for a spreadsheet that splits at %j', async (separator) => {
    await fc.assert(
      fc.asyncProperty(fc.array(file, { minLength: 1, maxLength: 3 }), async (files) => {
        expect(cellsOf(await written('csv', files), separator).filter(isFormula)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('has the same cells in every row, whatever stands in them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(file, { minLength: 1, maxLength: 3 }), async (files) => {
        const rows = rowsOf(await written('csv', files));
        expect(rows.map((row) => row.length)).toEqual(rows.map(() => rows[0]?.length));
        expect(rows).toHaveLength(files.length + 1);
        files.forEach((one, index) => expect(rows[index + 1]?.[1]).toBe(withoutFormula(one.path.toWellFormed())));
      }),
    );
  });

  it.each(['plain.jpg', 'a-b.jpg', 'caf\u00e9 = 1.jpg', '2024-05-02/x.jpg', 'a, b'])('leaves %j as it is', (text) => {
    expect(withoutFormula(text)).toBe(text);
  });

  it('keeps numbers of ours numbers, negative ones too', async () => {
    const [one] = fc.sample(file, 1);
    const [names = [], row = []] = rowsOf(await written('csv', one === undefined ? [] : [one]));
    expect(row[names.indexOf('longitude')]).toBe('-1.5');
    expect(row[names.indexOf('digest')]).toMatch(/^sha256:/);
  });
});

/** Rows of RFC 4180. */
function rowsOf(text: string): string[][] {
  const rows: string[][] = [[]];
  const cells = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/gy;
  for (let match = cells.exec(text); match !== null; match = cells.exec(text)) {
    rows.at(-1)?.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    if (match[3] === '\r\n') rows.push([]);
    if (cells.lastIndex >= text.length) break;
  }
  if (rows.at(-1)?.length === 0 || (rows.at(-1)?.length === 1 && rows.at(-1)?.[0] === '')) rows.pop();
  return rows;
}

describe('a report as json', () => {
  it.each([0, 1, 199, 200, 201, 400])('is one whole document of %d files', async (count) => {
    const [one] = fc.sample(file, 1);
    const files = Array.from({ length: count }, () => one as Omit<FileRecord, 'seq'>);
    const told = JSON.parse(await written('json', files)) as { scan: { id: string }; files: { seq: number }[] };
    expect(told.scan.id).toBe(SCAN.id);
    expect(told.files.map(({ seq }) => seq)).toEqual(files.map((_, index) => index + 1));
  });

  it('is valid whatever stands in it, as are the lines of jsonl', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(file, { maxLength: 3 }), async (files) => {
        const paths = files.map(({ path }) => path.toWellFormed());
        const whole = JSON.parse(await written('json', files)) as { files: { path: string }[] };
        expect(whole.files.map(({ path }) => path)).toEqual(paths);
        const lines = (await written('jsonl', files)).split('\n').slice(0, -1);
        expect(lines.map((line) => (JSON.parse(line) as { path: string }).path)).toEqual(paths);
      }),
    );
  });
});

describe('a report as html', () => {
  /** The page without what its own parts say: only what came from outside is left, and the places where it stands. */
  const scriptBlocks = (page: string): string[] =>
    [...page.matchAll(/<script type="application\/json"[^>]*>([\s\S]*?)<\/script>/g)].map(([, text = '']) => text);

  it('has the same markup whatever names, findings and cameras say', async () => {
    const [plain] = fc.sample(file, 1);
    const shape = (page: string): string[] =>
      (page.replace(/<script>[\s\S]*?<\/script>/g, '<own>').match(/<[a-z!/][^>]*>/gi) ?? []).filter(
        (tag) => tag !== '<span class="unseen">' && tag !== '</span>',
      );
    const boring = await written(
      'html',
      [plain as Omit<FileRecord, 'seq'>],
      { directory: 'a', label: 'b', error: 'c' },
      summaryOf('d'),
    );
    await fc.assert(
      fc.asyncProperty(file, hostile, hostile, async (one, name, other) => {
        const page = await written('html', [one], { directory: name, label: other, error: name }, summaryOf(other));
        expect(shape(page)).toEqual(shape(boring));
      }),
    );
  });

  const summaryOf = (name: string): Partial<Summary> => ({
    findings: [{ code: name, severity: 'must', count: 1 }],
    mediaTypes: [{ mediaType: name, count: 1 }],
    cameras: [{ make: name, model: name, count: 1 }],
  });

  it('carries every name exactly, in JSON that can’t end its element', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(file, { minLength: 1, maxLength: 3 }), async (files) => {
        const blocks = scriptBlocks(await written('html', files));
        for (const block of blocks) expect(block).not.toContain('<');
        const rows = JSON.parse(blocks[1] ?? '') as [number, string][];
        expect(rows.map(([, path]) => path)).toEqual(files.map(({ path }) => path.toWellFormed()));
      }),
    );
  });

  it('shows in its summary what would turn or hide the text around it', async () => {
    const page = await written('html', [], { directory: '/data/\u202egpj.exe\u0007' });
    for (const unseen of ['\u202e', '\u0007']) expect(page).not.toContain(unseen);
    expect(page).toContain('<span class="unseen">U+202E</span>gpj.exe<span class="unseen">U+0007</span>');
  });

  it('loads nothing, and lets only its own script and style run', async () => {
    const page = await written('html', []);
    expect(page).not.toMatch(/\b(src|href)=|@import|url\(/);
    expect(page).not.toMatch(/\son[a-z]+=|\sstyle=/);
    const policy = FORMATS.html.headers['Content-Security-Policy'] ?? '';
    expect(policy).toMatch(
      /^default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-[^']+'; base-uri 'none'; form-action 'none'/,
    );
    expect(page).toContain(policy.slice(0, policy.indexOf('; frame-ancestors')));
    expect(page.match(/<script>/g)).toHaveLength(1);
  });
});

it('a report is read from the ledger no faster than its reader takes it, and no further once the reader leaves', async () => {
  const [one] = fc.sample(file, 1);
  let slices = 0;
  const endless: Pick<Ledger, 'files'> = {
    files: (_scan, { after, limit }) => {
      slices += 1;
      const seqs = Array.from({ length: limit }, (_, index) => after + index + 1);
      return Promise.resolve(seqs.map((seq) => ({ ...(one as Omit<FileRecord, 'seq'>), seq })));
    },
  };
  for (const format of Object.values(FORMATS)) {
    slices = 0;
    const summary = { counts: SCAN.counts, findings: [], mediaTypes: [], cameras: [] };
    let taken = 0;
    for await (const piece of report(endless as Ledger, { scan: SCAN, summary, now: 5 }, format)) {
      taken += 1;
      expect(slices).toBeLessThanOrEqual(taken);
      expect(piece.length).toBeLessThan(1_000_000);
      if (taken === 10) break;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(slices).toBeLessThanOrEqual(10);
  }
});

it('a report has a file name that no header and no file system misreads', () => {
  fc.assert(
    fc.property(hostile, (directory) => {
      expect(reportName({ id: SCAN.id, directory: `/${directory}` }, 'csv')).toMatch(/^[A-Za-z0-9_][\w.-]*\.csv$/);
    }),
  );
});
