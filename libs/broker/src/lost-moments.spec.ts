import { Logger } from '@nestjs/common';
import type { Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { farewell, losesTheNetworkAt } from '../../../test/broker/fatal-words';
import { Vhost } from '../../../test/broker/vhost';
import { BrokerProxy } from '../../../test/installation/broker-proxy';
import { Broker } from './broker';
import { declareTopology } from './declare-topology';
import { dial, hangUp, openChannel } from './dial';
import { BrokerUnavailable, TopologyMismatch } from './errors';
import { place, walk } from './messages';
import { placeOutgoing, walkOutgoing } from './publisher';
import type { Delivery } from './subscription';
import { DEAD_QUEUE, EXCHANGE, SCANS_QUEUE, filesQueue } from './topology';

Logger.overrideLogger(false);

const SCAN = '0190c3a1-7c00-7000-8000-000000000001';
const QUEUE = filesQueue('normal');

describe('when the network is lost at the worst moment', () => {
  let vhost: Vhost;
  let proxy: BrokerProxy | null = null;
  let server: Server | null = null;
  const opened: Broker[] = [];
  beforeEach(async () => {
    vhost = await Vhost.make();
    await declareTopology(vhost.operatorUrl);
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((each) => each.close(1_000)));
    await proxy?.close();
    server?.close();
    await vhost.remove();
  });

  async function open(url: string, { publishMilliseconds = 5_000, window = 100 } = {}): Promise<Broker> {
    const broker = new Broker({ url, name: 'spec', publishMilliseconds, window, logger: new Logger() });
    opened.push(broker);
    broker.start();
    await broker.ready(10_000);
    return broker;
  }
  const message = (seq: number) => placeOutgoing(place(SCAN, 0, [{ seq, path: `f${seq}.jpg` }]), 'normal', null);
  const subscribe = (broker: Broker, queue: string, onDeliveries: (deliveries: Delivery[]) => Promise<void>) =>
    broker.subscribe([
      {
        prefetch: 2,
        options: { name: 'spec', queue, batch: 1, patience: 1, onDeliveries, onReturned: () => undefined },
      },
    ]);
  async function countsOf(queue: string): Promise<{ messages: number; consumers: number }> {
    const connection = await dial(vhost.operatorUrl, 'spec looks');
    const { messageCount, consumerCount } = await (await openChannel(connection)).checkQueue(queue);
    await hangUp(connection);
    return { messages: messageCount, consumers: consumerCount };
  }
  async function until(holds: () => boolean | Promise<boolean>, seconds = 20): Promise<void> {
    for (const deadline = Date.now() + seconds * 1000; !(await holds()); await sleep(50))
      if (Date.now() > deadline) throw new Error(`Not so within ${seconds} s: ${holds.toString()}`);
  }

  it('what stands behind a message that was confirmed out of turn is sent again too', async () => {
    proxy = await BrokerProxy.before(vhost.operatorUrl);
    const window = 400;
    const broker = await open(proxy.url, { window });
    // Messages that no queue takes are confirmed at once, those between them when the queue's log has them.
    proxy.cutAfterFirst(Buffer.from([0, 60, 0, 80]));
    const nowhere = { exchange: EXCHANGE.work, key: 'nowhere', body: walk(SCAN), headers: {} };
    const all = Array.from({ length: window }, (_, index) => (index % 2 === 0 ? message(index + 1) : nowhere));
    await expect(broker.publisher.publishAll(all)).rejects.toThrow(TopologyMismatch);
    // None counts as under way any more: there is room for the whole window.
    await broker.publisher.publishAll(Array.from({ length: window }, (_, index) => message(1_000 + index)));
    expect((await countsOf(QUEUE)).messages).toBeGreaterThanOrEqual(window / 2 + window);
  });

  it('a message that is published while everything closes is refused, and closing ends in time', async () => {
    proxy = await BrokerProxy.before(vhost.operatorUrl);
    const broker = await open(proxy.url, { publishMilliseconds: 300 });
    proxy.stall();
    const since = Date.now();
    const closed = broker.close(500);
    await sleep(100);
    await expect(broker.publisher.publish(walkOutgoing(walk(SCAN), null))).rejects.toThrow(BrokerUnavailable);
    await closed;
    expect(Date.now() - since).toBeLessThan(6_000);
  });

  it('a subscriber that is closed while nothing comes through ends in time', async () => {
    proxy = await BrokerProxy.before(vhost.operatorUrl);
    const broker = await open(proxy.url);
    await subscribe(broker, QUEUE, () => Promise.resolve());
    proxy.stall();
    const since = Date.now();
    await broker.close(500);
    expect(Date.now() - since).toBeLessThan(6_000);
  });

  it('a subscriber whose queue was deleted has one consumer again, though its connection is lost while it is renewed', async () => {
    const fatal = await losesTheNetworkAt(vhost.operatorUrl, farewell);
    ({ server } = fatal);
    const broker = await open(fatal.url);
    const [subscription] = await subscribe(broker, SCANS_QUEUE, () => Promise.resolve());
    await vhost.deleteQueue(SCANS_QUEUE);
    await until(() => subscription?.live === false);
    await until(() => subscription?.live === true, 30);
    expect((await countsOf(SCANS_QUEUE)).consumers).toBe(1);
  });

  it('a queue that is gone when somebody subscribes is brought back', async () => {
    const broker = await open(vhost.operatorUrl);
    await vhost.deleteQueue(SCANS_QUEUE);
    await expect(subscribe(broker, SCANS_QUEUE, () => Promise.resolve())).rejects.toThrow(BrokerUnavailable);
    await subscribe(broker, SCANS_QUEUE, () => Promise.resolve());
    expect((await countsOf(SCANS_QUEUE)).consumers).toBe(1);
  });

  it('messages that come to a subscriber which is stopping are no poison', async () => {
    const broker = await open(vhost.operatorUrl);
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let deliveries = 0;
    await subscribe(broker, QUEUE, async () => {
      deliveries += 1;
      await held;
    });
    await broker.publisher.publishAll([message(1), message(2)]);
    await until(() => deliveries === 2);
    const closed = broker.close(6_000);
    await sleep(200);
    await until(async () => (await vhost.closeConnections()) > 0);
    await sleep(4_000);
    release();
    await closed;
    await until(async () => (await countsOf(QUEUE)).messages === 2);
    expect(await countsOf(DEAD_QUEUE)).toEqual({ messages: 0, consumers: 0 });
  });
});
