import { mkdtempSync, rmSync, rmdirSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BrokerProxy, Installation, type ProductProcess, stopAt } from '../installation';
import { expectAccounted } from '../product/accounted';

jest.setTimeout(240_000);

const REFUSE = join(__dirname, '../../libs/files/src/move-file/refuse-renameat2.cjs');
/** Every point between two effects of placing. */
const STEPS = [
  'claimed',
  'taken-over',
  'staged',
  'copied',
  'checked',
  'published',
  'destinations-synced',
  'sources-finished',
  'dead-lettered',
  'ended',
  'released',
];
/** Before a file is staged, after the check, and before its outcome is recorded. */
const STOPS = ['taken-over', 'checked', 'published', 'dead-lettered'];
const FILES = 250;
const OTHER_DEVICE = statSync('/dev/shm', { throwIfNoEntry: false })?.dev !== statSync(tmpdir()).dev;
if (!OTHER_DEVICE) console.warn('No second device beside the temp folder: placing by copy is not tested');

interface Delivered {
  id: string;
  before: Record<string, string>;
}

describe('deliveries that are moved by rename, by link, and by copy to another device', () => {
  let installation: Installation;
  let elsewhere: string | null = null;
  const proxies: BrokerProxy[] = [];

  beforeEach(async () => {
    installation = await Installation.make({
      roots: ['data', 'far'],
      environment: { SWEEP_SECONDS: '2', SUBSCRIBE_BATCH: '8', SUBSCRIBE_PREFETCH: '16' },
    });
    if (OTHER_DEVICE) {
      elsewhere = mkdtempSync('/dev/shm/assay-stops-');
      rmdirSync(join(installation.top, 'far'));
      symlinkSync(elsewhere, join(installation.top, 'far'));
    }
    await installation.start();
  });
  afterEach(async () => {
    await Promise.all(proxies.splice(0).map((proxy) => proxy.close()));
    await installation.close();
    if (elsewhere !== null) rmSync(elsewhere, { recursive: true });
  });

  /** One for the same device and one for the other, their messages waiting. */
  const deliver = async (): Promise<Delivered[]> => {
    const delivered: Delivered[] = [];
    for (const name of ['near', 'far']) {
      for (let index = 0; index < FILES; index += 1)
        installation.write(`${name}/${index % 3}/f${index}`, `${name} ${index}`);
      const before = installation.tree(name);
      const accept = join(name === 'far' ? join(installation.top, 'far') : installation.root, `accepted-${name}`);
      const { id } = await installation.scan({ directory: name, profile: 'any-file', accept });
      delivered.push({ id, before });
    }
    for (const { id } of delivered) await installation.scanUntil(id, ({ state }) => state === 'moving');
    return delivered;
  };
  /** A subscriber that sends itself the signal at the step; to every second one the kernel refuses renameat2. */
  const spawn = (step: string, signal: NodeJS.Signals, index: number, environment: Record<string, string> = {}) =>
    installation.spawn('subscriber', {
      activeInspectionSubscribe: 'true',
      ...stopAt(step, signal, { preload: index % 2 === 1 ? [REFUSE] : [] }),
      ...environment,
    });
  const finish = async (delivered: Delivered[]): Promise<void> => {
    // Names of ours are looked for in all of them.
    for (const { id } of delivered) await installation.finished(id, 120_000);
    for (const { id, before } of delivered) {
      const { scan } = await expectAccounted(installation, id, before);
      expect(scan.counts).toMatchObject({ found: FILES, accepted: FILES });
    }
  };
  const everything = async (delivered: Delivered[]) => ({
    trees: installation.roots.map((root) => installation.tree(root)),
    rows: (await Promise.all(delivered.map(({ id }) => installation.files(id)))).map((rows) =>
      // The sweep looks for what the dead left, and each look is an attempt.
      rows.map(({ seq, path, outcome, reason, destination }) => ({ seq, path, outcome, reason, destination })),
    ),
  });

  it('lose nothing when a subscriber is killed between any two steps', async () => {
    const delivered = await deliver();
    const victims = STEPS.map((step, index) => spawn(step, 'SIGKILL', index));
    expect(await Promise.all(victims.map(({ ended }) => ended))).toEqual(STEPS.map(() => 'SIGKILL'));
    await installation.startSubscriber();
    await finish(delivered);
  });

  it('are changed no more by subscribers that go on, stopped between two steps while another finished', async () => {
    const delivered = await deliver();
    const stopped: ProductProcess[] = [];
    for (const [index, step] of STOPS.entries()) {
      const proxy = await BrokerProxy.before(installation.vhost.url);
      proxies.push(proxy);
      stopped.push(spawn(step, 'SIGSTOP', index, { AMQP_URL: proxy.url }));
    }
    await Promise.all(stopped.map((one) => one.stopped()));
    // The broker takes back what they hold, as it does once their ack is late.
    await Promise.all(proxies.map((proxy) => proxy.cut()));
    await installation.startSubscriber();
    await finish(delivered);
    const before = await everything(delivered);
    await Promise.all(proxies.map((proxy) => proxy.restore()));
    for (const one of stopped) one.signal('SIGCONT');
    // In order, so that each first comes to the end of what it held.
    expect(await Promise.all(stopped.map((one) => one.stop()))).toEqual(STOPS.map(() => 0));
    await finish(delivered);
    expect(await everything(delivered)).toEqual(before);
  });

  it('are put back or placed, each file one of the two, when a scan is cancelled between check and publish', async () => {
    const delivered = await deliver();
    const stopped = [spawn('checked', 'SIGSTOP', 0), spawn('checked', 'SIGSTOP', 1)];
    await Promise.all(stopped.map((one) => one.stopped()));
    for (const { id } of delivered) {
      const { status } = await installation.api.post(`/v1/scans/${id}/cancel`);
      expect(status).toBe(202);
    }
    for (const one of stopped) one.signal('SIGCONT');
    for (const { id } of delivered) await installation.finished(id, 120_000);
    for (const { id, before } of delivered) {
      const { scan } = await expectAccounted(installation, id, before, { state: 'cancelled' });
      expect(scan.counts).toMatchObject({ found: FILES, errored: 0 });
    }
  });
});
