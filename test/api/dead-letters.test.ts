import { type Ledger } from '@assay/ledger';
import { ANY_STORE, Installation, type ProblemAnswer } from '../installation';

jest.setTimeout(120_000);

interface Letter {
  scan: string;
  seq: number;
  path: string;
  pathBytes?: string;
  reason: string;
  redriving: boolean;
}
interface LetterPage {
  items: Letter[];
  reasons: { reason: string; count: number }[];
  nextCursor: string | null;
}
interface Redrive {
  id: string;
  scan: string | null;
  reason: string | null;
  requestedBy: string | null;
  deadLetters: number;
  redriven: number;
  endedAt: string | null;
}

const REASONS = ['gone', 'unplaceable: EIO: a disk', 'changed-since-inspection'];

describe.each(ANY_STORE)('dead letters, the ledger in %s,', (store) => {
  let installation: Installation;
  let ledger: Ledger;
  let scans: string[];

  /** A scan without subscribers, whose files are then ended as a subscriber would. */
  const errored = async (directory: string, files: number): Promise<string> => {
    for (let index = 0; index < files; index += 1) installation.write(`${directory}/f${index}.txt`, `file ${index}`);
    const { id } = await installation.scan({ directory, profile: 'any-file' });
    await installation.scanUntil(id, ({ state }) => state === 'moving');
    const rows = await ledger.files(id, { after: 0, limit: 1_000 });
    const claims = await ledger.claim(
      'h',
      rows.map(({ seq, path }) => ({ scan: id, seq, path, generation: 1 })),
      5,
    );
    const claimed = claims.flatMap((claim) => (claim.kind === 'claimed' ? [claim.file] : []));
    await ledger.end(
      claimed.map((file, at) => ({ ...file, outcome: 'errored', reason: REASONS[at % 3] ?? null, resolved: true })),
    );
    return id;
  };
  beforeAll(async () => {
    installation = await Installation.make({
      store,
      environment: { API_KEYS: 'ann:secret-of-ann,bob:secret-of-bob' },
      headers: { authorization: 'Bearer secret-of-ann' },
    });
    await installation.start();
    ledger = await installation.ledger();
    scans = [await errored('one', 7), await errored('two', 4)];
  });
  afterAll(() => installation.close());

  const page = async (query = '') => installation.api.get<LetterPage>(`/v1/dead-letters${query}`);
  const pages = async (query: string, limit: number): Promise<Letter[]> => {
    const all: Letter[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const { status, body }: { status: number; body: LetterPage } = await page(
        `?limit=${limit}${query}${cursor === '' ? '' : `&cursor=${cursor}`}`,
      );
      expect(status).toBe(200);
      expect(body.items.length).toBeLessThanOrEqual(limit);
      all.push(...body.items);
      cursor = body.nextCursor;
    }
    return all;
  };
  const problem = async (method: 'get' | 'post', path: string, body?: unknown) => {
    const answer =
      method === 'get'
        ? await installation.api.get<ProblemAnswer>(path)
        : await installation.api.post<ProblemAnswer>(path, body);
    return [answer.status, answer.body.code];
  };

  it('are listed page by page, with how many there are for each reason', async () => {
    const { body } = await page();
    expect(body.items).toHaveLength(11);
    expect(body.nextCursor).toBeNull();
    expect(body.reasons).toEqual([
      { reason: 'gone', count: 5 },
      { reason: 'changed-since-inspection', count: 3 },
      { reason: 'unplaceable', count: 3 },
    ]);
    expect(body.items[0]).toMatchObject({
      scan: scans[0],
      seq: 1,
      outcome: 'errored',
      reason: 'gone',
      redriving: false,
    });
    for (const limit of [1, 3, 10, 11]) expect(await pages('', limit)).toEqual(body.items);
    expect(await pages('&reason=unplaceable', 2)).toEqual(
      body.items.filter(({ reason }) => reason.startsWith('unplaceable')),
    );
    const ofOne = await page(`?scan=${scans[1]}&reason=gone`);
    expect(ofOne.body.items.map(({ scan, seq }) => [scan, seq])).toEqual([
      [scans[1], 1],
      [scans[1], 4],
    ]);
    expect(ofOne.body.reasons).toEqual([
      { reason: 'gone', count: 2 },
      { reason: 'changed-since-inspection', count: 1 },
      { reason: 'unplaceable', count: 1 },
    ]);
    expect((await page('?reason=nothing-of-the-kind')).body.items).toEqual([]);
  });

  it.each([
    ['?limit=0', 400, 'malformed'],
    ['?limit=1001', 400, 'malformed'],
    ['?cursor=!', 400, 'malformed'],
    ['?cursor=MTc', 400, 'malformed'],
    ['?reason=', 400, 'malformed'],
    ['?reason=a&reason=b', 400, 'malformed'],
    ['?what=1', 400, 'malformed'],
    ['?scan=nobody', 404, 'no-such-scan'],
  ])('%s is refused with %i %s', async (query, status, code) => {
    expect(await problem('get', `/v1/dead-letters${query}`)).toEqual([status, code]);
  });

  it.each([
    [undefined, 400, 'malformed'],
    ['[]', 400, 'malformed'],
    ['null', 400, 'malformed'],
    ['{"scan":7}', 400, 'malformed'],
    ['{"reason":""}', 400, 'malformed'],
    ['{"all":true}', 400, 'malformed'],
    ['{"scan":"nobody"}', 404, 'no-such-scan'],
  ])('a redrive by the body %s is refused with %i %s, and nothing is on record', async (body, status, code) => {
    expect(await problem('post', '/v1/dead-letters/redrive', body)).toEqual([status, code]);
    expect((await installation.api.get<{ items: unknown[] }>('/v1/dead-letters/redrives')).body.items).toEqual([]);
  });

  it('are not sent again while another scan may have the files in its hands', async () => {
    const later = new Date(Date.now() + 3600_000).toISOString();
    const other = await installation.scan({ directory: 'one', profile: 'any-file', startAt: later });
    expect(await problem('post', '/v1/dead-letters/redrive', { scan: scans[0] })).toEqual([409, 'overlap']);
    await installation.api.post(`/v1/scans/${other.id}/cancel`);
    await installation.finished(other.id);
    expect(await problem('post', '/v1/dead-letters/redrive', { scan: other.id })).toEqual([409, 'scan-cancelled']);
  });

  it('are sent again by whoever may, on record with the name', async () => {
    const bob = installation.clientOf(installation.apiProcess, { 'x-api-key': 'secret-of-bob' });
    const asked = await bob.post<Redrive>('/v1/dead-letters/redrive', { scan: scans[0], reason: 'gone' });
    expect(asked.status).toBe(202);
    expect(asked.body).toMatchObject({
      ...{ scan: scans[0], reason: 'gone', requestedBy: 'bob', deadLetters: 3, redriven: 0, endedAt: null },
    });
    const all = await installation.api.post<Redrive>('/v1/dead-letters/redrive', {});
    expect(all.body).toMatchObject({ scan: null, reason: null, requestedBy: 'ann', deadLetters: 11 });
    let redrives: Redrive[] = [];
    for (
      const deadline = Date.now() + 20_000;
      Date.now() < deadline;
      await new Promise((later) => setTimeout(later, 50))
    ) {
      redrives = (await bob.get<{ items: Redrive[] }>('/v1/dead-letters/redrives')).body.items;
      if (redrives.every(({ endedAt }) => endedAt !== null)) break;
    }
    expect(redrives.map(({ id }) => id)).toEqual([all.body.id, asked.body.id]);
    expect(redrives.reduce((sum, { redriven }) => sum + redriven, 0)).toBe(11);
    expect((await page()).body.items.every(({ redriving }) => redriving)).toBe(true);
    const first = await bob.get<{ items: Redrive[]; nextCursor: string }>('/v1/dead-letters/redrives?limit=1');
    const second = await bob.get<{ items: Redrive[]; nextCursor: null }>(
      `/v1/dead-letters/redrives?limit=1&cursor=${first.body.nextCursor}`,
    );
    expect([...first.body.items, ...second.body.items]).toEqual(redrives);
    expect(second.body.nextCursor).toBeNull();
    expect(installation.apiProcess.output).not.toContain('secret-of-');
    // Their files are on their way: no scan may take them meanwhile.
    const refused = await installation.api.post<ProblemAnswer>('/v1/scans', { directory: 'two', profile: 'any-file' });
    expect([refused.status, refused.body.code]).toEqual([409, 'overlap']);
    expect(refused.body.detail).toContain('dead letters are on their way again');
  });
});
