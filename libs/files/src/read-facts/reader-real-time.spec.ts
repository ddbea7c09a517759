import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { childrenOf } from '../../../../test/local/children-of';
import { NORMAL, REAL_TIME, policyOf } from '../../../../test/local/scheduling';
import { resolveRoot } from '../folder';
import { FactReaders } from './fact-readers';

const BUILD = resolve(process.env['ASSAY_BUILD'] ?? join(__dirname, '../../../../dist'), 'libs/files/src/read-facts');
/** Computes for a second over the file `slow`, as over a hostile one. */
const READER = `
  const entry = require(${JSON.stringify(join(BUILD, 'read-entry.js'))});
  const read = entry.readEntry;
  entry.readEntry = (path, name, ...others) => {
    if (name === 'slow') for (const end = Date.now() + 1000; Date.now() < end;);
    return read(path, name, ...others);
  };
  require(${JSON.stringify(join(BUILD, 'reader.js'))});
`;
const allowed = process.platform === 'linux' && spawnSync('chrt', ['--rr', '1', 'true']).status === 0;

(allowed ? describe : describe.skip)('a reader', () => {
  let root: string;
  let readers: FactReaders;
  beforeEach(() => {
    root = resolveRoot(mkdtempSync(join(tmpdir(), 'real-time-')));
    for (const name of ['quick', 'slow']) writeFileSync(join(root, name), 'text');
    writeFileSync(join(root, 'reader.js'), READER);
  });
  afterEach(async () => {
    await readers.close();
    rmSync(root, { recursive: true });
  });
  const read = (name: string) => readers.read({ root, folder: '', names: [name], needs: ['metadata'] });
  const start = async (realTime: boolean): Promise<number> => {
    const before = childrenOf(process.pid);
    readers = new FactReaders({ processes: 1, entry: join(root, 'reader.js'), niceness: 0, realTime });
    await read('quick');
    return childrenOf(process.pid).find((pid) => !before.includes(pid)) ?? 0;
  };

  /** A first reading may take long on a busy machine, and the reader is of real time again only after the next one. */
  const becomes = async (reader: number, policy: number): Promise<void> => {
    for (let tries = 0; policyOf(reader) !== policy && tries < 20; tries += 1) await read('quick');
    expect(policyOf(reader)).toBe(policy);
  };

  it('of real time begins at once with each batch, and leaves the processor to others where a file takes long', async () => {
    const reader = await start(true);
    await becomes(reader, REAL_TIME);
    let ended = false;
    const slow = read('slow').finally(() => (ended = true));
    while (policyOf(reader) !== NORMAL && !ended) await sleep(5);
    expect(ended).toBe(false);
    expect(await slow).toMatchObject([{ kind: 'read' }]);
    await becomes(reader, REAL_TIME);
  });

  it('is none of real time where that is not asked for', async () => {
    expect(policyOf(await start(false))).toBe(NORMAL);
  });
});
