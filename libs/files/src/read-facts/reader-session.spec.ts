import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { childrenOf } from '../../../../test/local/children-of';
import { resolveRoot } from '../folder';
import { FactReaders } from './fact-readers';

const BUILD = resolve(process.env['ASSAY_BUILD'] ?? join(__dirname, '../../../../dist'), 'libs/files/src/read-facts');
/** Other systems, and kernels without them. */
const known = existsSync('/proc/self/autogroup');

/** proc(5): the name in brackets may hold anything; session is field 6. */
function sessionOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[3]);
}
const groupOf = (pid: number): string | undefined =>
  /nice (-?\d+)/.exec(readFileSync(`/proc/${pid}/autogroup`, 'utf8'))?.[1];

describe('a reader', () => {
  let root: string;
  let readers: FactReaders;
  beforeEach(() => {
    root = resolveRoot(mkdtempSync(join(tmpdir(), 'sessions-')));
    writeFileSync(join(root, 'a.txt'), 'text');
  });
  afterEach(async () => {
    await readers.close();
    rmSync(root, { recursive: true });
  });
  const startedAt = async (niceness: number): Promise<number> => {
    const before = childrenOf(process.pid);
    readers = new FactReaders({ processes: 1, entry: join(BUILD, 'reader.js'), niceness });
    await readers.read({ root, folder: '', names: ['a.txt'], needs: ['metadata'] });
    return childrenOf(process.pid).find((pid) => !before.includes(pid)) ?? 0;
  };

  (known ? it : it.skip)(
    'of work that nobody waits for has a session of its own, which lets others go first',
    async () => {
      const reader = await startedAt(19);
      for (const deadline = Date.now() + 10_000; groupOf(reader) !== '10' && Date.now() < deadline;) await sleep(50);
      expect([sessionOf(reader), groupOf(reader)]).toEqual([reader, '10']);
    },
  );

  (known ? it : it.skip)('that somebody waits for stays in the session of who started it', async () => {
    expect(sessionOf(await startedAt(0))).toBe(sessionOf(process.pid));
  });
});
