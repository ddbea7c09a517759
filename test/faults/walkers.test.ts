import { join } from 'node:path';
import { BrokerProxy, Installation, type ProblemAnswer, stopProcess } from '../installation';
import { expectAccounted } from '../product/accounted';

jest.setTimeout(240_000);

// The walk takes many times as long as it takes to see it under way.
const FILES = 12_000;

describe('the walk of one large folder', () => {
  let installation: Installation;
  beforeEach(async () => {
    installation = await Installation.make({ environment: { SWEEP_SECONDS: '2', READER_PROCESSES: '1' } });
    for (let index = 0; index < FILES; index += 1) installation.write(`in/f${index}`, `file ${index}`);
  });
  afterEach(() => installation.close());

  const scan = async () => {
    const before = installation.tree('in');
    const { id } = await installation.scan({ directory: 'in', profile: 'any-file' });
    return { id, before };
  };
  const ledger = () => join(installation.home, 'ledger.sqlite');
  /** Resolves when the walk has found more than `least` files, or has ended; true where it is under way still. */
  const isMidway = async (id: string, least: number): Promise<boolean> => {
    const { state } = await installation.scanUntil(
      id,
      ({ state, counts }) => counts.found > least || !['queued', 'scanning'].includes(state),
    );
    return state === 'scanning';
  };

  it('that is killed again and again while its files leave it, records and places each once', async () => {
    await installation.start({ subscribers: 2 });
    const { id, before } = await scan();
    let kills = 0;
    for (let least = 0; await isMidway(id, least); least += FILES / 6) {
      const victim = installation.apiProcess;
      await victim.kill();
      kills += 1;
      await installation.startApi();
    }
    expect(kills).toBeGreaterThan(0);
    const { scan: ended } = await expectAccounted(installation, id, before);
    expect(ended.counts).toMatchObject({ found: FILES, accepted: FILES });
  });

  it('that a second walker takes over while the first is stopped, is recorded once, and the first writes nothing more', async () => {
    const proxy = await BrokerProxy.before(installation.vhost.url);
    try {
      await installation.startApi({ AMQP_URL: proxy.url });
      const first = installation.apiProcess;
      const { id, before } = await scan();
      expect(await isMidway(id, 0)).toBe(true);
      await stopProcess(first, ledger(), 'not writing');
      // The broker takes the scan's message back, as it does once an ack is late.
      await proxy.cut();
      await installation.startApi();
      await installation.startSubscriber();
      await installation.finished(id, 120_000);
      const rows = await installation.files(id);
      await proxy.restore();
      first.signal('SIGCONT');
      expect(await first.stop()).toBe(0);
      const { scan: ended, files } = await expectAccounted(installation, id, before);
      expect(ended.counts).toMatchObject({ found: FILES, accepted: FILES });
      expect(files).toEqual(rows);
    } finally {
      await proxy.close();
    }
  });

  it('that is stopped in the middle of a write holds up everybody, who say so, until it is ended', async () => {
    const first = await installation.startApi();
    // It answers while the first walks, and walks nothing itself.
    await installation.startApi({ PUBLISH_TIMEOUT_SECONDS: '2', SCAN_THREADS: '0' });
    const { id, before } = await scan();
    expect(await isMidway(id, 0)).toBe(true);
    await stopProcess(first, ledger(), 'writing');
    const { status, body } = await installation.api.get<ProblemAnswer>('/health/ready');
    expect([status, body['parts']]).toEqual([
      503,
      expect.objectContaining({ ledger: expect.not.stringMatching(/^ok$/) as string }),
    ]);
    expect((await installation.api.get(`/v1/scans/${id}`)).status).toBe(200);
    await first.kill();
    await installation.startApi();
    await installation.startSubscriber();
    const { scan: ended } = await expectAccounted(installation, id, before);
    expect(ended.counts).toMatchObject({ found: FILES, accepted: FILES });
  });
});
