import { appendFileSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LoggerService } from '@nestjs/common';
import { readConfig } from '@assay/config';
import { ScanThreads } from './scan-threads';

const STARTED = `require('node:worker_threads').parentPort.postMessage({ kind: 'started' });`;
/** Notes each start, and ends in order when it is asked to. */
const OBEDIENT = `${STARTED}
  require('node:worker_threads').parentPort.on('message', () => process.exit(0));`;

describe('the scan threads', () => {
  let folder: string;
  let starts: string;
  const said: string[] = [];
  const say = (message: unknown, more?: unknown) => said.push(typeof message === 'string' ? message : String(more));
  const logger = { log: say, warn: say, error: say } as unknown as LoggerService;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'scan-threads-'));
    starts = join(folder, 'starts');
    said.length = 0;
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const threads = (program: string, count = 1): ScanThreads => {
    const entry = join(folder, 'thread.js');
    writeFileSync(entry, `require('node:fs').appendFileSync(${JSON.stringify(starts)}, 'x');\n${program}`);
    const environment = { AMQP_URL: 'amqp://u:p@127.0.0.1/v', SCAN_THREADS: String(count) };
    return new ScanThreads(readConfig(environment, folder), logger, entry);
  };
  const startsUntil = async (count: number): Promise<number> => {
    appendFileSync(starts, '');
    for (const deadline = Date.now() + 10_000; Date.now() < deadline; await sleep(20))
      if (readFileSync(starts).length >= count) break;
    return readFileSync(starts).length;
  };

  it('are as many as SCAN_THREADS says, and end when they are asked to', async () => {
    const three = threads(OBEDIENT, 3);
    three.start();
    expect(await startsUntil(3)).toBe(3);
    await three.stop(5_000);
    expect(said.filter((line) => line.includes('did not end in time'))).toEqual([]);
  });

  it('are none where SCAN_THREADS is 0', async () => {
    const none = threads(OBEDIENT, 0);
    none.start();
    await none.stop(1_000);
    expect(existsSync(starts)).toBe(false);
  });

  it.each([
    ['throws', `setTimeout(() => { throw new Error('broken'); }, 10);`],
    ['exits', `setTimeout(() => process.exit(3), 10);`],
    ['can’t even be loaded', `this is no program`],
  ])('are started again after a pause where one %s', async (_what, program) => {
    const dying = threads(program);
    dying.start();
    if (program.startsWith('set')) expect(await startsUntil(2)).toBeGreaterThanOrEqual(2);
    else for (const deadline = Date.now() + 10_000; Date.now() < deadline && said.length < 4;) await sleep(20);
    await dying.stop(1_000);
    expect(said).toContain('Scan thread 0 ended; it is started again in 0.5 s');
  });

  it('close descriptors that Node.js did not open in them, and nobody is warned', async () => {
    const warnings = join(folder, 'warnings');
    const descriptor = openSync('/dev/null', 'r');
    const closing = threads(`
      process.on('warning', ({ message }) => require('node:fs').appendFileSync(${JSON.stringify(warnings)}, message));
      require('node:fs').closeSync(${descriptor});
      setTimeout(() => { require('node:fs').appendFileSync(${JSON.stringify(starts)}, 'x'); }, 50);
      ${OBEDIENT}`);
    closing.start();
    expect(await startsUntil(2)).toBe(2);
    await closing.stop(5_000);
    expect(existsSync(warnings)).toBe(false);
  });

  it('are ended where one does not end in time', async () => {
    const deaf = threads(`${STARTED} for (;;);`);
    deaf.start();
    await startsUntil(1);
    await deaf.stop(300);
    expect(said).toContain('A scan thread did not end in time and is ended; its walk is taken up by another');
  });

  it('are told to stop though they were still starting', async () => {
    const slow = threads(`setTimeout(() => { ${OBEDIENT} }, 300);`);
    slow.start();
    await slow.stop(8_000);
    expect(said.filter((line) => line.includes('did not end in time'))).toEqual([]);
  });
});
