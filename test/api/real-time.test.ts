import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { childrenOf } from '../local/children-of';
import { Installation, type ProductProcess } from '../installation';
import { NORMAL, REAL_TIME, policyOf } from '../local/scheduling';

jest.setTimeout(90_000);

const allowed = process.platform === 'linux' && spawnSync('chrt', ['--rr', '2', 'true']).status === 0;

(allowed ? describe : describe.skip)('where the system allows real time', () => {
  let installation: Installation;
  beforeEach(async () => {
    installation = await Installation.make({ environment: { READER_PROCESSES: '1' } });
    installation.write('in/a', 'text');
  });
  afterEach(() => installation.close());

  /** Of its main thread, and of everything else that it runs. */
  const policies = ({ pid }: ProductProcess) => ({
    main: policyOf(pid),
    threads: readdirSync(`/proc/${pid}/task`)
      .filter((thread) => Number(thread) !== pid)
      .map((thread) => policyOf(pid, Number(thread))),
    children: childrenOf(pid)
      .map((child) => policyOf(child))
      .sort(),
  });

  it('the thread of HTTP has it, and the reader that requests wait for; walking and reading deliveries have not', async () => {
    await installation.start({ subscribers: 1 });
    const { id } = await installation.scan({ directory: 'in', profile: 'any-file', dryRun: true });
    await installation.finished(id);
    // A reader whose first reading took long is of real time again only after the next one.
    for (let tries = 0; tries < 20 && !policies(installation.apiProcess).children.includes(REAL_TIME); tries += 1)
      await installation.api.post('/v1/inspections', { path: 'in/a', profile: 'any-file' });
    const { main, threads, children } = policies(installation.apiProcess);
    expect([main, children]).toEqual([REAL_TIME, [NORMAL, REAL_TIME]]);
    expect(new Set(threads)).toEqual(new Set([NORMAL]));
    await installation.apiProcess.says('Requests go before other programs');
  });

  it.each([
    ['moves files as well', { activeInspectionSubscribe: 'true' }],
    ['is told so', { REAL_TIME: 'false' }],
  ])('a process that %s has not', async (_why, environment) => {
    await installation.startApi({ SCAN_THREADS: '0', ...environment });
    await installation.api.post('/v1/inspections', { path: 'in/a', profile: 'any-file' });
    const { main, children } = policies(installation.apiProcess);
    expect([main, children]).toEqual([NORMAL, [NORMAL]]);
    await installation.apiProcess.says('Requests share the processor with other programs');
  });
});
