import { setTimeout as sleep } from 'node:timers/promises';
import { Installation, STORES, type ProductProcess } from '../installation';
import { expectAccounted } from './accounted';
import { photo } from './photos';

jest.setTimeout(180_000);

const FILES = 2_000;

describe.each(STORES)('whatever dies in the middle of a scan, its ledger in %s,', (store) => {
  let installation: Installation;
  beforeEach(async () => {
    installation = await Installation.make({
      store,
      environment: { SWEEP_SECONDS: '3', SUBSCRIBE_BATCH: '20', SUBSCRIBE_PREFETCH: '40' },
    });
    for (let index = 0; index < FILES; index += 1)
      installation.write(`in/${index % 7}/p${index}.jpg`, await photo({ seed: index }));
    await installation.start({ subscribers: 2 });
  });
  afterEach(() => installation.close());

  /** Ends processes again and again while the scan goes on; each is replaced, as pm2 would. */
  const scanWhile = async (disturb: (round: number) => Promise<void>): Promise<void> => {
    const before = installation.tree('in');
    const { id } = await installation.scan({ directory: 'in', profile: 'photos' });
    for (let round = 0; round < 6; round += 1) {
      await sleep(150 + 100 * round);
      await disturb(round);
    }
    const { scan } = await expectAccounted(installation, id, before);
    expect(scan.counts).toMatchObject({ found: FILES, accepted: FILES });
  };
  const replace = async (victim: ProductProcess, how: 'SIGKILL' | 'SIGTERM'): Promise<void> => {
    victim.signal(how);
    const end = await victim.ended;
    expect(end).toBe(how === 'SIGKILL' ? 'SIGKILL' : 0);
    if (victim.program === 'api') await installation.startApi();
    else await installation.startSubscriber();
  };

  it('nothing is lost when subscribers are killed', async () => {
    await scanWhile(async () => {
      const [victim] = installation.subscribers;
      if (victim) await replace(victim, 'SIGKILL');
    });
  });

  it('nothing is lost when the API is killed, scan threads and readers with it', async () => {
    await scanWhile(() => replace(installation.apiProcess, 'SIGKILL'));
  });

  it('nothing is lost when everything is stopped in order, again and again', async () => {
    await scanWhile(async (round) => {
      const victims = round % 2 ? [installation.apiProcess] : installation.subscribers;
      await Promise.all(victims.map((victim) => replace(victim, 'SIGTERM')));
    });
  });

  it('nothing is lost when all of it is killed at once', async () => {
    await scanWhile(async (round) => {
      if (round % 2) return;
      const victims = [installation.apiProcess, ...installation.subscribers];
      await Promise.all(victims.map((victim) => replace(victim, 'SIGKILL')));
    });
  });
});
