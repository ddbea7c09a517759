import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { byteAt, bytesOfFile, bytesOf } from './byte-source';

describe('bytes of a file by position', () => {
  const content = Buffer.from(Array.from({ length: 100_000 }, (_, index) => (index * 7919) & 0xff));
  let folder: string;
  let fd: number;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'bytes-'));
    writeFileSync(join(folder, 'file'), content);
    fd = openSync(join(folder, 'file'), 'r');
  });
  afterAll(() => {
    closeSync(fd);
    rmSync(folder, { recursive: true });
  });

  it.each([
    [0, 10],
    [8190, 2],
    [8190, 10],
    [10_000, 6384],
    [16_380, 10],
    [16_384, 4],
    [50_000, 65_000],
    [99_995, 100],
    [100_000, 1],
    [-1, 5],
    [5, 0],
    [NaN, 5],
    [2 ** 60, 5],
    [1.5, 5],
  ])('are the same from the disk and from memory at %d, %d of them', (offset, length) => {
    expect(bytesOfFile(fd, content.length).at(offset, length)).toEqual(bytesOf(content).at(offset, length));
  });

  it('end where the file has become shorter than it was', () => {
    expect(bytesOfFile(fd, 500_000).at(99_990, 100)).toEqual(content.subarray(99_990));
    writeFileSync(join(folder, 'short'), content.subarray(0, 9000));
    const short = openSync(join(folder, 'short'), 'r');
    expect(bytesOfFile(short, 500_000).at(8990, 100)).toEqual(content.subarray(8990, 9000));
    closeSync(short);
  });

  it('stay as they were handed out while others are read', () => {
    const source = bytesOfFile(fd, content.length);
    const first = source.at(20_000, 100);
    source.at(70_000, 100);
    expect(first).toEqual(content.subarray(20_000, 20_100));
  });

  it('of the head stay as they were handed out while more of it is read', () => {
    const source = bytesOfFile(fd, content.length);
    const first = source.at(8000, 192);
    const across = source.at(8000, 1000);
    expect(first).toEqual(content.subarray(8000, 8192));
    expect(across).toEqual(content.subarray(8000, 9000));
    expect(source.head).toEqual(content.subarray(0, source.head.length));
  });

  it('are told one by one, in the head, behind it and beyond the end', () => {
    const source = bytesOfFile(fd, content.length);
    for (const at of [0, 8191, 8192, 16_384, 99_999]) expect(byteAt(source, at)).toBe(content[at]);
    expect(byteAt(source, 100_000)).toBeUndefined();
  });

  it('end when the budget is spent, and say so', () => {
    const source = bytesOfFile(fd, content.length);
    expect(source.exhausted).toBe(false);
    for (let turn = 0; turn < 5000; turn += 1) source.at(20_000 + (turn % 2) * 40_000, 100);
    expect(source.exhausted).toBe(true);
    expect(source.at(20_000 + 30_000, 100)).toHaveLength(0);
  });
});
