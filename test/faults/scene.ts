import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Installation, type Store } from '../installation';
import type { BrokerNode } from './broker-node';
import { Contents } from './contents';
import type { Delivery } from './delivery';
import { Lane } from './lane';
import { type LedgerOutages, ledgerOutages } from './ledger-outages';
import { traces } from './outside';
import { Random } from './random';
import { Seat } from './seat';
import { SecondDisk } from './second-disk';
import type { Timeline } from './timeline';

const LINKS = join(__dirname, '../../libs/files/src/move-file');
/** What is refused to the first subscriber and to the second; the third may do everything. */
export const REFUSALS = ['refuse-renameat2.cjs', 'refuse-links.cjs', null] as const;

const profile = (name: string, onConflict: string): string => `
name: ${name}
version: "1"
settleSeconds: 0
rules:
  - rule: size
    min: 200 B
accept:
  onConflict: ${onConflict}
reject:
  onConflict: ${onConflict}
`;

const ENVIRONMENT = {
  SUBSCRIBE_BATCH: '10',
  SUBSCRIBE_PREFETCH: '20',
  SWEEP_SECONDS: '2',
  PUBLISH_TIMEOUT_SECONDS: '5',
  // A file must not end as errored since a fault has met it often.
  MAX_ATTEMPTS: '1000',
};

/** An installation at work, with everything that a fault can lay hands on. */
export class Scene {
  readonly contents = new Contents();
  readonly lanes: Lane[];
  /** Beside the roots and on their device: what strangers took away, and where they write before they give a name. */
  readonly trash: string;
  /** Where nothing of ours may lead. */
  readonly outside: string;
  /** Folders that are symlinks for now, absolute: whoever acts by path in them would act elsewhere. */
  readonly swapped = new Set<string>();
  /** Folders outside to which symlinks led, with the traces that they had before. */
  readonly led = new Map<string, string>();
  private readonly deletedAt = new Map<string, number>();
  private readonly busy = new Set<string>();
  private taken = 0;

  private constructor(
    readonly installation: Installation,
    readonly node: BrokerNode,
    readonly disk: SecondDisk,
    readonly ledger: LedgerOutages,
    readonly api: Seat,
    readonly subscribers: readonly Seat[],
    readonly timeline: Timeline,
    random: Random,
  ) {
    this.trash = join(installation.top, 'trash');
    this.outside = join(installation.top, 'outside');
    for (const folder of [this.trash, this.outside]) mkdirSync(folder);
    this.lanes = this.makeLanes(random);
  }

  static async make(node: BrokerNode, store: Store, seed: number, timeline: Timeline): Promise<Scene> {
    const installation = await Installation.make({
      store,
      broker: node.broker,
      roots: ['near', 'far'],
      profiles: { 'number.yaml': profile('number', 'number'), 'fail.yaml': profile('fail', 'fail') },
    });
    const disk = SecondDisk.at(installation.roots[1] ?? '');
    const ledger = await ledgerOutages(installation, store);
    const environment = { ...ENVIRONMENT, DATABASE_URL: ledger.url };
    const api = await Seat.make('the API', 'api', installation, environment);
    const subscribers = await Promise.all(
      REFUSALS.map((refusal, index) =>
        Seat.make(`subscriber ${index + 1}`, 'subscriber', installation, {
          ...environment,
          ...(refusal === null ? {} : { NODE_OPTIONS: `--require ${join(LINKS, refusal)}` }),
        }),
      ),
    );
    return new Scene(installation, node, disk, ledger, api, subscribers, timeline, new Random(seed));
  }

  get seats(): readonly Seat[] {
    return [this.api, ...this.subscribers];
  }

  get deliveries(): Delivery[] {
    return this.lanes.flatMap((lane) => lane.deliveries);
  }

  /** Those that are under way. */
  get current(): Delivery[] {
    return this.lanes.flatMap(({ current }) => current ?? []);
  }

  /** Nobody else lays hands on `what` while `act` runs; null at once where somebody does. */
  async alone<T>(what: string, act: () => Promise<T | null>): Promise<T | null> {
    if (this.busy.has(what)) return null;
    this.busy.add(what);
    try {
      return await act();
    } finally {
      this.busy.delete(what);
    }
  }

  /** Notes that the queue is deleted now; false where it, or the node, has come to be less than so many milliseconds ago. */
  mayDelete(queue: string, milliseconds: number): boolean {
    const since = Math.max(this.node.bootedAt, this.deletedAt.get(queue) ?? 0);
    if (this.node.bootedAt === 0 || Date.now() - since < milliseconds) return false;
    this.deletedAt.set(queue, Date.now());
    return true;
  }

  /** A path in the trash that nothing has. */
  elsewhere(): string {
    this.taken += 1;
    return join(this.trash, String(this.taken));
  }

  /** Notes a folder outside to which a symlink is to lead. */
  lead(folder: string): void {
    this.led.set(folder, traces(folder));
  }

  /** Resolves when the API answers that it is ready. */
  async ready(): Promise<void> {
    for (const deadline = Date.now() + 60_000; ; await sleep(100)) {
      const answer = await this.api.api?.get('/health/ready').catch(() => null);
      if (answer?.status === 200) return;
      if (Date.now() > deadline) throw new Error(`The API is not ready: ${answer?.text ?? this.api.ends.join('\n')}`);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.seats.map((seat) => seat.close()));
    await this.ledger.close();
    this.disk.close();
    await this.installation.close();
  }

  private makeLanes(random: Random): Lane[] {
    const [near = '', far = ''] = this.installation.roots;
    const places = (name: string, to: string, copied: boolean) => ({
      source: join(near, 'in', name),
      accept: join(to, 'out', name, 'accepted'),
      quarantine: join(to, 'out', name, 'quarantined'),
      copied,
    });
    const copied = this.disk.isOtherThan(near);
    const lane = (options: ConstructorParameters<typeof Lane>[0]): Lane =>
      new Lane(options, this.contents, new Random(random.seed()), () => this.api.api);
    return [
      lane({
        ...{ name: 'near', places: places('near', near, false), profile: 'number' },
        ...{ priority: 'normal', files: 400, cancels: false },
      }),
      lane({
        ...{ name: 'far', places: places('far', far, copied), profile: 'number' },
        ...{ priority: 'high', files: 250, cancels: false },
      }),
      lane({
        ...{ name: 'strict', places: places('strict', near, false), profile: 'fail' },
        ...{ priority: 'low', files: 150, cancels: false },
      }),
      lane({
        ...{ name: 'cancelled', places: places('cancelled', near, false), profile: 'number' },
        ...{ priority: 'normal', files: 150, cancels: true },
      }),
    ];
  }
}
