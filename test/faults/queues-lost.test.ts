import { type ConfirmChannel, connect } from 'amqplib';
import { setTimeout as sleep } from 'node:timers/promises';
import { Installation, stopAt } from '../installation';
import { expectAccounted } from '../product/accounted';

jest.setTimeout(240_000);

const PRIORITIES = ['high', 'normal', 'low'] as const;
const RUNGS = ['1s', '5s', '30s', '2m'];
const FILES = 16;
const ON_EACH_RUNG = 3;

describe('messages', () => {
  let installation: Installation;
  beforeEach(async () => {
    installation = await Installation.make({ environment: { SWEEP_SECONDS: '1', MAX_ATTEMPTS: '3' } });
    await installation.start();
  });
  afterEach(() => installation.close());

  const deliver = async (name: string, files: number, priority: string = 'normal') => {
    for (let index = 0; index < files; index += 1) installation.write(`${name}/f${index}`, `${name} ${index}`);
    const before = installation.tree(name);
    const { id } = await installation.scan({ directory: name, profile: 'any-file', priority });
    return { id, before, files };
  };
  const untilMoving = (id: string) => installation.scanUntil(id, ({ state }) => state === 'moving');
  const asOperator = async (act: (channel: ConfirmChannel) => Promise<void>): Promise<void> => {
    const connection = await connect(installation.vhost.operatorUrl);
    const channel = await connection.createConfirmChannel();
    await act(channel);
    await connection.close();
  };
  /** As subscribers do whose files can't be placed just now. */
  const putOnLadder = (channel: ConfirmChannel) => async (delay: string) => {
    for (let count = 0; count < ON_EACH_RUNG; count += 1) {
      const message = await channel.get('inspection.files.normal', { noAck: true });
      if (message === false) throw new Error('There is no message to put on the ladder');
      const { routingKey } = message.fields;
      channel.publish('inspection.retry', routingKey, message.content, { persistent: true, headers: { delay } });
    }
    await channel.waitForConfirms();
  };

  it.each([
    { how: 'purges', path: '/contents' },
    { how: 'deletes', path: '' },
  ])('of every queue that an operator $how come again, and every scan ends', async ({ path }) => {
    const delivered = [];
    for (const priority of PRIORITIES) delivered.push(await deliver(priority, FILES, priority));
    for (const { id } of delivered) await untilMoving(id);
    // One that no walker takes: its message stays where it is.
    await installation.apiProcess.stop();
    await installation.startApi({ SCAN_THREADS: '0' });
    delivered.push(await deliver('not walked', FILES));
    await asOperator(async (channel) => {
      const put = putOnLadder(channel);
      for (const rung of RUNGS.slice(1)) await put(rung);
      // Last, since what waits there is soon back.
      await put('1s');
      const { vhost } = installation;
      for (const queue of [
        'scans',
        ...PRIORITIES.map((priority) => `files.${priority}`),
        ...RUNGS.map((rung) => `retry.${rung}`).reverse(),
      ])
        await vhost.manage('DELETE', `queues/${vhost.name}/inspection.${queue}${path}`);
    });
    await installation.startApi();
    await installation.startSubscriber();
    for (const { id } of delivered) await installation.finished(id, 120_000);
    for (const { id, before, files } of delivered) {
      const { scan } = await expectAccounted(installation, id, before);
      expect(scan.counts).toMatchObject({ found: files, accepted: files });
    }
  });

  it('that RabbitMQ gives up for having come back too often are published again, and their files placed', async () => {
    const { id, before } = await deliver('returned', 3);
    await untilMoving(id);
    await asOperator(async (channel) => {
      await channel.consume('inspection.files.normal', (message) => {
        if (message) channel.nack(message, false, true);
      });
      for (let left = 3; left < 6; await sleep(50))
        left = 3 + (await channel.checkQueue('inspection.dead')).messageCount;
    });
    await installation.startSubscriber();
    const { scan } = await expectAccounted(installation, id, before);
    expect(scan.counts).toMatchObject({ found: 3, accepted: 3 });
  });

  it('that kill whoever takes them end as errored when their attempts are used up, and their files are where they were', async () => {
    const { id, before } = await deliver('deadly', 2);
    await untilMoving(id);
    let deaths = 0;
    for (let state = 'moving'; state === 'moving';) {
      const victim = installation.spawn('subscriber', {
        activeInspectionSubscribe: 'true',
        ...stopAt('staged', 'SIGKILL', { always: true }),
      });
      const finished = installation.finished(id, 30_000).catch(() => null);
      if ((await Promise.race([victim.ended, finished])) === 'SIGKILL') deaths += 1;
      ({ state } = (await installation.api.get<{ state: string }>(`/v1/scans/${id}`)).body);
    }
    expect(deaths).toBeGreaterThanOrEqual(3);
    // What the last one staged is put back by the next sweep.
    for (let names = 1; names > 0; await sleep(50))
      names = Object.keys(installation.tree('deadly')).filter((name) => name.startsWith('.assay-')).length;
    const { rows } = await expectAccounted(installation, id, before);
    expect([...rows.values()].map(({ outcome, reason }) => `${outcome}: ${reason}`)).toEqual([
      'errored: attempts-used-up: 3 attempts',
      'errored: attempts-used-up: 3 attempts',
    ]);
  });
});
