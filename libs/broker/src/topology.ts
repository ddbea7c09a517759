import type { Options } from 'amqplib';

/*
 * Everything that exists on the broker, as data. Work queues are quorum queues: each states its delivery limit and its
 * dead-letter exchange. Dead-lettering is at least once, which wants `reject-publish` (RabbitMQ: quorum queues).
 */

export const EXCHANGE = {
  work: 'inspection',
  retry: 'inspection.retry',
  dead: 'inspection.dead',
  events: 'inspection.events',
  control: 'inspection.control',
} as const;

export type Priority = 'high' | 'normal' | 'low';
export const PRIORITIES: readonly Priority[] = ['high', 'normal', 'low'];

export const SCANS_QUEUE = 'inspection.scans';
export const SCANS_KEY = 'scans';
export const DEAD_QUEUE = 'inspection.dead';
export const filesQueue = (priority: Priority): string => `inspection.files.${priority}`;
export const filesKey = (priority: Priority): string => `files.${priority}`;

/** Steps of the delay ladder: the first retry waits the first delay; those after the last wait the last. */
export const LADDER = [
  { delay: '1s', milliseconds: 1_000 },
  { delay: '5s', milliseconds: 5_000 },
  { delay: '30s', milliseconds: 30_000 },
  { delay: '2m', milliseconds: 120_000 },
] as const;
export type Delay = (typeof LADDER)[number]['delay'];
export const retryQueue = (delay: Delay): string => `inspection.retry.${delay}`;

/** Returns of one message to its queue by dying consumers, before the broker dead-letters it. Attempts are counted by the ledger. */
const DELIVERY_LIMIT = 50;
const WEEK = 7 * 24 * 3600 * 1000;
/** Whoever looks at evidence puts it back, and from RabbitMQ 4.0 on a quorum queue drops what came back 20 times unless it says otherwise. */
const LOOKS_AT_EVIDENCE = 1_000_000_000;

export interface Exchange {
  name: string;
  type: 'topic' | 'headers' | 'fanout';
}

export interface Queue {
  name: string;
  options: Options.AssertQueue;
  /** What an earlier version declared. A queue can't be changed: where it exists so, it stays so with what it holds. */
  earlier?: Options.AssertQueue;
  bindings: { exchange: string; key: string; arguments?: Record<string, string> }[];
}

export const EXCHANGES: readonly Exchange[] = [
  { name: EXCHANGE.work, type: 'topic' },
  // Routed by the header `delay`, so that the routing key stays the one to return to.
  { name: EXCHANGE.retry, type: 'headers' },
  { name: EXCHANGE.dead, type: 'topic' },
  { name: EXCHANGE.events, type: 'topic' },
  { name: EXCHANGE.control, type: 'fanout' },
];

const workQueue = (name: string, key: string): Queue => ({
  name,
  options: {
    durable: true,
    arguments: {
      'x-queue-type': 'quorum',
      'x-delivery-limit': DELIVERY_LIMIT,
      'x-dead-letter-exchange': EXCHANGE.dead,
      'x-dead-letter-strategy': 'at-least-once',
      'x-overflow': 'reject-publish',
    },
  },
  bindings: [{ exchange: EXCHANGE.work, key }],
});

export const QUEUES: readonly Queue[] = [
  workQueue(SCANS_QUEUE, SCANS_KEY),
  ...PRIORITIES.map((priority) => workQueue(filesQueue(priority), filesKey(priority))),
  ...LADDER.map(({ delay, milliseconds }): Queue => ({
    name: retryQueue(delay),
    options: {
      durable: true,
      arguments: {
        'x-queue-type': 'quorum',
        'x-message-ttl': milliseconds,
        'x-dead-letter-exchange': EXCHANGE.work,
        'x-dead-letter-strategy': 'at-least-once',
        'x-overflow': 'reject-publish',
      },
    },
    bindings: [{ exchange: EXCHANGE.retry, key: '', arguments: { 'x-match': 'all', delay } }],
  })),
  {
    name: DEAD_QUEUE,
    options: {
      durable: true,
      arguments: { 'x-queue-type': 'quorum', 'x-message-ttl': WEEK, 'x-delivery-limit': LOOKS_AT_EVIDENCE },
    },
    earlier: { durable: true, arguments: { 'x-queue-type': 'quorum', 'x-message-ttl': WEEK } },
    bindings: [{ exchange: EXCHANGE.dead, key: '#' }],
  },
];

/** Queues in which a file's message can be while it waits for a subscriber. */
export const FILE_QUEUES: readonly string[] = [
  ...PRIORITIES.map(filesQueue),
  ...LADDER.map(({ delay }) => retryQueue(delay)),
];

/** Queues in which a scan's message can be while it waits for a walker. */
export const SCAN_QUEUES: readonly string[] = [SCANS_QUEUE, ...LADDER.map(({ delay }) => retryQueue(delay))];
