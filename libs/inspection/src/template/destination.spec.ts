import * as fc from 'fast-check';
import { decodePath, encodePath } from '../path-text';
import { numbered } from '../numbered';
import { expectClean, hostileText } from '../contract/clean-destination';
import { destination } from './destination';
import { byteLength, stemAndSuffix } from './segment';

/** A name as a Linux directory can hold it: any bytes but `/` and NUL, and not `.` or `..`. */
const fileName = fc
  .uint8Array({ minLength: 1, maxLength: 255 })
  .map((bytes) => decodePath(bytes.map((byte) => (byte === 0 || byte === 0x2f ? 0x61 : byte))))
  .filter((name) => name !== '.' && name !== '..' && !/^\.assay-/i.test(name));

describe('a destination', () => {
  it('is clean and stays below its root, whatever the text', () => {
    fc.assert(
      fc.property(hostileText, (text) => expectClean(destination(text))),
      { numRuns: 3000 },
    );
  });

  it('is the same when it is made again', () => {
    fc.assert(
      fc.property(hostileText, (text) => expect(destination(destination(text))).toBe(destination(text))),
      { numRuns: 1000 },
    );
  });

  it('is exactly the path of a file that lies in a directory', () => {
    fc.assert(
      fc.property(fc.array(fileName, { minLength: 1, maxLength: 8 }), (names) => {
        const path = names.join('/');
        expect(destination(path)).toBe(path);
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ['../../etc/passwd', '__/__/etc/passwd'],
    ['/etc/passwd', 'etc/passwd'],
    ['a//./b', 'a/b'],
    ['', 'unknown'],
    ['.', 'unknown'],
    ['..', '__'],
    ['a\0b', 'a_b'],
    ['.assay-1-2/x', '_assay-1-2/x'],
    ['x/.Assay-1', 'x/_Assay-1'],
    ['.assay', '.assay'],
    ['...', '...'],
    [' a ', ' a '],
    ['a\n"b"', 'a\n"b"'],
    ['a\ud83d', 'a\ufffd'],
    ['\udcc3\udca9', 'é'],
  ])('of %j is %j', (text, clean) => {
    expect(destination(text)).toBe(clean);
  });

  it('keeps the extension of a name that is too long, and cuts between characters', () => {
    expect(destination(`a/${'é'.repeat(200)}.jpeg`)).toBe(`a/${'é'.repeat(125)}.jpeg`);
    expect(destination('😀'.repeat(100))).toBe('😀'.repeat(63));
    expect(byteLength(destination(`${'\udcff'.repeat(300)}.jpg`))).toBe(255);
  });

  it('gives up folders nearest the file, never the name, where the path is too long', () => {
    const folders = Array.from({ length: 40 }, (_, at) => `${at}`.padEnd(100, 'x'));
    const to = destination([...folders, 'photo.jpg'].join('/'));
    expect(to.startsWith(`${folders[0]}/${folders[1]}/`)).toBe(true);
    expect(to.endsWith('/photo.jpg')).toBe(true);
    expectClean(to);
  });
});

describe('stem and suffix', () => {
  it.each([
    ['photo.jpg', 'photo', '.jpg'],
    ['a.tar.gz', 'a.tar', '.gz'],
    ['README', 'README', ''],
    ['.profile', '.profile', ''],
    ['.profile.bak', '.profile', '.bak'],
    ['..jpg', '..jpg', ''],
    ['ends.', 'ends.', ''],
    [`a.${'x'.repeat(32)}`, `a.${'x'.repeat(32)}`, ''],
    ['', '', ''],
  ])('of %j are %j and %j', (name, stem, suffix) => {
    expect(stemAndSuffix(name)).toEqual([stem, suffix]);
  });
});

describe('the numbered variant of a destination', () => {
  it.each([
    ['photo.jpg', 2, 'photo-2.jpg'],
    ['a/b.c/photo.jpg', 10, 'a/b.c/photo-10.jpg'],
    ['a.b/README', 3, 'a.b/README-3'],
    ['.profile', 2, '.profile-2'],
    ['a.tar.gz', 2, 'a.tar-2.gz'],
    ['photo-2.jpg', 2, 'photo-2-2.jpg'],
    ['\udcff.jpg', 2, '\udcff-2.jpg'],
    ['/abs/photo.jpg', 2, '/abs/photo-2.jpg'],
    ['x.', 2, 'x.-2'],
  ])('of %j for %i is %j', (path, n, variant) => {
    expect(numbered(path, n)).toBe(variant);
  });

  it('is clean, beside the original, and distinct for each number, for any path and however long the name', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          hostileText,
          fc.array(fileName, { minLength: 1, maxLength: 4 }).map((names) => names.join('/')),
        ),
        fc.uniqueArray(fc.integer({ min: 2, max: Number.MAX_SAFE_INTEGER }), { minLength: 2, maxLength: 5 }),
        (text, numbers) => {
          const path = destination(text);
          const variants = numbers.map((n) => numbered(path, n));
          expect(new Set([path, ...variants]).size).toBe(numbers.length + 1);
          for (const variant of variants) {
            expect(variant.slice(0, variant.lastIndexOf('/') + 1)).toBe(path.slice(0, path.lastIndexOf('/') + 1));
            for (const segment of variant.split('/')) expect(encodePath(segment).length).toBeLessThanOrEqual(255);
            expect(decodePath(encodePath(variant))).toBe(variant);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('counts from 2', () => {
    for (const n of [1, 0, -1, 2.5, NaN, Infinity]) expect(() => numbered('a.jpg', n)).toThrow(RangeError);
  });
});
