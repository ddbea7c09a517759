import { request } from 'node:http';
import { join } from 'node:path';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { type FileAnswer, Installation, type ProblemAnswer, type ScanAnswer } from '../installation';

jest.setTimeout(120_000);

interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

/** A whole scan with good and bad files, whose names are meant to do harm. */
const NAMES = [
  '=cmd|calc.txt',
  '+1.txt',
  '-2.txt',
  '@SUM(A1).txt',
  '\tindented.txt',
  'a, "b".txt',
  'two\nlines.txt',
  'plain.txt',
  'deep/plain.txt',
  'deep/caf\udce9.txt',
];

const PROFILE = `name: small
version: "7"
settleSeconds: 0
rules:
  - rule: size
    max: 100
    code: too-heavy
`;

let installation: Installation;
let scan: ScanAnswer;
beforeAll(async () => {
  installation = await Installation.make({ profiles: { 'small.yaml': PROFILE } });
  for (const name of NAMES) writeExact(name, 'good');
  installation.write('incoming/heavy.txt', 'x'.repeat(200));
  await installation.start({ subscribers: 1 });
  const { id } = await installation.scan({ directory: 'incoming', profile: 'small', label: 'first' });
  scan = await installation.concluded(id);
});
afterAll(() => installation.close());

function writeExact(name: string, content: string): void {
  if (name.isWellFormed()) installation.write(`incoming/${name}`, content);
  else {
    const bytes = Buffer.from(name.replace('\udce9', '\u00e9'), 'latin1');
    mkdirSync(join(installation.root, 'incoming/deep'), { recursive: true });
    writeFileSync(Buffer.concat([Buffer.from(join(installation.root, 'incoming/')), bytes]), content);
  }
}

const files = (query: string) => installation.api.get<Page<FileAnswer>>(`/v1/scans/${scan.id}/files${query}`);
const refused = async (path: string, field: string): Promise<void> => {
  const { status, body } = await installation.api.get<ProblemAnswer>(path);
  expect([status, body.code]).toEqual([400, 'malformed']);
  expect(body.errors?.map((error) => error.field)).toEqual([field]);
};

describe('a scan', () => {
  it('says what became of all its files', () => {
    expect(scan).toMatchObject({
      state: 'completed',
      balanced: true,
      counts: { found: 11, accepted: 10, quarantined: 1, pending: 0 },
      etaSeconds: null,
    });
    expect(scan['filesPerSecond']).toBeGreaterThan(0);
  });

  it.each(['', '/files', '/summary', '/report'])('that does not exist is 404 at %j', async (rest) => {
    for (const id of ['0198c6a1-7f3e-7c44-9d15-0f6c5f8f2a11', 'no-id', '%00', '%F0%9F%98%80']) {
      const { status, body } = await installation.api.get<ProblemAnswer>(`/v1/scans/${id}${rest}`);
      expect([status, body.code]).toEqual([404, 'no-such-scan']);
    }
  });

  it('in numbers is counted by outcome, finding, media type and camera', async () => {
    const { body } = await installation.api.get(`/v1/scans/${scan.id}/summary`);
    expect(body).toMatchObject({
      counts: scan.counts,
      findings: [{ code: 'too-heavy', severity: 'must', count: 1 }],
      mediaTypes: [{ mediaType: 'text/plain', count: 11 }],
    });
  });

  it('that has completed can’t be cancelled: 409', async () => {
    const { status, body } = await installation.api.post<ProblemAnswer>(`/v1/scans/${scan.id}/cancel`);
    expect([status, body.code]).toEqual([409, 'scan-finished']);
  });
});

describe('the list of scans', () => {
  beforeAll(async () => {
    for (const label of ['second', 'third']) {
      mkdirSync(join(installation.root, label));
      const { id } = await installation.scan({ directory: label, profile: 'small', dryRun: true, label });
      await installation.finished(id);
    }
  });
  const list = (query: string) => installation.api.get<Page<ScanAnswer>>(`/v1/scans${query}`);
  const labels = (page: Page<ScanAnswer>) => page.items.map((one) => one['label']);

  it('is read in pages, the newest first, each scan once', async () => {
    const first = (await list('?limit=2')).body;
    expect(labels(first)).toEqual(['third', 'second']);
    const second = (await list(`?limit=2&cursor=${first.nextCursor}`)).body;
    expect(labels(second)).toEqual(['first']);
    expect(second.nextCursor).toBeNull();
    expect((await list('?limit=3')).body.nextCursor).toBeNull();
  });

  it('is filtered by label and state', async () => {
    expect(labels((await list('?label=second')).body)).toEqual(['second']);
    expect(labels((await list('?state=completed')).body)).toEqual(['third', 'second', 'first']);
    expect(labels((await list('?state=failed')).body)).toEqual([]);
  });

  it.each([
    ['?state=done', 'state'],
    ['?limit=0', 'limit'],
    ['?limit=1001', 'limit'],
    ['?limit=1.5', 'limit'],
    ['?limit=ten', 'limit'],
    ['?limit=', 'limit'],
    ['?cursor=!!', 'cursor'],
    ['?cursor=bm90LWFuLWlk', 'cursor'],
    ['?page=2', 'page'],
    ['?state=failed&state=queued', 'state'],
  ])('refuses %s and names the field', async (query, field) => {
    await refused(`/v1/scans${query}`, field);
  });
});

