import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { childrenOf } from '../../../../test/local/children-of';
import { cameraExif, jpeg } from '../../../../test/metadata/made-photos';
import { resolveRoot } from '../folder';
import { identityOf } from '../identity';
import { FactReaders, type FactReadersOptions, ReadersClosedError, ReadersUnavailableError } from './fact-readers';
import { type ReadResult } from './reader-messages';

/** The compiled product: readers are real processes, and need real JavaScript. */
const BUILD = resolve(process.env['ASSAY_BUILD'] ?? join(__dirname, '../../../../dist'), 'libs/files/src/read-facts');
const READER = join(BUILD, 'reader.js');
const needs = ['dimensions', 'metadata'] as const;

/** Does what hostile files have made readers do, by the name of the file, unless no third-party code would be run. */
const HOSTILE = `
  const entry = require(${JSON.stringify(join(BUILD, 'read-entry.js'))});
  const read = entry.readEntry;
  const bytes = require(${JSON.stringify(join(BUILD, 'byte-source.js'))});
  const { bytesOfFile } = bytes;
  const held = [];
  let brokenDisk = false;
  bytes.bytesOfFile = (fd, size) => {
    if (brokenDisk) throw Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' });
    return bytesOfFile(fd, size);
  };
  entry.readEntry = (path, name, needs, rare, how) => {
    if (rare === null && !name.includes('always')) return read(path, name, needs, rare, how);
    brokenDisk = name.includes('eio');
    if (name.includes('hang')) for (;;);
    if (name.includes('crash')) process.abort();
    if (name.includes('exit')) process.exit(7);
    if (name.includes('sleep')) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60000);
    if (name.includes('slow')) { const end = Date.now() + 400; while (Date.now() < end); }
    if (name.includes('bloat')) for (;;) held.push(Buffer.alloc(8 << 20, 1));
    if (name.includes('heap')) for (;;) held.push(new Array(1000).fill({ a: held.length }));
    return read(path, name, needs, rare, how);
  };
  require(${JSON.stringify(READER)});
`;

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe('readers of file facts', () => {
  let root: string;
  let hostile: string;
  const open: FactReaders[] = [];
  const start = (options: Partial<FactReadersOptions> = {}): FactReaders => {
    // Not nicer than other tests: a reader that gets no processor time is not one that computes for too long.
    const readers = new FactReaders({ processes: 1, entry: READER, niceness: 0, ...options });
    open.push(readers);
    return readers;
  };
  const write = (name: string, content: Buffer | string = jpeg({ exif: cameraExif() })): string => {
    fs.writeFileSync(join(root, name), content);
    return name;
  };
  const summary = (result: ReadResult): string => {
    if (result.kind === 'read') return ['read', ...result.facts.problems.map((problem) => problem.code)].join(' ');
    return 'reason' in result ? `skipped ${result.reason}` : 'code' in result ? `broken ${result.code}` : result.kind;
  };
  const readAll = async (readers: FactReaders, names: string[], folder = ''): Promise<string[]> =>
    (await readers.read({ root, folder, names, needs })).map(summary);

  beforeAll(() => {
    if (!fs.existsSync(READER)) throw new Error(`${READER} is missing: run "npm run build" first`);
  });
  beforeEach(() => {
    root = resolveRoot(fs.mkdtempSync(join(tmpdir(), 'readers-')));
    hostile = join(root, 'hostile-reader.js');
    fs.writeFileSync(hostile, HOSTILE);
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((readers) => readers.close()));
    fs.rmSync(root, { recursive: true, force: true });
  });

  it('answer in the order of the names, with the identity of what was read', async () => {
    const names = Array.from({ length: 730 }, (_, index) =>
      write(`${index}.jpg`, jpeg({ width: index + 1, height: 7, exif: cameraExif() })),
    );
    const results = await start({ processes: 2 }).read({ root, folder: '', names, needs });
    results.forEach((result, index) => {
      const stats = fs.lstatSync(join(root, names[index] ?? ''), { bigint: true });
      expect(result).toMatchObject({
        kind: 'read',
        identity: identityOf(stats),
        size: Number(stats.size),
        modifiedAtMs: Number(stats.mtimeMs),
        facts: { mediaType: 'image/jpeg', width: index + 1, camera: { make: 'Canon' }, reader: 'exifr', problems: [] },
      });
    });
    expect(results).toHaveLength(730);
  });

  it('read only what is needed', async () => {
    write('a.jpg');
    const [result] = await start().read({ root, folder: '', names: ['a.jpg'], needs: ['signature'] });
    expect(result).toMatchObject({ facts: { mediaType: 'image/jpeg', extension: 'jpg', reader: 'none' } });
    expect((result as { facts: object }).facts).not.toHaveProperty('width');
    const [sized] = await start().read({ root, folder: '', names: ['a.jpg'], needs: ['signature', 'dimensions'] });
    expect(sized).toMatchObject({ facts: { width: 640, reader: 'none' } });
    expect((sized as { facts: object }).facts).not.toHaveProperty('camera');
  });

  it('tell the media type of rare formats, text, empty and unknown files', async () => {
    write('a.flac', Buffer.concat([Buffer.from('fLaC'), Buffer.alloc(40)]));
    write('a.json', '{"a":1}');
    write('a.txt', 'text');
    write('empty', '');
    write('noise.jpg', Buffer.from([1, 2, 3, 4, 0, 255, 254, 7]));
    const names = ['a.flac', 'a.json', 'a.txt', 'empty', 'noise.jpg'];
    const results = await start().read({ root, folder: '', names, needs });
    expect(results.map((result) => (result.kind === 'read' ? result.facts.mediaType : result))).toEqual([
      'audio/flac',
      'application/json',
      'text/plain',
      'inode/x-empty',
      'application/octet-stream',
    ]);
  });

  it('open nothing but regular files, and follow no symlink', async () => {
    fs.mkdirSync(join(root, 'folder'));
    execFileSync('mkfifo', [join(root, 'fifo')]);
    write('real.jpg');
    fs.symlinkSync('real.jpg', join(root, 'link'));
    fs.symlinkSync('nowhere', join(root, 'dangling'));
    const server = createServer().listen(join(root, 'socket'));
    await once(server, 'listening');
    const names = ['folder', 'fifo', 'link', 'dangling', 'socket', 'absent', 'real.jpg'];
    const expected = [
      'folder',
      'skipped not-a-regular-file: fifo',
      'skipped not-a-regular-file: symlink',
      'skipped not-a-regular-file: symlink',
      'skipped not-a-regular-file: socket',
      'gone',
      'read',
    ];
    const readers = start();
    expect(await readAll(readers, names)).toEqual(expected);
    // Listed as files, and other things by the time they are read.
    const replaced = await readers.read({ root, folder: '', names, needs, listed: true });
    expect(replaced.map(summary)).toEqual(
      expected.map((each) => (each.endsWith('socket') ? 'skipped unreadable: ENXIO' : each)),
    );
    server.close();
    await once(server, 'close');
  });

  it('read names with any bytes, in folders with any', async () => {
    const folder = 'a "b"\n\u{1f600}';
    fs.mkdirSync(join(root, folder));
    fs.writeFileSync(Buffer.concat([Buffer.from(`${root}/${folder}/caf`), Buffer.from([0xe9])]), jpeg());
    fs.writeFileSync(join(root, folder, '-rf *'), jpeg());
    expect(await readAll(start(), ['caf\udce9', '-rf *'], folder)).toEqual(['read', 'read']);
  });

  it('refuse a name that is more than one segment', async () => {
    for (const name of ['../etc/passwd', '/etc/passwd', 'a/b', '', '.', '..', 'a\0b'])
      await expect(start().read({ root, folder: '', names: [name], needs })).rejects.toThrow(RangeError);
  });

  it('know that a folder is gone, or has become a symlink that leads elsewhere', async () => {
    fs.symlinkSync('/etc', join(root, 'swapped'));
    expect(await readAll(start(), ['passwd'], 'swapped')).toEqual(['gone']);
    expect(await readAll(start(), ['x', 'y'], 'absent')).toEqual(['gone', 'gone']);
  });

  it('tell what may not be read from what is broken', async () => {
    write('secret.jpg');
    fs.chmodSync(join(root, 'secret.jpg'), 0);
    const expected = process.getuid?.() === 0 ? ['read'] : ['skipped unreadable: EACCES'];
    expect(await readAll(start(), ['secret.jpg'])).toEqual(expected);
    const [broken] = await readAll(start({ entry: hostile }), [write('eio.jpg')]);
    expect(broken).toBe('broken EIO');
  });

  it.each([
    ['hang', 'reader-timeout'],
    ['crash', 'reader-crashed'],
    ['exit', 'reader-crashed'],
    ['bloat', 'reader-memory'],
    ['heap', 'reader-memory'],
  ])(
    'survive a file that makes them %s; its neighbours do not notice',
    async (kind, problem) => {
      const names = Array.from({ length: 260 }, (_, index) => write(index === 77 ? `${kind}.jpg` : `${index}.jpg`));
      const readers = start({
        entry: hostile,
        secondsPerFile: kind === 'hang' ? 0.7 : 5,
        megabytesPerFile: 128,
        processes: 2,
      });
      const results = await readers.read({ root, folder: '', names, needs });
      const found = results.map(summary);
      expect(found[77]).toBe(`read ${problem}`);
      expect(found.filter((text) => text !== 'read')).toHaveLength(1);
      expect(results[77]).toMatchObject({
        facts: { mediaType: 'image/jpeg', width: 640, height: 480, reader: 'none' },
      });
      expect(results[78]).toMatchObject({ facts: { camera: { make: 'Canon' }, reader: 'exifr' } });
    },
    30_000,
  );

  it('skip a file that ends every reader, whatever is read of it', async () => {
    const names = [write('a.jpg'), write('always-crash.jpg'), write('b.jpg')];
    expect(await readAll(start({ entry: hostile }), names)).toEqual([
      'read',
      'skipped unreadable: reader-crashed',
      'read',
    ]);
  }, 20_000);

  it('find several culprits in one batch', async () => {
    const names = ['a', 'hang1', 'b', 'crash1', 'c', 'hang2', 'd'].map((name) => write(`${name}.jpg`));
    const readers = start({ entry: hostile, secondsPerFile: 0.5 });
    expect(await readAll(readers, names)).toEqual([
      'read',
      'read reader-timeout',
      'read',
      'read reader-crashed',
      'read',
      'read reader-timeout',
      'read',
    ]);
  }, 30_000);

  it('do not condemn a batch that is slow as a whole while each file is within the limit', async () => {
    const names = Array.from({ length: 6 }, (_, index) => write(`slow${index}.jpg`));
    expect(await readAll(start({ entry: hostile, secondsPerFile: 1 }), names)).toEqual(names.map(() => 'read'));
  }, 20_000);

  it('do not blame a file for a disk that does not answer: who waits does not compute', async () => {
    const names = [write('sleep.jpg'), write('a.jpg')];
    const found = await readAll(start({ entry: hostile, secondsPerFile: 0.6 }), names);
    expect(found).toEqual(['broken ETIMEDOUT', 'broken ETIMEDOUT']);
  }, 20_000);

  it('do not blame a file where somebody else kills the reader', async () => {
    const names = Array.from({ length: 5 }, (_, index) => write(`slow${index}.jpg`));
    const reading = readAll(start({ entry: hostile }), names);
    for (let kills = 0; kills < 2; kills += 1) {
      await sleep(900);
      for (const pid of childrenOf(process.pid).filter(isReader)) process.kill(pid, 'SIGKILL');
    }
    expect(await reading).toEqual(names.map(() => 'read'));
  }, 30_000);

  const isReader = (pid: number): boolean => {
    try {
      return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('reader.js');
    } catch {
      return false;
    }
  };

  it('share themselves between calls in turn: a short one does not wait for a long one', async () => {
    const names = Array.from({ length: 800 }, (_, index) =>
      write(index % 200 === 7 ? `slow${index}.jpg` : `${index}.jpg`),
    );
    const readers = start({ entry: hostile });
    const ended: string[] = [];
    const long = readAll(readers, names).then(() => ended.push('long'));
    const short = readAll(readers, [write('a.jpg')]).then(() => ended.push('short'));
    await Promise.all([long, short]);
    expect(ended[0]).toBe('short');
  }, 30_000);

  it('say that they cannot be started, rather than that files are bad', async () => {
    const broken = join(root, 'broken.js');
    fs.writeFileSync(broken, 'throw new Error("no such library")');
    write('a.jpg');
    const readers = start({ entry: broken });
    await expect(readAll(readers, ['a.jpg'])).rejects.toThrow(ReadersUnavailableError);
    await expect(readAll(readers, ['a.jpg'])).rejects.toThrow(/no such library/);
    fs.writeFileSync(broken, `require(${JSON.stringify(READER)})`);
    expect(await readAll(readers, ['a.jpg'])).toEqual(['read']);
  }, 20_000);

  it('are gone after close, which rejects what is unfinished', async () => {
    const readers = start({ entry: hostile });
    const reading = readAll(readers, [write('hang.jpg')]);
    await sleep(300);
    const pids = childrenOf(process.pid).filter(isReader);
    expect(pids).toHaveLength(1);
    const rejected = expect(reading).rejects.toThrow(ReadersClosedError);
    await readers.close();
    await readers.close();
    await rejected;
    expect(pids.filter(isAlive)).toEqual([]);
    await expect(readAll(readers, ['hang.jpg'])).rejects.toThrow(ReadersClosedError);
  }, 20_000);

  it('die with their parent, even in the middle of a file that hangs', async () => {
    write('hang.jpg');
    const script = `
      const { FactReaders } = require(${JSON.stringify(join(BUILD, 'fact-readers.js'))});
      const readers = new FactReaders({ processes: 1, entry: ${JSON.stringify(hostile)}, secondsPerFile: 60 });
      void readers.read({ root: ${JSON.stringify(root)}, folder: '', names: ['hang.jpg'], needs: ['metadata'] });
      setTimeout(() => console.log('reading'), 700);`;
    const parent = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(parent.stdout, 'data');
    const pids = childrenOf(parent.pid ?? 0);
    expect(pids).toHaveLength(1);
    parent.kill('SIGKILL');
    const deadline = Date.now() + 5000;
    while (pids.some(isAlive) && Date.now() < deadline) await sleep(50);
    expect(pids.filter(isAlive)).toEqual([]);
  }, 20_000);

  it('let a program end that has nothing left to do but to close them', () => {
    write('a.jpg');
    const script = `
      const { FactReaders } = require(${JSON.stringify(join(BUILD, 'fact-readers.js'))});
      new FactReaders({ processes: 1 })
        .read({ root: ${JSON.stringify(root)}, folder: '', names: ['a.jpg'], needs: ['metadata'] })
        .then(([result]) => console.log(result.kind, result.facts.camera.make));`;
    const output = execFileSync(process.execPath, ['-e', script], { timeout: 10_000, encoding: 'utf8' });
    expect(output).toBe('read Canon\n');
  });
});
