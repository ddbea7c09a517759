import * as fc from 'fast-check';
import { cleanValue } from './clean-value';
import { slug } from './slug';

describe('a value out of metadata', () => {
  it.each([
    ['Canon EOS R5', 'Canon EOS R5'],
    ['../../etc/passwd', '-..-etc-passwd'],
    ['..', null],
    ['...', null],
    ['', null],
    ['   ', null],
    ['\0\0', null],
    ['a\0b', 'ab'],
    ['a/b\\c', 'a-b-c'],
    ['a\r\nb\tc', 'a b c'],
    ['C:\\Windows', 'C-Windows'],
    ['\u202egpj.exe', 'gpj.exe'],
    ['a\u200bb\u2066c', 'abc'],
    ['\ud83d', null],
    ['x\udc80y', 'xy'],
    ['CON', 'CON_'],
    ['con.txt', 'con_.txt'],
    ['Conrad', 'Conrad'],
    ['LPT1', 'LPT1_'],
    [' .hidden. ', 'hidden'],
    ['日本語 😀', '日本語 😀'],
    ['e\u0301', 'e\u0301'],
    ['f/2.8 "sharp" <b>', 'f-2.8 -sharp- -b-'],
    ['.assay-1-1', 'assay-1-1'],
  ])('%j becomes %j', (value, clean) => {
    expect(cleanValue(value)).toBe(clean);
  });

  it('is one valid segment of at most 120 characters, and the same when it is cleaned again, whatever it was', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.string({ unit: 'grapheme' })), (value) => {
        const clean = cleanValue(value);
        if (clean === null) return;
        expect(clean).not.toMatch(/^[\s.]|[\s.]$|[/\\\p{Cc}\p{Cs}\p{Bidi_C}]/u);
        expect(clean.isWellFormed()).toBe(true);
        expect(clean.length).toBeGreaterThan(0);
        expect(clean.length).toBeLessThanOrEqual(121);
      }),
      { numRuns: 3000 },
    );
  });
});

describe('a slug', () => {
  it.each([
    ['Café Noir!', 'cafe-noir'],
    ['IMG 0001.JPG', 'img-0001.jpg'],
    ['Day 1/Größe & Form', 'day-1/grosse-form'],
    ['日本語', '日本語'],
    ['--a--', 'a'],
    ['a . b', 'a.b'],
    ['!!!', null],
    ['../..', null],
    ['\udcff', null],
  ])('of %j is %j', (text, result) => {
    expect(slug(text)).toBe(result);
  });

  it('is its own slug', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const once = slug(text);
        if (once !== null) expect(slug(once)).toBe(once);
      }),
      { numRuns: 1000 },
    );
  });
});
