import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'amqplib';
import { ANY_STORE, BrokerOperator, type FileAnswer, Installation, tree } from '../installation';
import { expectAccounted } from './accounted';
import { photo } from './photos';

jest.setTimeout(120_000);

const NOBODY = '0190c3a1-7c00-7000-8000-00000000dead';
const base64 = (text: string): string => Buffer.from(text, 'latin1').toString('base64');

/**
 * Messages are data: whoever got hold of the application's password, or of a queue, can say nothing by them but the number of a row, and
 * that only in the row's own words.
 */
describe.each(ANY_STORE)('messages that are forged, the ledger in %s,', (store) => {
  let installation: Installation;
  let operator: BrokerOperator;
  let mine: string;
  let other: string;
  let rows: FileAnswer[];
  beforeEach(async () => {
    installation = await Installation.make({ store });
    operator = new BrokerOperator(installation);
    await installation.start();
    for (let index = 0; index < 5; index += 1) {
      installation.write(`in/p${index}.jpg`, await photo({ seed: index }));
      installation.write(`other/q${index}.jpg`, await photo({ seed: `other ${index}` }));
    }
    // What a traversal would reach.
    writeFileSync(join(installation.top, 'outside.jpg'), await photo({ seed: 'outside' }));
    installation.write('beside.jpg', await photo({ seed: 'beside' }));
    mine = await judged('in');
    other = await judged('other');
    rows = await installation.files(mine);
  });
  afterEach(() => installation.close());

  const judged = async (directory: string): Promise<string> => {
    const { id } = await installation.scan({ directory, profile: 'photos' });
    await installation.scanUntil(id, ({ state }) => state === 'moving');
    return id;
  };
  const message = (file: object, over: object = {}): object => ({
    ...{ version: 1, task: 'place', scan: mine, generation: 1 },
    files: [{ seq: 1, ...file }],
    ...over,
  });
  const pathOf = (seq: number): string => rows.find((row) => row.seq === seq)?.path ?? '';
  /** Everything that exists and that is on record, but for the queues. */
  const state = async (): Promise<object> => {
    const files = Object.entries(tree(installation.top)).filter(([path]) => !path.startsWith('home/'));
    const scans = await Promise.all(
      [mine, other].map(async (id) => ({
        scan: (await installation.api.get<Record<string, unknown>>(`/v1/scans/${id}`)).body['counts'],
        rows: await installation.files(id),
      })),
    );
    return { files, scans };
  };
  /** Publishes to the queue of files alone: what it held before is kept for later. */
  const touchesNothing = async (forged: (string | Buffer | object)[]): Promise<string[]> => {
    const waiting = await operator.takeAll('inspection.files.normal');
    expect(waiting).toHaveLength(10);
    const before = await state();
    const subscriber = await installation.startSubscriber({ SWEEP_SECONDS: '600' });
    await operator.publish('files.normal', ...forged);
    await operator.settles('inspection.dead', forged.length);
    await operator.settles('inspection.files.normal', 0);
    expect(await state()).toEqual(before);
    expect(subscriber.alive).toBe(true);
    const letters = await operator.takeAll('inspection.dead');
    // Those that are true do what they always did.
    await operator.publish('files.normal', ...waiting.map(({ content }) => content));
    for (const id of [mine, other]) {
      const { scan } = await expectAccounted(installation, id, installation.tree(id === mine ? 'in' : 'other'));
      expect(scan.counts).toMatchObject({ found: 5, accepted: 5 });
    }
    return letters.map(({ properties }) => String(properties.headers?.['assay-reason']).split(':')[0] ?? '');
  };

  it('about paths that are not the row’s are dead-lettered and touch nothing', async () => {
    const path = pathOf(1);
    const forged = [
      '../../outside.jpg',
      '../beside.jpg',
      '/etc/passwd',
      `${installation.root}/beside.jpg`,
      `./${path}`,
      `x/../${path}`,
      `${path}/`,
      `${path}\0`,
      `${path}\0.txt`,
      `\0`,
      '.',
      '..',
      path.toUpperCase(),
      'p'.repeat(8_192),
      `${path}\n`,
      '\ud800',
    ].map((one) => message({ path: one }));
    const exact = [
      message({ path, pathBytes: base64('../../outside.jpg') }),
      message({ path, pathBytes: base64(`${path}\0`) }),
      message({ path, pathBytes: base64('\xff') }),
      message({ path, pathBytes: '' }),
    ];
    const reasons = await touchesNothing([...forged, ...exact]);
    expect(new Set(reasons)).toEqual(new Set(['unknown']));
  });

  it('about rows that are not theirs are dead-lettered and touch nothing', async () => {
    const reasons = await touchesNothing([
      message({ path: pathOf(2) }),
      message({ seq: 4_000, path: pathOf(1) }),
      message({ seq: Number.MAX_SAFE_INTEGER, path: pathOf(1) }),
      message({ path: pathOf(1) }, { scan: other }),
      message({ path: 'q0.jpg' }),
      message({ path: pathOf(1) }, { scan: NOBODY }),
      message({ path: pathOf(1) }, { generation: 2 }),
      message({ path: pathOf(1) }, { generation: Number.MAX_SAFE_INTEGER }),
    ]);
    expect(new Set(reasons)).toEqual(new Set(['unknown']));
  });

  it('that are no messages at all are dead-lettered and touch nothing', async () => {
    const path = pathOf(1);
    const good = message({ path });
    const deep = `${'['.repeat(30_000)}${']'.repeat(30_000)}`;
    const reasons = await touchesNothing([
      ...['', '{', 'null', '7', '"place"', '[]', '{}', deep],
      Buffer.from([0xff, 0xfe, 0x00]),
      Buffer.alloc(10 << 20, 0x20),
      Buffer.from(`${JSON.stringify(good)}${' '.repeat(10 << 20)}`),
      { ...good, destination: '/etc/passwd' },
      { ...good, version: 2 },
      { ...good, version: '1' },
      { ...good, task: 'walk' },
      { ...good, task: 'remove' },
      { ...good, scan: '../../etc' },
      { ...good, scan: null },
      { ...good, scan: { $ne: null } },
      { ...good, generation: '1' },
      { ...good, generation: -1 },
      { ...good, generation: 1.5 },
      { ...good, files: [] },
      { ...good, files: {} },
      { ...good, files: Array.from({ length: 101 }, () => ({ seq: 1, path })) },
      message({ seq: '1', path }),
      message({ seq: 0, path }),
      message({ seq: -1, path }),
      message({ seq: 1e300, path }),
      message({ seq: [1], path }),
      message({ path: '' }),
      message({ path: 7 }),
      message({ path: ['p0.jpg'] }),
      message({ path: { toString: 'x' } }),
      message({ path: 'p'.repeat(8_193) }),
      message({ path, pathBytes: 'no base64!' }),
      message({ path, outcome: 'accepted' }),
      `{"__proto__":{"version":1},"version":1,"task":"place","scan":"${mine}","generation":1,"files":[{"seq":1,"path":"${path}","__proto__":{}}]}`.replace(
        '"version":1,"task"',
        '"constructor":{},"version":1,"task"',
      ),
      { version: 1, task: 'walk', scan: mine },
    ]);
    expect(new Set(reasons)).toEqual(new Set(['malformed']));
  });

  it('in the queue of scans are dead-lettered too, or do what was to be done anyway', async () => {
    const before = await state();
    const walk = { version: 1, task: 'walk', scan: mine };
    const malformed = [
      '{',
      Buffer.alloc(10 << 20, 0x61),
      { ...walk, scan: '../..' },
      { ...walk, directory: '/etc' },
      { ...walk, task: 'redrive' },
      { version: 1, task: 'redrive', redrive: 'all' },
      { version: 1, task: 'redrive', redrive: NOBODY, scan: mine },
      message({ path: pathOf(1) }),
    ];
    await operator.publish('scans', ...malformed);
    await operator.settles('inspection.dead', malformed.length);
    // A scan that was walked, one that never was, and a redrive that nobody asked for: nothing is to be done.
    await operator.publish('scans', walk, { ...walk, scan: NOBODY }, { version: 1, task: 'redrive', redrive: NOBODY });
    await operator.settles('inspection.scans', 0);
    await installation.apiProcess.says('A scan message was dead-lettered');
    expect(await state()).toEqual(before);
    expect(await operator.depth('inspection.dead')).toBe(malformed.length);
  });

  it('by their headers and properties change nothing of what their file’s row says', async () => {
    const waiting = await operator.takeAll('inspection.files.normal');
    const connection = await connect(installation.vhost.url);
    const channel = await connection.createConfirmChannel();
    const hostile = [
      { 'assay-step': 1e15, 'x-request-id': 'r'.repeat(10_000) },
      { 'assay-step': -1, 'x-request-id': '\r\nX-Injected: 1' },
      { 'assay-step': 'many', 'x-request-id': { a: [1] }, 'assay-reason': 'gone' },
      { 'assay-step': { $gt: 0 }, delay: '1s', 'x-death': 'none' },
      { 'x-delivery-count': 10_000, 'x-first-death-queue': 'inspection.dead' },
    ];
    for (const [index, { content }] of waiting.entries())
      channel.publish('inspection', 'files.high', content, {
        headers: hostile[index % hostile.length],
        ...{
          messageId: '../../x',
          replyTo: 'inspection.files.high',
          contentType: 'text/html',
          type: 'place',
          expiration: '60000',
        },
      });
    await channel.waitForConfirms();
    await connection.close();
    const before = { [mine]: installation.tree('in'), [other]: installation.tree('other') };
    await installation.startSubscriber();
    for (const id of [mine, other]) {
      const { scan } = await expectAccounted(installation, id, before[id] ?? {});
      expect(scan.counts).toMatchObject({ found: 5, accepted: 5 });
    }
    expect(installation.subscribers[0]?.output.split('\n').every((line) => line === '' || line.startsWith('{'))).toBe(
      true,
    );
  });
});
