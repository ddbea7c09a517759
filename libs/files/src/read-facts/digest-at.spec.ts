import { createHash, randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { resolveRoot } from '../folder';
import { identityOf } from '../identity';
import { HEAD_OF_CONTENT } from './content/head';
import { digestAt, identityIn } from './digest-at';
import { FactReaders } from './fact-readers';
import { readEntry } from './read-entry';

const READER = resolve(process.env['ASSAY_BUILD'] ?? 'dist', 'libs/files/src/read-facts/reader.js');
const sha256 = (bytes: Buffer) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

describe('digests of files', () => {
  let root: string;
  let readers: FactReaders;

  beforeAll(() => {
    readers = new FactReaders({ processes: 1, entry: READER, niceness: 0 });
  });
  afterAll(() => readers.close());
  beforeEach(() => {
    root = resolveRoot(fs.mkdtempSync(join(tmpdir(), 'digests-')));
    fs.mkdirSync(join(root, 'in'));
  });
  afterEach(() => fs.rmSync(root, { recursive: true, force: true }));

  const write = (name: string, bytes: Buffer): string => {
    const path = join(root, name);
    fs.writeFileSync(path, bytes);
    return path;
  };
  const identity = (path: string) => identityOf(fs.statSync(path, { bigint: true }));
  const headsOf = async (names: string[], heads?: boolean) => {
    const request = { root, folder: '', names, needs: [] };
    const results = await readers.read(heads === undefined ? request : { ...request, heads });
    return results.map((result) => (result.kind === 'read' ? result.head : result.kind));
  };

  it('are of the head where they are asked for, and of nothing of an empty file', async () => {
    const long = randomBytes(HEAD_OF_CONTENT + 1);
    write('long', long);
    write('exact', long.subarray(0, HEAD_OF_CONTENT));
    write('short', Buffer.from('short'));
    write('empty', Buffer.alloc(0));
    const names = ['long', 'exact', 'short', 'empty', 'in'];
    const head = sha256(long.subarray(0, HEAD_OF_CONTENT));
    expect(await headsOf(names, true)).toEqual([head, head, sha256(Buffer.from('short')), undefined, 'folder']);
    expect(await headsOf(names)).toEqual([undefined, undefined, undefined, undefined, 'folder']);
  });

  it('are of every byte of the file that is meant, wherever it lies', async () => {
    const bytes = randomBytes(300_000);
    const meant = identity(write('in/a', bytes));
    fs.renameSync(join(root, 'in/a'), join(root, 'b'));
    write('in/a', bytes);
    const at = (relative: string) => digestAt(readers, { root, relative }, ['another', meant]);
    expect(await at('b')).toEqual({ kind: 'digest', digest: sha256(bytes) });
    fs.symlinkSync('b', join(root, 'link'));
    fs.symlinkSync('in', join(root, 'way'));
    fs.mkdirSync(join(root, 'folder'));
    for (const other of ['in/a', 'c', 'in/c', 'none/c', 'b/c', 'link', 'way/a', 'folder', ''])
      expect([other, await at(other)]).toEqual([other, { kind: 'other' }]);
    fs.appendFileSync(join(root, 'b'), 'more');
    expect(await at('b')).toEqual({ kind: 'other' });
  });

  it('lead out of no root, and tell which file lies at a place', () => {
    const path = write('in/a', Buffer.from('a'));
    expect(identityIn({ root, relative: 'in/a' })).toBe(identity(path));
    expect(identityIn({ root, relative: 'in/none' })).toBeNull();
    expect(identityIn({ root: join(root, 'in'), relative: 'a' })).toBe(identity(path));
    fs.symlinkSync(root, join(root, 'in/out'));
    expect(identityIn({ root: join(root, 'in'), relative: 'out/in/a' })).toBeNull();
  });

  it('are left out where the file changed while it was read', async () => {
    const bytes = randomBytes(600_000);
    const path = write('a', bytes);
    const read = (onWait: () => void) => readEntry(path, 'a', ['digest'], null, { onWait, head: true });
    const digestsOf = async (onWait: () => void) => {
      const result = await read(onWait);
      return result.kind === 'read' ? [result.head, result.facts.digest] : result;
    };
    expect(await digestsOf(() => undefined)).toEqual([sha256(bytes.subarray(0, HEAD_OF_CONTENT)), sha256(bytes)]);
    expect(await digestsOf(() => fs.appendFileSync(path, '.'))).toEqual([undefined, undefined]);
    // The same size: only its time tells.
    expect(await digestsOf(() => fs.writeFileSync(path, randomBytes(600_000)))).toEqual([undefined, undefined]);
  });
});
