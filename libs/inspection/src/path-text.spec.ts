import * as fc from 'fast-check';
import { decodePath, displayPath, encodePath, isExactText } from './path-text';

describe('text of a path', () => {
  it('leads any bytes back to exactly themselves', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        expect(Buffer.from(encodePath(decodePath(bytes))).equals(Buffer.from(bytes))).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('keeps valid UTF-8 as it is, NFC and NFD apart, a leading byte order mark included', () => {
    for (const name of ['é', 'e\u0301', '😀.jpg', '\ufeffx', 'a\nb "c"']) {
      expect(decodePath(Buffer.from(name))).toBe(name);
      expect(isExactText(decodePath(Buffer.from(name)))).toBe(true);
    }
  });

  it('shows bytes that are not UTF-8 as replacement characters', () => {
    const text = decodePath(Uint8Array.from([0x61, 0xff, 0x62]));
    expect(isExactText(text)).toBe(false);
    expect(displayPath(text)).toBe('a\ufffdb');
  });

  it('does not take an encoded surrogate (CESU-8) for text', () => {
    const bytes = Uint8Array.from([0xed, 0xa0, 0x80]);
    expect(Buffer.from(encodePath(decodePath(bytes)))).toEqual(Buffer.from(bytes));
  });
});
