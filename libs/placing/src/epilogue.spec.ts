import type { Finding } from '@assay/inspection';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { CrashError, Stall, Workbench, crashAt, namesOfOurs, tree } from './contract/workbench';
import { doEpilogue } from './epilogue';
import { Epilogues } from './epilogues';
import type { OnStep, Step } from './steps';
import { TakenOver } from './taken-over';

jest.setTimeout(60_000);

const silent = { log: () => undefined, warn: () => undefined, error: () => undefined };
const finding = (code: string, over: Partial<Finding> = {}): Finding => ({
  code,
  severity: 'must',
  message: `it is ${code}`,
  fix: `mend ${code}`,
  ...over,
});
const bad = (path: string, ...codes: string[]) => ({
  path,
  content: `bad ${path}`,
  findings: codes.map((code) => finding(code)),
});
const good = (path: string) => ({ path, content: `good ${path}` });
const HEAD = 'path,destination,findings,messages,fixes,seq,scan,pathBytes,destinationBytes';

const STEPS: readonly Step[] = [
  'epilogue-claimed',
  'reasons-begun',
  'reasons-written',
  'reasons-noted',
  'reasons-published',
  'folder-removed',
  'folders-removed',
];

describe('the end of a scan', () => {
  let bench: Workbench;
  beforeAll(async () => {
    bench = await Workbench.open();
  });
  afterAll(() => bench.close());
  beforeEach(() => {
    bench.queue = [];
  });
  type Made = Awaited<ReturnType<Workbench['scan']>>;

  const placed = async (...args: Parameters<Workbench['scan']>): Promise<Made> => {
    const made = await bench.scan(...args);
    await bench.drain();
    return made;
  };
  const epilogue = ({ id }: Made, onStep: OnStep = () => undefined, keep = () => Promise.resolve()): Promise<void> =>
    doEpilogue(id, { ledger: bench.ledger, roots: bench.roots, onStep, keep });
  const crash = async (made: Made, step: Step): Promise<void> => {
    try {
      await epilogue(made, crashAt(step));
    } catch (error) {
      if (!(error instanceof CrashError)) throw error;
    }
  };
  const epilogueOf = async ({ id }: Made) => (await bench.state(id)).epilogue;
  const rowsIn = (path: string): string[] =>
    fs
      .readFileSync(path, 'utf8')
      .split('\r\n')
      .filter((line) => line !== '');
  const reasonsIn = ({ rejects }: Made): string[] =>
    fs.existsSync(rejects)
      ? fs
          .readdirSync(rejects)
          .filter((name) => name.startsWith('REASONS'))
          .sort()
      : [];
  const folders = (directory: string): string[] =>
    fs
      .readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
      .sort();

  describe('the reasons', () => {
    it('lie beside the quarantined files, one row a file, with everything that was found', async () => {
      const made = await placed([bad('a/one.jpg', 'too-small', 'no-camera'), good('b.jpg'), bad('two.jpg', 'empty')]);
      await epilogue(made);
      const [name = '', ...more] = reasonsIn(made);
      expect([name, more]).toEqual(['REASONS.csv', []]);
      expect(rowsIn(join(made.rejects, name))).toEqual([
        HEAD,
        `a/one.jpg,${made.rejects}/a/one.jpg,too-small no-camera,"must: it is too-small\nmust: it is no-camera","mend too-small\nmend no-camera",1,${made.id},,`,
        `two.jpg,${made.rejects}/two.jpg,empty,must: it is empty,mend empty,3,${made.id},,`,
      ]);
      expect(await epilogueOf(made)).toMatchObject({ reasons: join(made.rejects, name), problem: null });
      expect(namesOfOurs(tree(made.home))).toEqual([]);
      await epilogue(made);
      expect(reasonsIn(made)).toEqual([name]);
    });

    it('are not written where nothing was quarantined', async () => {
      const made = await placed([good('a.jpg')]);
      await epilogue(made);
      expect(fs.existsSync(made.rejects)).toBe(false);
      expect(await epilogueOf(made)).toMatchObject({ reasons: null, problem: null });
    });

    it('are numbered where another file has their name, one file for each scan that shares the folder', async () => {
      const shared = join(bench.top, 'shared');
      fs.mkdirSync(shared);
      fs.writeFileSync(join(shared, 'REASONS.csv'), 'a supplier’s own');
      const first = await placed([bad('a.jpg', 'x')], { quarantine: shared });
      const second = await placed([bad('b.jpg', 'y'), bad('REASONS.csv', 'z')], { quarantine: shared });
      await Promise.all([epilogue(first), epilogue(second)]);
      expect(fs.readFileSync(join(shared, 'REASONS.csv'), 'utf8')).toBe('a supplier’s own');
      const told = [await epilogueOf(first), await epilogueOf(second)].map((one) => one?.reasons ?? '');
      // REASONS-2.csv is the quarantined file of that name.
      expect([...told].sort()).toEqual([join(shared, 'REASONS-3.csv'), join(shared, 'REASONS-4.csv')]);
      for (const [index, made] of [first, second].entries())
        expect(rowsIn(told[index] ?? '').slice(1)).toEqual(
          [...rowsIn(told[index] ?? '')].filter((row) => row.includes(made.id)),
        );
    });

    it('hold no formula, whatever a supplier calls a file', async () => {
      const made = await placed([
        {
          path: '=cmd|calc!A0.jpg',
          content: 'x',
          findings: [finding('bad', { message: '@SUM(A1)', fix: '-2+3, "quoted"' })],
        },
      ]);
      await epilogue(made);
      expect(rowsIn(join(made.rejects, 'REASONS.csv'))[1]).toBe(
        `'=cmd|calc!A0.jpg,${made.rejects}/=cmd|calc!A0.jpg,bad,must: @SUM(A1),"'-2+3, ""quoted""",1,${made.id},,`,
      );
    });
  });

  describe('whatever dies in the middle of it', () => {
    const delivery = [bad('a/b/one.jpg', 'x'), bad('a/two.jpg', 'y'), good('c/three.jpg'), good('four.jpg')];
    const begin = (): Promise<Made> => placed(delivery, { removeEmptyFolders: true });
    const problems = async (made: Made): Promise<string[]> => {
      const found: string[] = [];
      const names = reasonsIn(made);
      if (names.length !== 1) found.push(`reasons: ${names.join(', ') || 'none'}`);
      for (const name of names) {
        const rows = rowsIn(join(made.rejects, name));
        if (rows.length !== 3 || rows[0] !== HEAD) found.push(`${name} is not whole: ${rows.join(' | ')}`);
      }
      found.push(...namesOfOurs(tree(made.home)).map((path) => `a name of ours is left: ${path}`));
      if (folders(made.directory).length > 0) found.push(`folders: ${folders(made.directory).join(', ')}`);
      const told = await epilogueOf(made);
      if (told?.reasons !== join(made.rejects, names[0] ?? '')) found.push(`the scan says ${JSON.stringify(told)}`);
      if (fs.readdirSync(made.rejects, { recursive: true }).length !== 5) found.push('a quarantined file is lost');
      return found;
    };

    it('one whole file of reasons is there in the end, and no name of ours', async () => {
      for (const step of STEPS) {
        const made = await begin();
        await crash(made, step);
        expect([step, await epilogueOf(made)]).toEqual([step, null]);
        await epilogue(made);
        expect([step, await problems(made)]).toEqual([step, []]);
      }
    });

    it('that holds for a second crash, at any step', async () => {
      for (const first of STEPS)
        for (const second of STEPS) {
          const made = await begin();
          await crash(made, first);
          await crash(made, second);
          await epilogue(made);
          expect([first, second, await problems(made)]).toEqual([first, second, []]);
        }
    });

    it('that holds where a process stops at any step, another finishes, and the first goes on', async () => {
      for (const step of STEPS) {
        const made = await begin();
        const stall = new Stall(step);
        const stopped = epilogue(made, stall.onStep);
        await Promise.race([stall.reached, stopped]);
        await epilogue(made);
        stall.goOn();
        try {
          await stopped;
        } catch (error) {
          if (!(error instanceof TakenOver)) throw error;
        }
        expect([step, await problems(made)]).toEqual([step, []]);
      }
    });

    it('that holds where several do it at the same moment', async () => {
      const made = await begin();
      const racing = await Promise.allSettled(Array.from({ length: 5 }, () => epilogue(made)));
      for (const one of racing) if (one.status === 'rejected') expect(one.reason).toBeInstanceOf(TakenOver);
      await epilogue(made);
      expect(await problems(made)).toEqual([]);
    });

    it('nothing is left by one who finds out while writing that it is another’s', async () => {
      const made = await begin();
      await expect(epilogue(made, undefined, () => Promise.reject(new TakenOver(made.id)))).rejects.toThrow(TakenOver);
      expect(namesOfOurs(tree(made.home))).toEqual([]);
      expect(reasonsIn(made)).toEqual([]);
      await epilogue(made);
      expect(await problems(made)).toEqual([]);
    });
  });

  describe('what can’t be done', () => {
    it('is noted with the scan where attempt after attempt does no better', async () => {
      const made = await placed([bad('a.jpg', 'x')]);
      fs.renameSync(made.rejects, `${made.rejects}-elsewhere`);
      fs.writeFileSync(made.rejects, 'in the way');
      for (let attempt = 1; attempt < 6; attempt += 1) await expect(epilogue(made)).rejects.toThrow('ENOTDIR');
      expect(await epilogueOf(made)).toBeNull();
      await epilogue(made);
      expect(await epilogueOf(made)).toMatchObject({
        reasons: null,
        problem: expect.stringContaining('ENOTDIR') as string,
      });
      expect(fs.readFileSync(made.rejects, 'utf8')).toBe('in the way');
    });

    it('waits where a root is away, and is done when it is back', async () => {
      const made = await placed([bad('a/a.jpg', 'x')], { removeEmptyFolders: true });
      fs.renameSync(bench.top, `${bench.top}-away`);
      await expect(epilogue(made)).rejects.toThrow('root');
      fs.renameSync(`${bench.top}-away`, bench.top);
      expect(await epilogueOf(made)).toBeNull();
      await epilogue(made);
      expect(reasonsIn(made)).toEqual(['REASONS.csv']);
      expect(folders(made.directory)).toEqual([]);
    });
  });

  describe('folders that the scan emptied', () => {
    it('go with their parents, and the directory itself stays', async () => {
      const made = await placed([good('a/b/c/1.jpg'), good('a/b/2.jpg'), bad('d/3.jpg', 'x'), good('d-e/4.jpg')], {
        removeEmptyFolders: true,
      });
      await epilogue(made);
      expect(fs.readdirSync(made.directory)).toEqual([]);
    });

    it('stay where the profile does not ask for it, and where sources stay', async () => {
      for (const options of [{}, { transfer: 'copy', removeEmptyFolders: true }] as const) {
        const made = await placed([good('a/b/1.jpg')], options);
        fs.rmSync(join(made.directory, 'a/b/1.jpg'), { force: true });
        await epilogue(made);
        expect(folders(made.directory)).toEqual(['a', 'a/b']);
      }
    });

    it('stay where they hold anything, were empty before, or were emptied by others', async () => {
      const made = await bench.scan(
        [good('hidden/1.jpg'), good('link/2.jpg'), good('sub/3.jpg'), good('left/4.jpg'), good('other/5.jpg')],
        { removeEmptyFolders: true },
      );
      fs.mkdirSync(join(made.directory, 'sub/empty-before'));
      fs.mkdirSync(join(made.directory, 'alone/empty-before'), { recursive: true });
      fs.unlinkSync(join(made.directory, 'other/5.jpg'));
      await bench.drain();
      fs.writeFileSync(join(made.directory, 'hidden/.new'), 'a new file');
      fs.symlinkSync('nowhere', join(made.directory, 'link/dangling'));
      fs.writeFileSync(join(made.directory, 'left/5.jpg'), 'a new delivery');
      await epilogue(made);
      expect((await bench.rows(made.id)).map(({ outcome }) => outcome)).toContain('errored');
      expect(folders(made.directory)).toEqual([
        'alone',
        'alone/empty-before',
        'hidden',
        'left',
        'link',
        'other',
        'sub',
        'sub/empty-before',
      ]);
    });

    it('are not looked for through a symlink that has taken a folder’s name', async () => {
      const made = await placed([good('a/b/1.jpg'), good('c/2.jpg')], { removeEmptyFolders: true });
      const outside = join(made.home, 'outside');
      fs.mkdirSync(join(outside, 'b'), { recursive: true });
      fs.rmSync(join(made.directory, 'a'), { recursive: true });
      fs.symlinkSync(outside, join(made.directory, 'a'));
      fs.rmdirSync(join(made.directory, 'c'));
      fs.symlinkSync(join(outside, 'b'), join(made.directory, 'c'));
      await epilogue(made);
      expect(folders(outside)).toEqual(['b']);
      expect(fs.readdirSync(made.directory).sort()).toEqual(['a', 'c']);
    });

    it('are never a destination, though it is empty again', async () => {
      const made = await placed([good('a/1.jpg')], {
        accept: (directory) => join(directory, 'a/accepted'),
        removeEmptyFolders: true,
      });
      fs.rmSync(join(made.directory, 'a/accepted/a'), { recursive: true });
      await epilogue(made);
      expect(folders(made.directory)).toEqual(['a', 'a/accepted']);
    });

    it('stay when the scan was cancelled or its walk failed, while the reasons are written', async () => {
      const made = await bench.scan([bad('a/1.jpg', 'x'), good('b/2.jpg')], { removeEmptyFolders: true });
      const [first, ...rest] = bench.queue;
      bench.queue = first ? [first] : [];
      await bench.drain();
      await bench.ledger.cancelScan(made.id, null);
      bench.queue = rest;
      await bench.drain();
      await bench.sweep();
      await epilogue(made);
      expect(await bench.state(made.id)).toMatchObject({ state: 'cancelled', counts: { quarantined: 1, left: 1 } });
      expect(folders(made.directory)).toEqual(['a', 'b']);
      expect(reasonsIn(made)).toEqual(['REASONS.csv']);
    });

    it('go where there are more than are looked at at once', async () => {
      const made = await placed(
        Array.from({ length: 1_300 }, (_, index) => good(`top/${index % 13}/${index}/f.jpg`)),
        { removeEmptyFolders: true },
      );
      fs.writeFileSync(join(made.directory, 'top/5/5/new.jpg'), 'new');
      await epilogue(made);
      expect(folders(made.directory)).toEqual(['top', 'top/5', 'top/5/5']);
    });
  });

  describe('ends of many scans', () => {
    const epilogues = (holder: string): Epilogues =>
      new Epilogues({ ledger: bench.ledger, roots: bench.roots, logger: silent, holder, onStep: () => undefined });

    it('are seen to once each, by one process at a time', async () => {
      const shared = join(bench.top, 'many');
      const scans: Made[] = [];
      for (let index = 0; index < 12; index += 1)
        scans.push(await placed([bad(`f${index}.jpg`, 'x')], { quarantine: shared }));
      const [one, other] = [epilogues('one'), epilogues('other')];
      await Promise.all([one.once(), other.once(), one.once()]);
      await Promise.all([one.once(), other.once()]);
      const told = await Promise.all(scans.map(epilogueOf));
      expect(new Set(told.map((each) => each?.reasons)).size).toBe(12);
      expect(fs.readdirSync(shared).filter((name) => name.startsWith('REASONS'))).toHaveLength(12);
      await one.stop();
      await other.stop();
    });

    it('do not keep each other waiting where one can’t be done now', async () => {
      const stuck = await placed([bad('a.jpg', 'x')], { quarantine: join(bench.top, 'stuck') });
      const fine = await placed([bad('b.jpg', 'x')]);
      const logged: string[] = [];
      const { ledger, roots } = bench;
      let failures = 1;
      const onStep: OnStep = (step) => {
        if (step === 'epilogue-claimed' && failures-- > 0)
          throw Object.assign(new Error('EIO: broken'), { code: 'EIO' });
      };
      const logger = { ...silent, warn: (...said: unknown[]) => void logged.push(String(said.at(-1))) };
      const seeing = new Epilogues({ ledger, roots, logger, holder: 'other', onStep });
      await bench.ledger.leave('one');
      await seeing.once();
      expect(await epilogueOf(stuck)).toBeNull();
      expect((await epilogueOf(fine))?.reasons).toBe(join(fine.rejects, 'REASONS.csv'));
      expect(logged).toEqual(['The end of a scan will be seen to later: EIO: broken']);
      await new Promise((later) => setTimeout(later, 1_100));
      await seeing.once();
      expect((await epilogueOf(stuck))?.reasons).toBe(join(bench.top, 'stuck/REASONS.csv'));
      await seeing.stop();
    });
  });
});
