import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Response } from 'express';
import type { Ledger, Scan, ScanState } from '@assay/ledger';
import { Problem } from '../problems/problem';
import { Pauses } from '../scans/pauses';
import { eventId } from './scan-event';
import { MOST_LISTENERS, ScanEvents } from './scan-events';

const NONE = { pending: 0, accepted: 0, quarantined: 0, left: 0, skipped: 0, conflicted: 0, errored: 0 };

/** A ledger of one scan, which a test moves on; it counts how often it is asked. */
class OneScan {
  asked = 0;
  away = false;
  gone = false;
  state: ScanState = 'moving';
  counts = { found: 0, ...NONE };

  get ledger(): Ledger {
    const read: Pick<Ledger, 'scan' | 'holders'> = {
      holders: () => Promise.resolve([]),
      scan: async () => {
        this.asked += 1;
        await sleep(1);
        if (this.away) throw new Error('The ledger is away');
        return this.gone ? null : this.scan;
      },
    };
    return read as Ledger;
  }

  get scan(): Scan {
    return {
      id: 'one',
      directory: '/d',
      accept: '/a',
      quarantine: '/q',
      profile: { name: 'p', version: '1', digest: 'sha256:0', definition: {} },
      dryRun: false,
      priority: 'normal',
      label: null,
      startAt: null,
      requestedBy: null,
      requestId: null,
      state: this.state,
      counts: this.counts,
      balanced: false,
      createdAt: 1,
      announcedAt: 1,
      startedAt: 1,
      walkEndedAt: null,
      finishedAt: this.state === 'completed' ? 2 : null,
      cancelRequestedAt: null,
      cancelRequestedBy: null,
      error: null,
      epilogue: null,
    };
  }
}

interface Event {
  event: string;
  id: string;
  data: { state: string; counts: { found: number } };
}

/** A client that keeps what it is sent. */
class Client {
  text = '';
  ended = false;

  static async of(server: Server): Promise<Client> {
    const { port } = server.address() as AddressInfo;
    const asked = request({ port, host: '127.0.0.1', agent: false }).end();
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    return new Client(response);
  }

  constructor(private readonly response: IncomingMessage) {
    response.setEncoding('utf8').on('data', (piece: string) => (this.text += piece));
    response.on('close', () => (this.ended = true)).on('error', () => undefined);
  }

  get events(): Event[] {
    const blocks = this.text.split('\n\n').filter((block) => block.startsWith('event: '));
    return blocks.map((block) => {
      const [, event = '', id = '', data = ''] = /^event: (.*)\nid: (.*)\ndata: (.*)$/.exec(block) ?? [];
      return { event, id, data: JSON.parse(data) as Event['data'] };
    });
  }

  leave(): void {
    this.response.destroy();
  }

  async until(holds: (client: this) => boolean): Promise<void> {
    while (!holds(this)) await sleep(10);
  }
}

describe('the events of a scan', () => {
  let one: OneScan;
  let events: ScanEvents;
  let server: Server;
  beforeEach(async () => {
    one = new OneScan();
    events = new ScanEvents(one.ledger, new Pauses(one.ledger));
    server = createServer((_request: IncomingMessage, response: ServerResponse) => {
      response.flushHeaders();
      void events.scan('one').then((scan) => events.stream(scan, response as Response));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(async () => {
    events.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('tell the state at once, and every later one at least once a second', async () => {
    const client = await Client.of(server);
    await client.until(({ events: told }) => told.length === 1);
    const since = performance.now();
    for (one.counts = { ...one.counts, found: 7 }; client.events.at(-1)?.data.counts.found !== 7;) await sleep(10);
    expect(performance.now() - since).toBeLessThan(1_000);
    await client.until(({ events: told }) => told.length >= 4);
    expect(performance.now() - since).toBeLessThan(3_000);
    expect(client.events.every(({ event }) => event === 'progress')).toBe(true);
    expect(client.text).toMatch(/^retry: \d+\n\n/);
  });

  it('ask the ledger no more often for a hundred listeners than for one', async () => {
    const clients = [await Client.of(server)];
    for (let count = 1; count < 100; count += 1) clients.push(await Client.of(server));
    const before = one.asked;
    const told = clients.map((client) => client.events.length);
    await sleep(2_200);
    expect(one.asked - before).toBeLessThanOrEqual(5);
    clients.forEach((client, index) => expect(client.events.length - (told[index] ?? 0)).toBeGreaterThanOrEqual(2));
  });

  it('ask the ledger no more once nobody listens', async () => {
    const client = await Client.of(server);
    await client.until(({ events: told }) => told.length === 2);
    client.leave();
    await sleep(600);
    const before = one.asked;
    await sleep(1_200);
    expect(one.asked).toBe(before);
  });

  it('end with the end of the scan, which each listener is told once', async () => {
    const clients = [await Client.of(server), await Client.of(server)];
    one.state = 'completed';
    for (const client of clients) {
      await client.until(({ ended }) => ended);
      expect(client.events.map(({ event }) => event).filter((event) => event === 'finished')).toHaveLength(1);
      expect(client.events.at(-1)).toMatchObject({ event: 'finished', data: { state: 'completed' } });
    }
  });

  it('of a scan that has finished are its end alone', async () => {
    one.state = 'cancelled';
    const client = await Client.of(server);
    await client.until(({ ended }) => ended);
    expect(client.events.map(({ event }) => event)).toEqual(['finished']);
  });

  it('go on after the ledger was away, with a sign of life meanwhile', async () => {
    const client = await Client.of(server);
    await client.until(({ events: told }) => told.length === 1);
    one.away = true;
    await client.until(({ text }) => text.includes(': the ledger is away\n\n'));
    one.away = false;
    one.counts = { ...one.counts, found: 9 };
    await client.until(({ events: told }) => told.at(-1)?.data.counts.found === 9);
    expect(client.ended).toBe(false);
  });

  it('end where the scan is no more', async () => {
    const client = await Client.of(server);
    await client.until(({ events: told }) => told.length === 1);
    one.gone = true;
    await client.until(({ ended }) => ended);
    expect(client.events.some(({ event }) => event === 'finished')).toBe(false);
  });

  it('end when the process does, and say when to ask again', async () => {
    const clients = [await Client.of(server), await Client.of(server)];
    for (const client of clients) await client.until(({ events: told }) => told.length === 1);
    events.close();
    const late = await Client.of(server);
    for (const client of [...clients, late]) {
      await client.until(({ ended }) => ended);
      expect(client.text).toMatch(/retry: [1-4]\d{3}\n\n: this process ends; ask again\n\n$/);
    }
  });

  it('have as many listeners as there is room for, and no more', async () => {
    // Responses that take everything: as many connections would be more than some systems allow.
    const response = { on: () => undefined, once: () => undefined, write: () => true, end: () => undefined };
    const scan = await events.scan('one');
    for (let count = 0; count < MOST_LISTENERS; count += 1) {
      events.assertRoom();
      events.stream(scan, { ...response } as unknown as Response);
    }
    expect(() => events.assertRoom()).toThrow(Problem);
    expect(() => events.assertRoom()).toThrow(/too-many-listeners/);
  });
});

it('an id names a state: equal for equal counts alone', () => {
  const one = new OneScan();
  const before = eventId(one.scan);
  expect(eventId(one.scan)).toBe(before);
  one.counts = { ...one.counts, found: 1, left: 1 };
  expect(eventId(one.scan)).not.toBe(before);
  expect(eventId(one.scan)).toMatch(/^[a-z]+(-\d+){8}$/);
});
