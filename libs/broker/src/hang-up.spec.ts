import { Logger } from '@nestjs/common';
import { once } from 'node:events';
import type { Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Vhost } from '../../../test/broker/vhost';
import { consume, farewell, losesTheNetworkAt } from '../../../test/broker/fatal-words';
import { Broker } from './broker';
import { declareTopology } from './declare-topology';
import { dial, hangUp, openChannel } from './dial';
import { BrokerUnavailable } from './errors';
import { QueueObserver } from './queue-observer';
import { QUEUES, SCANS_QUEUE } from './topology';

Logger.overrideLogger(false);

describe('a connection that is lost while somebody waits for its end', () => {
  const DEADLINE_S = 15;
  let vhost: Vhost;
  let server: Server;
  beforeEach(async () => {
    vhost = await Vhost.make();
  });
  afterEach(async () => {
    server.close();
    await vhost.remove();
  });

  async function inTime<T>(promise: Promise<T>): Promise<T> {
    const late = sleep(DEADLINE_S * 1000, undefined, { ref: false }).then(() => {
      throw new Error(`Not settled within ${DEADLINE_S} s`);
    });
    return Promise.race([promise, late]);
  }

  async function consumersOf(queue: string): Promise<number> {
    const connection = await dial(vhost.operatorUrl, 'spec');
    const { consumerCount } = await (await openChannel(connection)).checkQueue(queue);
    await hangUp(connection);
    return consumerCount;
  }

  it('the topology is declared all the same', async () => {
    const proxy = await losesTheNetworkAt(vhost.operatorUrl, farewell);
    ({ server } = proxy);
    await inTime(declareTopology(proxy.url));
    const queues = (await vhost.manage('GET', `queues/${vhost.name}`)) as unknown[];
    expect(queues).toHaveLength(QUEUES.length);
  });

  it('who looked at queues is told that it could not, and may look again', async () => {
    const proxy = await losesTheNetworkAt(vhost.operatorUrl, farewell);
    ({ server } = proxy);
    const observer = new QueueObserver(proxy.url, 'spec');
    await expect(inTime(observer.readyCounts([SCANS_QUEUE]))).rejects.toThrow(BrokerUnavailable);
    await declareTopology(vhost.operatorUrl);
    expect(await inTime(observer.readyCounts([SCANS_QUEUE]))).toEqual(new Map([[SCANS_QUEUE, 0]]));
    await inTime(observer.close());
  });

  it('who looks again after the connection was lost in between sees it at once', async () => {
    const proxy = await losesTheNetworkAt(vhost.operatorUrl, () => false);
    ({ server } = proxy);
    await declareTopology(vhost.operatorUrl);
    const observer = new QueueObserver(proxy.url, 'spec');
    await observer.readyCounts([SCANS_QUEUE]);
    for (let closed = 0; closed === 0; await sleep(100)) closed = await vhost.closeConnections();
    expect(await inTime(observer.readyCounts([SCANS_QUEUE]))).toEqual(new Map([[SCANS_QUEUE, 0]]));
    await inTime(observer.close());
  });

  it('a look at a queue that is gone leaves no connection behind', async () => {
    const proxy = await losesTheNetworkAt(vhost.operatorUrl, () => false);
    ({ server } = proxy);
    const observer = new QueueObserver(proxy.url, 'spec');
    for (let times = 0; times < 3; times += 1)
      await expect(observer.readyCounts([SCANS_QUEUE])).rejects.toThrow(BrokerUnavailable);
    await observer.close();
    server.close();
    await inTime(once(server, 'close'));
  });

  it('who subscribes while the network is lost has one consumer afterwards, and none when it is closed', async () => {
    await declareTopology(vhost.operatorUrl);
    const proxy = await losesTheNetworkAt(vhost.operatorUrl, consume, 12);
    ({ server } = proxy);
    const broker = new Broker({
      url: proxy.url,
      name: 'spec',
      publishMilliseconds: 5_000,
      window: 10,
      logger: new Logger(),
    });
    broker.start();
    await broker.ready(10_000);
    const options = { name: 'spec', queue: SCANS_QUEUE, batch: 1, patience: 1 };
    const heard = { onDeliveries: () => Promise.resolve(), onReturned: () => undefined };
    const subscribe = () => broker.subscribe([{ prefetch: 1, options: { ...options, ...heard } }]);
    await expect(subscribe()).rejects.toThrow(BrokerUnavailable);
    const [subscription] = await subscribe();
    expect(subscription?.live).toBe(true);
    // What was begun in vain would be there again by now.
    await sleep(2_000);
    expect(await consumersOf(SCANS_QUEUE)).toBe(1);
    await broker.close(1_000);
    await sleep(1_000);
    expect(await consumersOf(SCANS_QUEUE)).toBe(0);
  });
});
