import { Installation, STORES, stopAt, type ScanAnswer } from '../installation';
import { expectAccounted } from './accounted';
import { photo } from './photos';

describe.each(STORES)('a cancel in the middle, its ledger in %s,', (store) => {
  let installation: Installation;
  beforeEach(async () => {
    installation = await Installation.make({ store });
  });
  afterEach(() => installation.close());

  it('leaves the rest untouched, and what was placed placed and recorded', async () => {
    await installation.start();
    // It dies once the ends of its first batch are recorded; of the next one it may hold some.
    const victim = await installation.startSubscriber({
      SUBSCRIBE_BATCH: '10',
      SUBSCRIBE_PREFETCH: '20',
      ...stopAt('ended', 'SIGKILL'),
    });
    for (let index = 0; index < 200; index += 1) installation.write(`in/p${index}.jpg`, await photo({ seed: index }));
    const before = installation.tree('in');
    const { id } = await installation.scan({ directory: 'in', profile: 'photos' });
    expect(await victim.ended).toBe('SIGKILL');
    const answer = await installation.api.post<ScanAnswer>(`/v1/scans/${id}/cancel`);
    expect(answer.status).toBe(202);
    await installation.startSubscriber();
    const { scan, files } = await expectAccounted(installation, id, before, { state: 'cancelled' });
    expect(scan.counts.accepted).toBeGreaterThan(0);
    expect(scan.counts.left).toBeGreaterThan(0);
    expect(scan.counts).toMatchObject({ pending: 0, errored: 0 });
    for (const { outcome, reason } of files) if (outcome === 'left') expect(reason).toBe('cancelled');
  });

  it('of a scan that nobody places ends every row at once', async () => {
    await installation.start();
    for (let index = 0; index < 50; index += 1) installation.write(`in/p${index}.jpg`, await photo({ seed: index }));
    const before = installation.tree('in');
    const { id } = await installation.scan({ directory: 'in', profile: 'photos' });
    await installation.scanUntil(id, ({ state }) => state === 'moving');
    await installation.api.post(`/v1/scans/${id}/cancel`);
    const { scan } = await expectAccounted(installation, id, before, { state: 'cancelled' });
    expect(scan.counts).toMatchObject({ found: 50, left: 50 });
    // Its messages do nothing, whenever they are taken.
    await installation.startSubscriber();
    await new Promise((later) => setTimeout(later, 1_500));
    expect(installation.tree('in')).toEqual(before);
  });
});
