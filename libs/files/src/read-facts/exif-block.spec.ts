import * as fc from 'fast-check';
import { EXIF_POINTER, GPS_POINTER, PICKS, excerptOf, exifBlock, isSoundBlock } from './exif-block';

/** Little-endian: three directories behind each other, with a value of four bytes and one that lies elsewhere in each. */
function soundBlock(): Buffer {
  const block = Buffer.alloc(400);
  block.write('II*\0', 'latin1');
  block.writeUInt32LE(8, 4);
  const directory = (at: number, entries: [tag: number, type: number, count: number, value: number][]) => {
    block.writeUInt16LE(entries.length, at);
    entries.forEach(([tag, type, count, value], index) => {
      const entry = at + 2 + index * 12;
      block.writeUInt16LE(tag, entry);
      block.writeUInt16LE(type, entry + 2);
      block.writeUInt32LE(count, entry + 4);
      block.writeUInt32LE(value, entry + 8);
    });
  };
  directory(8, [
    [0x010f, 2, 12, 300],
    [0x0112, 3, 1, 6],
    [EXIF_POINTER, 4, 1, 100],
    [GPS_POINTER, 4, 1, 200],
  ]);
  directory(100, [
    [PICKS.exif[0], 2, 20, 320],
    [0xa002, 4, 1, 4000],
  ]);
  directory(200, [
    [1, 2, 2, 0x4e],
    [2, 5, 3, 350],
  ]);
  return block;
}

describe('a block of EXIF', () => {
  it('goes to its reader as it is where all that is wanted in it is sound', () => {
    const block = soundBlock();
    expect(isSoundBlock(block)).toBe(true);
    expect(exifBlock(block)).toEqual({ block, sound: true });
    expect(exifBlock(block).block).toBe(block);
  });

  it.each([
    ['no type', 10, 0],
    ['a value that reaches beyond the end', 14, 120],
    ['a value within the header', 18, 4],
    ['no orientation', 22, 0x13],
    ['a pointer that is a short number', 36, 3],
    ['a pointer to nowhere', 42, 0xfff0],
    ['a GPS value of a length that nobody has', 218, 0xffff],
  ])('is looked at entry by entry where it has %s', (_, at, value) => {
    const block = soundBlock();
    block.writeUInt16LE(value, at === 10 ? 12 : at);
    expect(isSoundBlock(block)).toBe(false);
  });

  it('is the same, whatever is broken in it, as if it were looked at entry by entry', () => {
    const change = fc.tuple(fc.nat(250), fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 2, 3, 4, 8, 13, 18, 255)));
    fc.assert(
      fc.property(fc.array(change, { maxLength: 8 }), fc.nat(400), fc.boolean(), (changes, length, whole) => {
        const block = whole ? soundBlock() : soundBlock().subarray(0, length);
        for (const [at, value] of changes) if (at < block.length) block[at] = value;
        expect(exifBlock(block)).toEqual(excerptOf(block));
      }),
      { numRuns: 3000 },
    );
  });
});
