import { appendFileSync, copyFileSync, mkdirSync, renameSync, rmSync, statSync, unlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BrokerOperator, BrokerProxy, Installation, STORES, digest } from '../installation';
import { expectAccounted } from './accounted';
import { photo } from './photos';

jest.setTimeout(180_000);

interface Letter {
  scan: string;
  seq: number;
  path: string;
  reason: string;
  generation: number;
  redriving: boolean;
}
interface LetterPage {
  items: Letter[];
  reasons: { reason: string; count: number }[];
  nextCursor: string | null;
}
interface Redrive {
  id: string;
  deadLetters: number;
  redriven: number;
  endedAt: string | null;
}

/** Quiet for long enough to be read at once. */
const LONG_AGO = new Date('2024-01-01T00:00:00Z');

describe.each(STORES)('dead letters, the ledger in %s,', (store) => {
  let installation: Installation;
  let operator: BrokerOperator;
  const at = (path: string): string => join(installation.root, path);
  const write = (path: string, content: string | Buffer): void => {
    utimesSync(installation.write(path, content), LONG_AGO, LONG_AGO);
  };
  beforeEach(async () => {
    installation = await Installation.make({ store, environment: { SWEEP_SECONDS: '2', MAX_ATTEMPTS: '3' } });
    operator = new BrokerOperator(installation);
  });
  afterEach(() => installation.close());

  const letters = async (query = ''): Promise<LetterPage> =>
    (await installation.api.get<LetterPage>(`/v1/dead-letters${query}`)).body;
  const redrive = async (body: object = {}): Promise<Redrive> => {
    const answer = await installation.api.post<Redrive>('/v1/dead-letters/redrive', body);
    expect(answer.status).toBe(202);
    return answer.body;
  };
  const redrives = async (): Promise<Redrive[]> =>
    (await installation.api.get<{ items: Redrive[] }>('/v1/dead-letters/redrives')).body.items;
  /** Resolves once every redrive has ended and none of its letters is on its way. */
  const redriven = async (): Promise<void> => {
    for (const deadline = Date.now() + 90_000; ; await sleep(100)) {
      const page = await letters('?limit=1000');
      if ((await redrives()).every(({ endedAt }) => endedAt !== null) && page.items.every((one) => !one.redriving))
        return;
      if (Date.now() > deadline) throw new Error(`Not all came to an end: ${JSON.stringify(page)}`);
    }
  };
  /** Files judged and published, and no subscriber yet. */
  const judged = async (): Promise<string> => {
    const { id } = await installation.scan({ directory: 'in', profile: 'photos' });
    await installation.scanUntil(id, ({ state }) => state === 'moving');
    return id;
  };
  /** Many files, all changed between judgement and move: each is a dead letter. */
  const manyErrored = async (count: number): Promise<string> => {
    await installation.start();
    for (let index = 0; index < count; index += 1) write(`in/${index % 5}/p${index}.jpg`, await photo({ seed: index }));
    const id = await judged();
    for (let index = 0; index < count; index += 1)
      write(`in/${index % 5}/p${index}.jpg`, await photo({ seed: `new ${index}` }));
    await installation.startSubscriber();
    await installation.finished(id, 120_000);
    return id;
  };

  it('of every kind are sent again once their cause is mended, and take their normal way', async () => {
    await installation.start();
    const names = ['changed', 'spoiled', 'gone', 'went-and-came', 'copied-back', 'exhausted', 'never', 'good'];
    for (const name of names) write(`in/${name}.jpg`, await photo({ seed: name }));
    write('in/blocked/photo.jpg', await photo({ seed: 'blocked' }));
    const id = await judged();
    const ledger = await installation.ledger();
    const rows = await ledger.files(id, { after: 0, limit: 20 });
    const exhausted = rows.find(({ path }) => path === 'exhausted.jpg')?.seq ?? 0;
    // As many subscribers have died of it as may.
    const assignment = { scan: id, seq: exhausted, generation: 1, path: 'exhausted.jpg' };
    for (let attempt = 1; attempt <= 3; attempt += 1) await ledger.claim('dead', [assignment], 3);
    write('in/changed.jpg', await photo({ seed: 'delivered again' }));
    appendFileSync(at('in/spoiled.jpg'), 'not yet');
    unlinkSync(at('in/gone.jpg'));
    unlinkSync(at('in/never.jpg'));
    mkdirSync(at('elsewhere'));
    renameSync(at('in/went-and-came.jpg'), at('elsewhere/a.jpg'));
    renameSync(at('in/copied-back.jpg'), at('elsewhere/b.jpg'));
    installation.write('accepted/blocked', 'a file where a folder is to be');
    await installation.startSubscriber();
    const before = await installation.finished(id, 90_000);
    expect(before.counts).toMatchObject({ found: 9, accepted: 1, errored: 8 });

    const page = await letters(`?scan=${id}`);
    expect(Object.fromEntries(page.items.map(({ path, reason }) => [path, reason.split(':')[0]]))).toEqual({
      'changed.jpg': 'changed-since-inspection',
      'spoiled.jpg': 'changed-since-inspection',
      'gone.jpg': 'gone',
      'never.jpg': 'gone',
      'went-and-came.jpg': 'gone',
      'copied-back.jpg': 'gone',
      'exhausted.jpg': 'attempts-used-up',
      'blocked/photo.jpg': 'unplaceable',
    });
    expect(page.reasons).toEqual([
      { reason: 'gone', count: 4 },
      { reason: 'changed-since-inspection', count: 2 },
      { reason: 'attempts-used-up', count: 1 },
      { reason: 'unplaceable', count: 1 },
    ]);

    // What was delivered anew is judged anew: one of them is no photo any more.
    write('in/spoiled.jpg', 'this is a text, and far too small');
    write('in/gone.jpg', await photo({ seed: 'back with other contents' }));
    renameSync(at('elsewhere/a.jpg'), at('in/went-and-came.jpg'));
    copyFileSync(at('elsewhere/b.jpg'), at('in/copied-back.jpg'));
    rmSync(at('accepted/blocked'));
    const tree = installation.tree('in');
    expect(await redrive({ scan: id })).toMatchObject({ deadLetters: 8, requestedBy: null });
    await redriven();
    const { scan, rows: after } = await expectAccounted(installation, id, tree, { absent: ['never.jpg'] });
    expect(scan).toMatchObject({ state: 'completed', finishedAt: before.finishedAt });
    expect(Object.fromEntries([...after].map(([path, { outcome, reason }]) => [path, reason ?? outcome]))).toEqual({
      'good.jpg': 'accepted',
      'changed.jpg': 'accepted',
      'spoiled.jpg': 'quarantined',
      'gone.jpg': 'accepted',
      'never.jpg': 'gone',
      'went-and-came.jpg': 'accepted',
      'copied-back.jpg': 'accepted',
      'exhausted.jpg': 'accepted',
      'blocked/photo.jpg': 'accepted',
    });
    expect(after.get('spoiled.jpg')?.findings.map(({ code }) => code)).toContain('media-type-not-allowed');
    expect(after.get('changed.jpg')).toMatchObject({ size: statSync(at('accepted/changed.jpg')).size });
    expect((await letters()).items).toMatchObject([{ path: 'never.jpg', generation: 2, redriving: false }]);
    expect(await redrives()).toMatchObject([{ deadLetters: 8, redriven: 8 }]);
  });

  it('that are asked for several times at once, by reason and altogether, move once', async () => {
    const id = await manyErrored(300);
    const before = installation.tree('in');
    const asked = [
      {},
      { scan: id },
      { reason: 'changed-since-inspection' },
      { scan: id, reason: 'changed-since-inspection' },
      {},
    ];
    await Promise.all(asked.map((body) => redrive(body)));
    await redrive();
    await redriven();
    const { scan } = await expectAccounted(installation, id, before);
    expect(scan.counts).toMatchObject({ found: 300, accepted: 300, errored: 0 });
    expect((await redrives()).reduce((sum, one) => sum + one.redriven, 0)).toBe(300);
    await operator.settles('inspection.files.normal', 0);
  });

  it('end, each once, though subscribers and the API are killed meanwhile', async () => {
    const id = await manyErrored(1_500);
    const before = installation.tree('in');
    await installation.startSubscriber();
    await redrive({ scan: id });
    for (let round = 0; round < 4; round += 1) {
      await sleep(150 + 100 * round);
      const victims = round === 2 ? [installation.apiProcess] : installation.subscribers.slice(0, 1);
      for (const victim of victims) {
        await victim.kill();
        await (victim.program === 'api' ? installation.startApi() : installation.startSubscriber());
      }
      const { counts } = (await installation.api.get<{ counts: Record<string, number> }>(`/v1/scans/${id}`)).body;
      const { found, ...others } = counts;
      expect(Object.values(others).reduce((sum, count) => sum + count, 0)).toBe(found);
    }
    await redriven();
    const { scan, files } = await expectAccounted(installation, id, before);
    expect(scan.counts).toMatchObject({ found: 1_500, accepted: 1_500 });
    expect(files).toHaveLength(1_500);
  });

  it('that a person replays from inspection.dead do nothing, before they are redriven and after', async () => {
    const id = await manyErrored(20);
    await operator.settles('inspection.dead', 20);
    const evidence = (await operator.takeAll('inspection.dead')).map(({ content }) => content);
    const before = installation.tree();
    const rows = await installation.files(id);
    await operator.publish('files.normal', ...evidence);
    await operator.settles('inspection.files.normal', 0);
    await sleep(500);
    expect(installation.tree()).toEqual(before);
    expect(await installation.files(id)).toEqual(rows);

    await redrive();
    await redriven();
    const { files } = await expectAccounted(installation, id, installation.tree('accepted'));
    // New files have come under the names of those that were placed.
    for (let index = 0; index < 20; index += 1) write(`in/${index % 5}/p${index}.jpg`, `a new delivery ${index}`);
    const placed = installation.tree();
    await operator.publish('files.normal', ...evidence, ...evidence);
    await operator.settles('inspection.files.normal', 0);
    await sleep(500);
    expect(installation.tree()).toEqual(placed);
    expect(placed['in/3/p3.jpg']).toBe(digest('a new delivery 3'));
    expect(await installation.files(id)).toEqual(files);
    expect(await operator.depth('inspection.dead')).toBe(0);
  });

  it('whose redrive lost its message, to a purge or a broker that was away, are sent again by the sweep', async () => {
    const id = await manyErrored(10);
    const before = installation.tree('in');
    await installation.apiProcess.stop();
    const proxy = await BrokerProxy.before(installation.vhost.url);
    try {
      await installation.startApi({ SCAN_THREADS: '0', AMQP_URL: proxy.url });
      await redrive({ reason: 'never' });
      await operator.settles('inspection.scans', 1);
      await operator.purge('inspection.scans');
      await proxy.cut();
      await redrive({ scan: id });
    } finally {
      await proxy.close();
    }
    await installation.startApi();
    await redriven();
    const { scan } = await expectAccounted(installation, id, before);
    expect(scan.counts).toMatchObject({ accepted: 10, errored: 0 });
  });

  it('of a scan that goes on are sent again while it does, and a cancel leaves them', async () => {
    await installation.start();
    for (let index = 0; index < 40; index += 1) write(`in/p${index}.jpg`, await photo({ seed: index }));
    const id = await judged();
    const ledger = await installation.ledger();
    const [first] = await ledger.files(id, { after: 0, limit: 1 });
    if (!first) throw new Error('It has rows');
    write(`in/${first.path}`, await photo({ seed: 'new' }));
    const [claim] = await ledger.claim('h', [{ scan: id, seq: 1, generation: 1, path: first.path }], 3);
    if (claim?.kind !== 'claimed') throw new Error('It is open');
    await ledger.end([{ ...claim.file, outcome: 'errored', reason: 'changed-since-inspection', resolved: true }]);
    const tree = installation.tree('in');
    await redrive({ scan: id });
    await operator.settles('inspection.files.normal', 41);
    expect((await letters()).items).toMatchObject([{ seq: 1, redriving: true }]);
    const cancelled = await installation.api.post(`/v1/scans/${id}/cancel`);
    expect(cancelled.status).toBe(202);
    const { scan, files } = await expectAccounted(installation, id, tree, { state: 'cancelled' });
    expect(scan.counts).toMatchObject({ found: 40, left: 40 });
    expect(files.every(({ reason }) => reason === 'cancelled')).toBe(true);
    const refused = await installation.api.post<{ code: string }>('/v1/dead-letters/redrive', { scan: id });
    expect([refused.status, refused.body.code]).toEqual([409, 'scan-cancelled']);
    await installation.startSubscriber();
    await operator.settles('inspection.files.normal', 0);
    expect(installation.tree('in')).toEqual(tree);
  });
});