describe('the files of a scan', () => {
  it('come in the order of their numbers, 1 to found, a page at a time', async () => {
    const all: FileAnswer[] = [];
    let cursor: string | null = null;
    do {
      const { body }: { body: Page<FileAnswer> } = await files(`?limit=4${cursor === null ? '' : `&cursor=${cursor}`}`);
      expect(body.items.length).toBeLessThanOrEqual(4);
      all.push(...body.items);
      cursor = body.nextCursor;
    } while (cursor !== null);
    expect(all.map(({ seq }) => seq)).toEqual(Array.from({ length: 11 }, (_, index) => index + 1));
  });

  it('are reached at any position by number, with a filter and on from a cursor too', async () => {
    const seqs = async (query: string) => (await files(query)).body.items.map(({ seq }) => seq);
    expect(await seqs('?after=7&limit=2')).toEqual([8, 9]);
    expect(await seqs('?after=11')).toEqual([]);
    expect(await seqs('?after=0&limit=1')).toEqual([1]);
    const { body } = await files('?after=3&limit=2');
    expect(await seqs(`?cursor=${body.nextCursor}&limit=2`)).toEqual([6, 7]);
    expect(await seqs(`?cursor=${body.nextCursor}&after=8&limit=2`)).toEqual([9, 10]);
    const heavy = (await files('?outcome=quarantined')).body.items[0]?.seq ?? 0;
    expect(await seqs(`?outcome=quarantined&after=${heavy - 1}`)).toEqual([heavy]);
    expect(await seqs(`?outcome=quarantined&after=${heavy}`)).toEqual([]);
  });

  it('say what was found, and where each is', async () => {
    const { body } = await files('?outcome=quarantined');
    expect(body.nextCursor).toBeNull();
    expect(body.items).toEqual([
      {
        seq: expect.any(Number) as number,
        path: 'heavy.txt',
        size: 200,
        modifiedAt: expect.stringMatching(/Z$/) as string,
        mediaType: 'text/plain',
        facts: expect.objectContaining({ mediaType: 'text/plain', extension: 'txt' }) as object,
        verdict: 'fail',
        findings: [expect.objectContaining({ code: 'too-heavy', severity: 'must', value: 200 }) as object],
        outcome: 'quarantined',
        destination: join(installation.root, 'quarantined/heavy.txt'),
        attempts: 1,
        updatedAt: expect.stringMatching(/Z$/) as string,
      },
    ]);
  });

  it('give the exact bytes of a name that is not UTF-8, and only of such', async () => {
    const { body } = await files('?path=deep/');
    const odd = body.items.find(({ path }) => path === 'deep/caf\ufffd.txt');
    expect(Buffer.from(String(odd?.pathBytes), 'base64').toString('latin1')).toBe('deep/caf\u00e9.txt');
    expect(Buffer.from(String(odd?.['destinationBytes']), 'base64').toString('latin1')).toBe(
      join(installation.root, 'accepted/deep/caf\u00e9.txt'),
    );
    expect(body.items.find(({ path }) => path === 'deep/plain.txt')).not.toHaveProperty('pathBytes');
  });

  it('are filtered by outcome, verdict, code and the beginning of the path', async () => {
    const paths = async (query: string) => (await files(query)).body.items.map(({ path }) => path).sort();
    expect(await paths('?verdict=fail')).toEqual(['heavy.txt']);
    expect(await paths('?code=too-heavy')).toEqual(['heavy.txt']);
    expect(await paths('?code=unheard-of')).toEqual([]);
    expect(await paths('?path=deep/p')).toEqual(['deep/plain.txt']);
    expect(await paths(`?path=${encodeURIComponent('=cmd')}`)).toEqual(['=cmd|calc.txt']);
    expect((await paths('?verdict=pass')).length).toBe(10);
  });

  it.each([
    ['?outcome=lost', 'outcome'],
    ['?verdict=maybe', 'verdict'],
    ['?limit=0', 'limit'],
    ['?cursor=LTE', 'cursor'],
    ['?after=-1', 'after'],
    ['?after=1.5', 'after'],
    ['?after=1e15', 'after'],
    ['?seq=4', 'seq'],
  ])('refuses %s and names the field', async (query, field) => {
    await refused(`/v1/scans/${scan.id}/files${query}`, field);
  });
});

