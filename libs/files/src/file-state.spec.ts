import { decodePath } from '@assay/inspection';
import { execFileSync, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FileState, stateAt, stateOf } from './file-state';
import { type OpenFolder, openFolder, resolveRoot } from './folder';
import { identityOf } from './identity';
import { STATX_BYTES, statx } from './system-calls';

/* Run once as the kernel is, and once more in a process to which it refuses statx: see the last test. */
const REFUSED = process.env['ASSAY_TEST_STATX'] === 'refused';

/** What node:fs says of the same name. */
function byNode(folder: OpenFolder, name: string): Omit<FileState, 'kind'> {
  const stats = fs.lstatSync(folder.entry(name), { bigint: true });
  return { identity: identityOf(stats), size: Number(stats.size), modifiedAtMs: Number(stats.mtimeMs) };
}

const places = [tmpdir(), '/dev/shm', process.cwd()].filter((place) => fs.existsSync(place));

describe.each(places)('state of a file in %s', (place) => {
  let root: string;
  let folder: OpenFolder;
  beforeEach(() => {
    root = resolveRoot(fs.mkdtempSync(join(place, 'state-')));
    folder = openFolder(root, '');
  });
  afterEach(() => {
    folder.close();
    fs.rmSync(root, { recursive: true, force: true });
  });

  it('is what node:fs says of regular files, folders, symlinks and all others', async () => {
    fs.writeFileSync(join(root, 'file'), 'abc');
    fs.writeFileSync(join(root, 'empty'), '');
    fs.mkdirSync(join(root, 'folder'));
    fs.symlinkSync('file', join(root, 'symlink'));
    fs.symlinkSync('nowhere', join(root, 'dangling'));
    execFileSync('mkfifo', [join(root, 'fifo')]);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(`/proc/self/fd/${folder.fd}/socket`, resolve));
    const kinds = { file: 'file', empty: 'file', folder: 'folder', symlink: 'symlink', dangling: 'symlink' };
    for (const [name, kind] of Object.entries({ ...kinds, fifo: 'fifo', socket: 'socket' }))
      expect(stateAt(folder, name)).toEqual({ kind, ...byNode(folder, name) });
    await new Promise((resolve) => server.close(resolve));
  });

  it('is the same by its name and by its descriptor', () => {
    fs.writeFileSync(join(root, 'file'), 'abc');
    const fd = fs.openSync(join(root, 'file'), 'r');
    expect(stateOf(fd)).toEqual(stateAt(folder, 'file'));
    fs.closeSync(fd);
    expect(stateOf(folder.fd)).toMatchObject({ kind: 'folder' });
  });

  it.each([
    ['before 1970', -86_400.25],
    ['a moment before 1970', -0.001],
    ['in 1970', 0],
    ['in the first second of 1970', 0.000_05],
    ['without a fraction', 1_700_000_000],
    ['with a fraction that begins with zeros', 1_700_000_000.000_1],
    ['behind 2038', 4_000_000_000.5],
    ['behind 2106', 5_000_000_000.5],
  ])('is what node:fs says of a file that was modified %s', (_, seconds) => {
    fs.writeFileSync(join(root, 'file'), 'abc');
    fs.utimesSync(join(root, 'file'), seconds, seconds);
    expect(stateAt(folder, 'file')).toEqual({ kind: 'file', ...byNode(folder, 'file') });
  });

  it('is what node:fs says of a file of more than 4 GiB', () => {
    fs.writeFileSync(join(root, 'file'), '');
    try {
      fs.truncateSync(join(root, 'file'), 5 * 1024 ** 3 + 1);
    } catch {
      return; // A file system that has no holes, and not that much room.
    }
    expect(stateAt(folder, 'file')).toEqual({ kind: 'file', ...byNode(folder, 'file') });
  });

  it('is told of names of any bytes', () => {
    for (const bytes of [
      [0x61, 0xff, 0x62],
      [0xc3, 0xa9],
      [0xf0, 0x9f, 0x98, 0x80],
      [0x0a, 0x22],
    ]) {
      const name = decodePath(Uint8Array.from(bytes));
      fs.writeFileSync(folder.entry(name), String(bytes));
      expect(stateAt(folder, name)).toEqual({ kind: 'file', ...byNode(folder, name) });
    }
  });

  it('is null where nothing has the name', () => {
    expect(stateAt(folder, 'nothing')).toBeNull();
  });

  it('follows its folder wherever that goes', () => {
    fs.mkdirSync(join(root, 'inner'));
    fs.writeFileSync(join(root, 'inner/file'), 'abc');
    const inner = openFolder(root, 'inner');
    fs.renameSync(join(root, 'inner'), join(root, 'moved'));
    expect(stateAt(inner, 'file')).toMatchObject({ size: 3 });
    inner.close();
  });
});

describe('the state of a device', () => {
  it('is what node:fs says of it', () => {
    const folder = openFolder('/dev', '');
    expect(stateAt(folder, 'null')).toEqual({ kind: 'device', ...byNode(folder, 'null') });
    folder.close();
  });
});

describe('an error over the state of a file', () => {
  const codeOf = (act: () => unknown): string => {
    try {
      act();
    } catch (error) {
      return (error as NodeJS.ErrnoException).code ?? 'no code';
    }
    return 'nothing thrown';
  };

  it('is named as node:fs names it', () => {
    const folder = openFolder(resolveRoot(tmpdir()), '');
    expect(codeOf(() => stateAt(folder, 'x'.repeat(256)))).toBe('ENAMETOOLONG');
    expect(codeOf(() => stateAt(folder, 'a\0b'))).toBe('ERR_INVALID_ARG_VALUE');
    folder.close();
    expect(codeOf(() => stateOf(folder.fd))).toBe('EBADF');
    // By a path through /proc nothing tells a folder that was closed from a name that nothing has.
    if (!REFUSED) expect(codeOf(() => stateAt(folder, 'file'))).toMatch(/^(EBADF|ENOENT)$/);
  });
});

(process.platform === 'linux' && !REFUSED ? describe : describe.skip)('statx', () => {
  it('is there, so that node:fs need not be asked', () => {
    const folder = openFolder('/', '');
    expect(statx(folder.fd, '', new Uint8Array(STATX_BYTES))).toBe(0);
    folder.close();
  });
});

const ASKED_BY_NUMBER = ['x64', 'arm64'].includes(process.arch);
const onlyUnrefused = REFUSED || process.platform !== 'linux' || !ASKED_BY_NUMBER ? it.skip : it;
onlyUnrefused('All of this holds where the kernel has no statx', () => {
  const { status, stderr } = spawnSync(
    process.execPath,
    [
      ...['--require', join(__dirname, 'refuse-statx.cjs')],
      join(__dirname, '../../../node_modules/jest/bin/jest.js'),
      ...['--runInBand', '--runTestsByPath', __filename],
    ],
    { env: { ...process.env, ASSAY_TEST_STATX: 'refused' }, encoding: 'utf8', cwd: join(__dirname, '../../..') },
  );
  if (status !== 0) throw new Error(stderr.slice(-6_000));
});
