import { setTimeout as sleep } from 'node:timers/promises';
import { Installation, type ProblemAnswer, type ProductProcess, type ScanAnswer } from '../installation';

jest.setTimeout(120_000);

interface Told {
  event: string;
  id: string;
  scan: ScanAnswer;
  /** Milliseconds since the answer began. */
  at: number;
}

/** Listens until the stream ends, or `enough` says so. */
async function listen(
  url: string,
  headers: Record<string, string> = {},
  enough: (told: Told[]) => boolean = () => false,
): Promise<{ status: number; headers: Headers; told: Told[]; text: string }> {
  const leave = new AbortController();
  const response = await fetch(url, { headers, signal: leave.signal });
  const since = performance.now();
  const told: Told[] = [];
  let text = '';
  try {
    for await (const piece of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      text += Buffer.from(piece).toString();
      const blocks = text
        .split('\n\n')
        .slice(0, -1)
        .filter((block) => block.startsWith('event: '));
      for (const block of blocks.slice(told.length)) {
        const [, event = '', id = '', data = ''] = /^event: (.*)\nid: (.*)\ndata: (.*)$/.exec(block) ?? [];
        told.push({ event, id, scan: JSON.parse(data) as ScanAnswer, at: performance.now() - since });
      }
      if (enough(told)) break;
    }
  } finally {
    leave.abort();
  }
  return { status: response.status, headers: response.headers, told, text };
}

describe('the events of a scan', () => {
  let installation: Installation;
  let apis: ProductProcess[];
  beforeAll(async () => {
    installation = await Installation.make({ environment: { API_KEYS: 'ann:key-of-ann' } });
    for (let count = 0; count < 300; count += 1) installation.write(`incoming/${count}.txt`, String(count));
    installation.write('second/a.txt', 'a');
    await installation.start();
    apis = [installation.apiProcess, await installation.startApi({ SCAN_THREADS: '0' })];
  });
  afterAll(() => installation.close());
  const key = { 'x-api-key': 'key-of-ann' };
  const api = () => installation.clientOf(installation.apiProcess, key);
  const eventsOf = (id: string, url = api().url) => `${url}/v1/scans/${id}/events`;
  const begin = async (directory: string): Promise<string> => {
    const { status, body } = await api().post<ScanAnswer>('/v1/scans', { directory, profile: 'any-file' });
    expect(status).toBe(202);
    return body.id;
  };

  it('are told by every process while files move, to the end, which is the scan as it then stands', async () => {
    const id = await begin('incoming');
    const [first, second] = apis.map((one) => installation.clientOf(one, key).url);
    // Nobody places yet: the state is told all the same.
    const waiting = await listen(eventsOf(id, first), key, (told) => told.length >= 4);
    const [one, , , four] = waiting.told;
    expect((four?.at ?? Infinity) - (one?.at ?? 0)).toBeLessThan(3_000);
    const both = [listen(eventsOf(id, first), key), listen(eventsOf(id, second), key)];
    await installation.startSubscriber();
    for (const { status, told } of await Promise.all(both)) {
      expect(status).toBe(200);
      expect(told.slice(0, -1).every(({ event }) => event === 'progress')).toBe(true);
      expect(told.at(-1)).toMatchObject({ event: 'finished', scan: { state: 'completed', counts: { accepted: 300 } } });
      const { body } = await api().get<ScanAnswer>(`/v1/scans/${id}`);
      // What comes after its end may have been done before it was told, or since, or neither.
      expect({ ...body, epilogue: null }).toEqual({ ...told.at(-1)?.scan, epilogue: null });
    }
  });

  it('pass proxies as they are written', async () => {
    const id = (await api().get<{ items: ScanAnswer[] }>('/v1/scans')).body.items[0]?.id ?? '';
    const { headers, text } = await listen(eventsOf(id), key);
    expect(headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(headers.get('cache-control')).toContain('no-cache');
    expect(headers.get('x-accel-buffering')).toBe('no');
    expect(text).toMatch(/^retry: \d+\n\n/);
  });

  it('tell a client that comes again the present state at once; 204 where it knows the end', async () => {
    const id = (await api().get<{ items: ScanAnswer[] }>('/v1/scans')).body.items[0]?.id ?? '';
    const again = await listen(eventsOf(id), { ...key, 'last-event-id': 'moving-300-300-0-0-0-0-0-0' });
    expect(again.told.map(({ event }) => event)).toEqual(['finished']);
    const known = await listen(eventsOf(id), { ...key, 'last-event-id': again.told[0]?.id ?? '' });
    expect([known.status, known.text]).toEqual([204, '']);
  });

  it('need a key, and a scan', async () => {
    const id = '0198c6a1-7f3e-7c44-9d15-0f6c5f8f2a11';
    expect((await listen(eventsOf(id))).status).toBe(401);
    const { status, body } = await api().get<ProblemAnswer>(`/v1/scans/${id}/events`);
    expect([status, body.code]).toEqual([404, 'no-such-scan']);
  });

  it('end in order when their process does, and go on at another', async () => {
    for (const subscriber of installation.subscribers) await subscriber.stop();
    const id = await begin('second');
    const process = installation.apiProcess;
    const listening = listen(eventsOf(id), key);
    await sleep(700);
    const since = Date.now();
    expect(await process.stop()).toBe(0);
    const { told, text } = await listening;
    expect(Date.now() - since).toBeLessThan(5_000);
    expect(text).toMatch(/retry: \d+\n\n: this process ends; ask again\n\n$/);
    const last = told.at(-1)?.id ?? '';
    const next = await listen(eventsOf(id), { ...key, 'last-event-id': last }, (events) => events.length > 0);
    expect(next.told[0]).toMatchObject({ event: 'progress', scan: { id } });
  });
});