describe('the report of a scan', () => {
  const report = (query: string) => installation.api.get<string>(`/v1/scans/${scan.id}/report${query}`);

  it('as jsonl has one FileRecord a line', async () => {
    const { text, headers } = await report('?format=jsonl');
    expect(headers.get('content-type')).toBe('application/jsonl; charset=utf-8');
    const rows = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as FileAnswer);
    expect(rows).toEqual(await installation.files(scan.id));
  });

  it('as csv has a row a file, quoted by RFC 4180, with nothing that a spreadsheet would calculate', async () => {
    const { text, headers } = await report('?format=csv');
    expect(headers.get('content-type')).toMatch(/^text\/csv/);
    expect(headers.get('content-disposition')).toBe(`attachment; filename="incoming-${scan.id}.csv"`);
    const rows = parseCsv(text);
    expect(rows[0]?.slice(0, 4)).toEqual(['seq', 'path', 'outcome', 'reason']);
    expect(rows).toHaveLength(12);
    expect(new Set(rows.map((row) => row.length)).size).toBe(1);
    const paths = rows.slice(1).map((row) => row[1]);
    expect(paths).toEqual(
      expect.arrayContaining([
        "'=cmd|calc.txt",
        "'+1.txt",
        "'-2.txt",
        "'@SUM(A1).txt",
        "'\tindented.txt",
        'a, "b".txt',
        'two\nlines.txt',
        'deep/caf\ufffd.txt',
      ]),
    );
    for (const cell of rows.slice(1).flat()) expect(cell).not.toMatch(/^[=+@\t\r]/);
  });

  it('as json is the scan, its summary and every FileRecord', async () => {
    const { body, headers } = await installation.api.get(`/v1/scans/${scan.id}/report?format=json`);
    expect(headers.get('content-disposition')).toBe(`attachment; filename="incoming-${scan.id}.json"`);
    const summary = (await installation.api.get(`/v1/scans/${scan.id}/summary`)).body;
    expect(body).toEqual({ scan, summary, files: await installation.files(scan.id) });
  });

  it('as html is a page that may load nothing and belongs to no origin', async () => {
    const { text, headers } = await report('?format=html');
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(headers.get('content-disposition')).toBe(`inline; filename="incoming-${scan.id}.html"`);
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; .*; sandbox allow-scripts$/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(text).toContain('<b>11</b>found');
    expect(text.trimEnd()).toMatch(/<\/html>$/);
  });

  it.each(['csv', 'jsonl', 'json', 'html'])('as %s can be asked for without its content', async (format) => {
    const url = `${installation.api.url}/v1/scans/${scan.id}/report?format=${format}`;
    const answer = await fetch(url, { method: 'HEAD' });
    expect([answer.status, await answer.text()]).toEqual([200, '']);
    expect(answer.headers.get('content-disposition')).toContain(`.${format}"`);
  });

  it('is csv where no format is said', async () => {
    expect((await report('')).headers.get('content-type')).toMatch(/^text\/csv/);
  });

  it('refuses a format that there is not, and names those that there are', async () => {
    const { status, body } = await installation.api.get<ProblemAnswer>(`/v1/scans/${scan.id}/report?format=pdf`);
    expect(status).toBe(400);
    expect(body.errors).toMatchObject([{ field: 'format', value: 'pdf' }]);
    expect(body.errors?.[0]?.message).toContain('csv, jsonl, json, html');
  });

  it('leaves the process whole when a client goes away in the middle', async () => {
    const { hostname, port } = new URL(installation.api.url);
    for (let times = 0; times < 5; times += 1) {
      const asked = request({ hostname, port, path: `/v1/scans/${scan.id}/report` }).end();
      const [response] = (await once(asked, 'response')) as [{ destroy(): void }];
      response.destroy();
    }
    expect((await installation.api.get('/health/live')).status).toBe(200);
    expect(installation.apiProcess.log.filter(({ level }) => level === 'error' || level === 'fatal')).toEqual([]);
  });
});

/** Rows of RFC 4180. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  const cells = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/gy;
  for (let match = cells.exec(text); match !== null && cells.lastIndex <= text.length; match = cells.exec(text)) {
    rows.at(-1)?.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    if (cells.lastIndex === text.length) break;
    if (match[3] === '\r\n') rows.push([]);
  }
  return rows;
}
