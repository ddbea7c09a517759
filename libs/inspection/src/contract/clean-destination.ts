import * as fc from 'fast-check';
import { decodePath, encodePath } from '../path-text';
import { DESTINATION_BYTES } from '../template/destination';

/** Any text, with all that is dangerous in a path made likely. */
export const hostileText = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '..',
        '.',
        '/',
        '\\',
        '\0',
        '\n',
        ' ',
        '.assay-',
        '.ASSAY-',
        '\u202e',
        '\udc80',
        '\udcff',
        '\ud83d',
        '\ud800',
        'é',
        '😀',
        'CON',
        ':',
        '~',
      ),
      fc.string({ unit: 'binary', maxLength: 12 }),
      fc.integer({ min: 1, max: 400 }).map((length) => 'ä'.repeat(length)),
    ),
    { maxLength: 14 },
  )
  .map((parts) => parts.join(''));

/** What every destination keeps, by any template and for any file. */
export function expectClean(path: string): void {
  const segments = path.split('/');
  for (const segment of segments) {
    expect(['', '.', '..']).not.toContain(segment);
    expect(segment.toLowerCase().startsWith('.assay-')).toBe(false);
    expect(encodePath(segment).length).toBeLessThanOrEqual(255);
  }
  expect(path).not.toContain('\0');
  expect(encodePath(path).length).toBeLessThanOrEqual(DESTINATION_BYTES);
  expect(decodePath(encodePath(path))).toBe(path);
}
