import { Logger } from '@nestjs/common';
import { connect } from 'amqplib';
import { setTimeout as sleep } from 'node:timers/promises';
import { Vhost } from '../../../test/broker/vhost';
import { Broker } from './broker';
import { declareTopology } from './declare-topology';
import { BrokerUnavailable, TopologyMismatch } from './errors';
import { HEADER, place, walk } from './messages';
import { dead, delayed, placeOutgoing, walkOutgoing } from './publisher';
import type { Delivery, Subscription } from './subscription';
import { DEAD_QUEUE, EXCHANGE, FILE_QUEUES, QUEUES, SCANS_QUEUE, filesQueue } from './topology';

const SCAN = '0190c3a1-7c00-7000-8000-000000000001';
Logger.overrideLogger(false);

async function until(condition: () => boolean | Promise<boolean>, seconds = 20): Promise<void> {
  for (const deadline = Date.now() + seconds * 1000; !(await condition()); await sleep(25))
    if (Date.now() > deadline) throw new Error(`Not so within ${seconds} s: ${condition.toString()}`);
}

describe('the broker', () => {
  let host: Vhost;
  let broker: Broker;
  const opened: Broker[] = [];

  const open = (url = host.operatorUrl, publishMilliseconds = 5_000): Broker => {
    const made = new Broker({
      url,
      name: `spec-${opened.length}`,
      publishMilliseconds,
      window: 100,
      logger: new Logger(),
    });
    opened.push(made);
    made.start();
    return made;
  };
  const collect = async (
    queue: string,
    batch: number,
    onDeliveries: (deliveries: Delivery[]) => Promise<void>,
  ): Promise<{ subscription: Subscription; returned: string[] }> => {
    const returned: string[] = [];
    const onReturned = (error: Error): void => void returned.push(error.message);
    const options = { name: 'spec', queue, batch, patience: 20, onDeliveries, onReturned };
    const [subscription] = await broker.subscribe([{ options, prefetch: 2 * batch }]);
    if (!subscription) throw new Error('no subscription');
    return { subscription, returned };
  };
  const placeNumber = (seq: number, priority: 'high' | 'normal' | 'low' = 'normal') =>
    placeOutgoing(place(SCAN, 0, [{ seq, path: `f${seq}.jpg` }]), priority, 'request-1');
  const seqsOf = (deliveries: Delivery[]): number[] =>
    deliveries.map(({ body }) => (JSON.parse(body.toString()) as { files: { seq: number }[] }).files[0]?.seq ?? 0);

  beforeEach(async () => {
    host = await Vhost.make();
    broker = open();
    await broker.ready(10_000);
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((each) => each.close(2_000)));
    await host.remove();
  });

  it('declares every queue as a quorum queue with the limits of the topology, as often as one likes', async () => {
    await declareTopology(host.operatorUrl);
    const queues = (await host.manage('GET', `queues/${host.name}`)) as {
      name: string;
      type: string;
      arguments: unknown;
    }[];
    expect(queues.map(({ name }) => name).sort()).toEqual(QUEUES.map(({ name }) => name).sort());
    for (const queue of queues) {
      expect(queue.type).toBe('quorum');
      expect(queue.arguments).toEqual(QUEUES.find(({ name }) => name === queue.name)?.options.arguments);
    }
  });

  it('names the queue that exists with other properties, and says what to do', async () => {
    await host.deleteQueue(SCANS_QUEUE);
    await host.manage('PUT', `queues/${host.name}/${SCANS_QUEUE}`, { durable: true, arguments: {} });
    await expect(declareTopology(host.operatorUrl)).rejects.toThrow(TopologyMismatch);
    await expect(declareTopology(host.operatorUrl)).rejects.toThrow(/inspection\.scans/);
  });

  it('takes the evidence of an earlier version as it is', async () => {
    await host.deleteQueue(DEAD_QUEUE);
    const earlier = QUEUES.find(({ name }) => name === DEAD_QUEUE)?.earlier;
    await host.manage('PUT', `queues/${host.name}/${DEAD_QUEUE}`, earlier);
    await declareTopology(host.operatorUrl);
    await declareTopology(host.operatorUrl);
    const queue = (await host.manage('GET', `queues/${host.name}/${DEAD_QUEUE}`)) as { arguments: unknown };
    expect(queue.arguments).toEqual(earlier?.arguments);
    await broker.publisher.publish(dead(placeNumber(1), 'malformed: no sense'));
    expect(await host.take(DEAD_QUEUE, 2)).toHaveLength(1);
  });

  it('keeps evidence however often somebody looks at it and puts it back', async () => {
    await broker.publisher.publish(dead(placeNumber(1), 'malformed: no sense'));
    const connection = await connect(host.operatorUrl);
    try {
      const channel = await connection.createChannel();
      // Past the 20 returns after which RabbitMQ 4 drops what says nothing.
      for (let looks = 0; looks < 30; looks += 1) {
        await until(async () => {
          const letter = await channel.get(DEAD_QUEUE);
          if (letter) channel.nack(letter, false, true);
          return letter !== false;
        });
      }
    } finally {
      await connection.close();
    }
    expect(await host.take(DEAD_QUEUE, 2)).toHaveLength(1);
  });

  it('routes each priority to its queue, scans to theirs and what is dead to the evidence', async () => {
    await broker.publisher.publish(placeNumber(1, 'high'));
    await broker.publisher.publish(placeNumber(2, 'low'));
    await broker.publisher.publish(walkOutgoing(walk(SCAN), null));
    await broker.publisher.publish(dead(placeNumber(3), 'malformed: no sense'));
    const counts = await broker.readyCounts([...FILE_QUEUES, SCANS_QUEUE, DEAD_QUEUE]);
    expect(Object.fromEntries([...counts].filter(([, count]) => count > 0))).toEqual({
      [filesQueue('high')]: 1,
      [filesQueue('low')]: 1,
      [SCANS_QUEUE]: 1,
      [DEAD_QUEUE]: 1,
    });
    const [evidence] = await host.take(DEAD_QUEUE, 1);
    expect(evidence?.properties.headers).toMatchObject({
      [HEADER.reason]: 'malformed: no sense',
      [HEADER.requestId]: 'request-1',
    });
  });

  it('delivers every message of a batch subscription once, with its request id', async () => {
    const seen: Delivery[] = [];
    await collect(filesQueue('normal'), 50, (deliveries) => {
      seen.push(...deliveries);
      return Promise.resolve();
    });
    await broker.publisher.publishAll(Array.from({ length: 500 }, (_, index) => placeNumber(index + 1)));
    await until(() => seen.length >= 500);
    expect(seqsOf(seen).sort((a, b) => a - b)).toEqual(Array.from({ length: 500 }, (_, index) => index + 1));
    expect(seen[0]?.headers[HEADER.requestId]).toBe('request-1');
    await until(async () => (await broker.readyCounts([filesQueue('normal')])).get(filesQueue('normal')) === 0);
  });

  it('brings a message back from the delay ladder to the queue it came from, with the next step', async () => {
    const seen: Delivery[] = [];
    await collect(filesQueue('low'), 10, (deliveries) => {
      seen.push(...deliveries);
      return Promise.resolve();
    });
    await broker.publisher.publish(delayed(placeNumber(7, 'low'), 0));
    await until(() => seen.length === 1);
    expect(seqsOf(seen)).toEqual([7]);
    expect(seen[0]).toMatchObject({ key: 'files.low', headers: { [HEADER.step]: 1 } });
  });

  it('returns a batch whose handler fails to its queue, and delivers it again', async () => {
    let attempts = 0;
    const { returned } = await collect(filesQueue('normal'), 10, () => {
      attempts += 1;
      return attempts === 1 ? Promise.reject(new Error('the ledger is away')) : Promise.resolve();
    });
    await broker.publisher.publishAll([placeNumber(1), placeNumber(2)]);
    await until(() => attempts >= 2);
    expect(returned[0]).toBe('the ledger is away');
    await until(async () => (await broker.readyCounts([filesQueue('normal')])).get(filesQueue('normal')) === 0);
  });

  it('says that no queue takes a message, though the broker confirms it', async () => {
    const nowhere = { exchange: EXCHANGE.work, key: 'nowhere', body: walk(SCAN), headers: {} };
    await expect(broker.publisher.publish(nowhere)).rejects.toThrow(TopologyMismatch);
    await broker.publisher.publish(placeNumber(1));
  });

  it('sends again what was not confirmed when the connection was lost', async () => {
    let closed = 0;
    const closing = until(async () => (closed += await host.closeConnections()) > 0);
    let published = 0;
    for (let again = 3; again > 0; again -= closed > 0 ? 1 : 0) {
      const next = Array.from({ length: 500 }, (_, index) => placeNumber(published + index + 1));
      await broker.publisher.publishAll(next);
      published += next.length;
    }
    await closing;
    const seen = new Set<number>();
    await collect(filesQueue('normal'), 50, (deliveries) => {
      for (const seq of seqsOf(deliveries)) seen.add(seq);
      return Promise.resolve();
    });
    await until(() => seen.size === published);
  });

  it('acks what it was done with, and nothing that it gave back, in batches that end in any order', async () => {
    let batches = 0;
    const done = new Map<number, number>();
    await collect(filesQueue('normal'), 10, async (deliveries) => {
      batches += 1;
      const mine = batches;
      await sleep(mine % 3 === 1 ? 150 : 1);
      if (mine % 4 === 2) throw new Error('not now');
      for (const seq of seqsOf(deliveries)) done.set(seq, (done.get(seq) ?? 0) + 1);
    });
    await broker.publisher.publishAll(Array.from({ length: 200 }, (_, index) => placeNumber(index + 1)));
    await until(() => done.size === 200);
    await sleep(300);
    await broker.close(2_000);
    const connection = await connect(host.operatorUrl);
    const left = await (await connection.createChannel()).checkQueue(filesQueue('normal'));
    await connection.close();
    expect(left.messageCount).toBe(0);
    expect([...done.values()].every((times) => times === 1)).toBe(true);
  });

  it('does not wait for ever for a confirm while RabbitMQ is away', async () => {
    const away = open('amqp://nobody:nothing@127.0.0.1:9/none', 300);
    await expect(away.ready(200)).rejects.toThrow(BrokerUnavailable);
    expect(away.usable).toBe(false);
    await expect(broker.publisher.publish(placeNumber(1))).resolves.toBeUndefined();
  });

  it('goes on by itself after every connection was closed, without losing what it held', async () => {
    const seen = new Set<number>();
    let hold = true;
    const { subscription } = await collect(filesQueue('normal'), 10, async (deliveries) => {
      while (hold) await sleep(20);
      for (const seq of seqsOf(deliveries)) seen.add(seq);
    });
    await broker.publisher.publishAll(Array.from({ length: 30 }, (_, index) => placeNumber(index + 1)));
    await until(async () => (await host.closeConnections()) > 0);
    hold = false;
    await until(() => seen.size === 30);
    await until(() => subscription.live);
    await broker.ready(10_000);
    await broker.publisher.publish(placeNumber(31));
    await until(() => seen.has(31));
  });

  it('notices that the broker cancelled its consumer, brings the queue back and subscribes again', async () => {
    const seen: number[] = [];
    const { subscription } = await collect(filesQueue('high'), 10, (deliveries) => {
      seen.push(...seqsOf(deliveries));
      return Promise.resolve();
    });
    await host.deleteQueue(filesQueue('high'));
    await until(() => !subscription.live);
    await until(() => subscription.live);
    await broker.ready(10_000);
    await broker.publisher.publish(placeNumber(5, 'high'));
    await until(() => seen.includes(5));
    const queue = (await host.manage('GET', `queues/${host.name}/${filesQueue('high')}`)) as { consumers?: number };
    expect(queue.consumers ?? 1).toBe(1);
  });

  it('takes no more once it closes, and leaves what it had not finished to others', async () => {
    let begun = 0;
    await collect(filesQueue('normal'), 5, async () => {
      begun += 1;
      await sleep(60_000, undefined, { ref: false });
    });
    await broker.publisher.publishAll(Array.from({ length: 20 }, (_, index) => placeNumber(index + 1)));
    await until(() => begun > 0);
    await broker.close(200);
    const connection = await connect(host.operatorUrl);
    const channel = await connection.createChannel();
    await until(async () => (await channel.checkQueue(filesQueue('normal'))).messageCount === 20);
    await connection.close();
  });
});
