import { Installation, type ScanAnswer } from '../installation';

jest.setTimeout(90_000);

const COUNT = 1_300;

let installation: Installation;
beforeEach(async () => {
  installation = await Installation.make();
  for (let n = 0; n < COUNT; n += 1) installation.write(`incoming/${n % 13}/${n}.txt`, String(n));
});
afterEach(() => installation.close());

const cancel = (id: string) => installation.api.post<ScanAnswer>(`/v1/scans/${id}/cancel`);

it('a scan that nobody has taken up ends at once, and may be cancelled again', async () => {
  await installation.start({ environment: { SCAN_THREADS: '0' } });
  const { id } = await installation.scan({ directory: 'incoming', profile: 'any-file' });
  expect(await cancel(id)).toMatchObject({ status: 202, body: { id } });
  expect(await installation.finished(id)).toMatchObject({ state: 'cancelled', counts: { found: 0 }, balanced: true });
  expect(await cancel(id)).toMatchObject({ status: 202, body: { state: 'cancelled' } });
});

it('files that wait are left untouched, each with the reason', async () => {
  const before = installation.tree('incoming');
  await installation.start();
  const { id } = await installation.scan({ directory: 'incoming', profile: 'any-file' });
  await installation.scanUntil(id, ({ state }) => state === 'moving');
  expect((await cancel(id)).status).toBe(202);
  expect(await installation.finished(id)).toMatchObject({
    state: 'cancelled',
    balanced: true,
    counts: { found: COUNT, left: COUNT, pending: 0 },
  });
  expect(new Set((await installation.files(id)).map(({ reason }) => reason))).toEqual(new Set(['cancelled']));
  expect(installation.tree('incoming')).toEqual(before);
});

it('in the middle, files already placed stay placed and recorded, and the rest untouched', async () => {
  await installation.start({ subscribers: 1, environment: { SUBSCRIBE_BATCH: '2', SUBSCRIBE_PREFETCH: '4' } });
  const { id } = await installation.scan({ directory: 'incoming', profile: 'any-file' });
  await installation.scanUntil(id, ({ counts }) => counts.accepted > 0);
  await cancel(id);
  const { counts, state, balanced } = await installation.finished(id);
  expect([state, balanced]).toEqual(['cancelled', true]);
  const placed = Object.keys(installation.tree('accepted'));
  const untouched = Object.entries(installation.tree('incoming')).filter(([, kind]) => kind !== 'folder');
  expect([placed.length, untouched.length]).toEqual([counts.accepted, COUNT - counts.accepted]);
  // What the walk had not met yet is in no count.
  expect(counts.accepted + counts.left).toBe(counts.found);
  const rows = await installation.files(id);
  const accepted = rows.filter(({ outcome }) => outcome === 'accepted').map(({ path }) => path);
  expect(accepted.sort()).toEqual(placed.sort());
});

it('the same directory can be scanned again afterwards', async () => {
  await installation.start({ subscribers: 1 });
  const first = await installation.scan({ directory: 'incoming', profile: 'any-file' });
  await cancel(first.id);
  const { counts } = await installation.finished(first.id);
  const second = await installation.scan({ directory: 'incoming', profile: 'any-file' });
  expect((await installation.finished(second.id)).counts.accepted).toBe(COUNT - counts.accepted);
});
