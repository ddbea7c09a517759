import { setTimeout as sleep } from 'node:timers/promises';
import { GatheredAcks } from './gathered-acks';

describe('acks of one channel', () => {
  let sent: string[];
  let acks: GatheredAcks;
  beforeEach(() => {
    sent = [];
    acks = new GatheredAcks((tag, upTo) => sent.push(upTo ? `up to ${tag}` : `${tag}`));
  });
  const ack = async (...tags: number[]): Promise<void> => {
    for (const tag of tags) acks.ack(tag);
    await Promise.resolve();
  };

  it('that are given together are one', async () => {
    await ack(1, 2, 3);
    await ack(5, 4);
    expect(sent).toEqual(['up to 3', 'up to 5']);
  });

  it('never cover a delivery that is still worked on', async () => {
    await ack(2, 3);
    expect(sent).toEqual([]);
    await ack(1);
    expect(sent).toEqual(['up to 3']);
  });

  it('do not wait for long for a delivery that takes its time, and name none twice', async () => {
    await ack(2, 3);
    await sleep(200);
    expect(sent).toEqual(['2', '3']);
    await ack(1);
    expect(sent).toEqual(['2', '3', 'up to 1']);
    await ack(4);
    expect(sent).toEqual(['2', '3', 'up to 1', 'up to 4']);
  });

  it('never name a delivery that went back to its queue', async () => {
    acks.settled(3);
    await ack(1, 2);
    expect(sent).toEqual(['up to 2']);
    acks.settled(4);
    await ack(5);
    expect(sent).toEqual(['up to 2', 'up to 5']);
  });
});
