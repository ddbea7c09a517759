import { appendFileSync, unlinkSync } from 'node:fs';
import { BrokerOperator, Installation, digest } from '../installation';
import { expectAccounted } from './accounted';
import { photo } from './photos';

describe('messages', () => {
  let installation: Installation;
  let operator: BrokerOperator;
  beforeEach(async () => {
    installation = await Installation.make();
    operator = new BrokerOperator(installation);
  });
  afterEach(() => installation.close());

  const publish = (...bodies: (string | Buffer | object)[]): Promise<void> =>
    operator.publish('files.normal', ...bodies);
  const settles = (queue: string, count: number): Promise<void> => operator.settles(queue, count);
  const message = (scan: string, seq: number, path: string): object => ({
    version: 1,
    task: 'place',
    scan,
    generation: 0,
    files: [{ seq, path }],
  });

  it('that do not fit are dead-lettered with the reason, and harm nothing among them', async () => {
    await installation.start();
    for (let index = 0; index < 20; index += 1) installation.write(`in/p${index}.jpg`, await photo({ seed: index }));
    const before = installation.tree('in');
    const { id } = await installation.scan({ directory: 'in', profile: 'photos' });
    await installation.scanUntil(id, ({ state }) => state === 'moving');
    const other = '0190c3a1-7c00-7000-8000-00000000dead';
    await publish(
      '{',
      Buffer.from([0, 255]),
      { version: 1, task: 'place' },
      { ...message(id, 1, 'p0.jpg'), destination: '/etc/passwd' },
      message(id, 1, '../../etc/passwd'),
      message(id, 1, '/etc/passwd'),
      message(id, 4_000, 'p0.jpg'),
      message(other, 1, 'p0.jpg'),
      Buffer.alloc(10 << 20, 0x61),
    );
    await installation.startSubscriber();
    const { scan } = await expectAccounted(installation, id, before);
    expect(scan.counts).toMatchObject({ found: 20, accepted: 20 });
    await settles('inspection.dead', 9);
    await settles('inspection.files.normal', 0);
  });

  it('delivered again after their file was placed change nothing', async () => {
    await installation.start({ subscribers: 2 });
    for (let index = 0; index < 10; index += 1) installation.write(`in/p${index}.jpg`, await photo({ seed: index }));
    const before = installation.tree('in');
    const { id } = await installation.scan({ directory: 'in', profile: 'photos' });
    const { files } = await expectAccounted(installation, id, before);
    const placed = installation.tree();
    // A new file has come under the name of one that was placed.
    installation.write('in/p3.jpg', 'a new delivery');
    await publish(...files.flatMap(({ seq, path }) => [message(id, seq, path), message(id, seq, path)]));
    await settles('inspection.files.normal', 0);
    delete placed['in'];
    expect(installation.tree()).toEqual({ ...placed, 'in/p3.jpg': digest('a new delivery') });
    expect(await installation.files(id)).toEqual(files);
  });

  it('about a file that changed, or went, end as errored and leave what is there', async () => {
    await installation.start();
    for (const name of ['changed', 'gone', 'replaced', 'good'])
      installation.write(`in/${name}.jpg`, await photo({ seed: name }));
    const before = installation.tree('in');
    const { id } = await installation.scan({ directory: 'in', profile: 'photos' });
    await installation.scanUntil(id, ({ state }) => state === 'moving');
    appendFileSync(`${installation.root}/in/changed.jpg`, 'more');
    unlinkSync(`${installation.root}/in/gone.jpg`);
    unlinkSync(`${installation.root}/in/replaced.jpg`);
    installation.write('in/replaced.jpg', 'another file');
    const changed = installation.tree('in');
    await installation.startSubscriber();
    const { rows } = await expectAccounted(installation, id, { ...before, ...changed }, { absent: ['gone.jpg'] });
    expect(Object.fromEntries([...rows].map(([path, { outcome, reason }]) => [path, reason ?? outcome]))).toEqual({
      'changed.jpg': 'changed-since-inspection',
      'gone.jpg': 'gone',
      'replaced.jpg': 'changed-since-inspection',
      'good.jpg': 'accepted',
    });
    await settles('inspection.dead', 3);
  });

  it('that an operator purges are published again by the sweep', async () => {
    await installation.start();
    for (let index = 0; index < 30; index += 1) installation.write(`in/p${index}.jpg`, await photo({ seed: index }));
    const before = installation.tree('in');
    const { id } = await installation.scan({ directory: 'in', profile: 'photos' });
    await installation.scanUntil(id, ({ state }) => state === 'moving');
    await settles('inspection.files.normal', 30);
    await operator.purge('inspection.files.normal');
    await installation.startSubscriber({ SWEEP_SECONDS: '1' });
    const { scan } = await expectAccounted(installation, id, before);
    expect(scan.counts).toMatchObject({ found: 30, accepted: 30 });
  });
});
