import { encodePath } from '../path-text';

/** The longest name that Linux file systems allow, in bytes. */
export const SEGMENT_BYTES = 255;

/** Bytes of a name's text as it is written to disk. Never more than three for a UTF-16 unit. */
export function byteLength(text: string): number {
  return encodePath(text).length;
}

/** The longest beginning of the text that has at most so many bytes and ends between two characters. */
export function cut(text: string, bytes: number): string {
  if (text.length * 3 <= bytes) return text;
  let used = 0;
  let end = 0;
  for (const character of text) {
    used += byteLength(character);
    if (used > bytes) break;
    end += character.length;
  }
  return text.slice(0, end);
}

/** Longer ends of a name are not taken for an extension. */
const LONGEST_SUFFIX = 32;

/**
 * A name in two parts that give the name again when joined: `photo` and `.jpg`. The suffix is empty for a name without
 * extension, for a dotfile (`.profile`), for a name that ends in a dot, and for an end of more than 32 bytes.
 */
export function stemAndSuffix(name: string): [stem: string, suffix: string] {
  const dot = name.lastIndexOf('.');
  if (dot <= 0 || dot === name.length - 1 || /^\.+$/.test(name.slice(0, dot))) return [name, ''];
  const suffix = name.slice(dot);
  return byteLength(suffix) > LONGEST_SUFFIX ? [name, ''] : [name.slice(0, dot), suffix];
}

/** The name, with its stem shortened where the whole, with `inserted` between stem and suffix, would exceed a segment. */
export function fitted(name: string, inserted = ''): string {
  if ((name.length + inserted.length) * 3 <= SEGMENT_BYTES) {
    if (inserted === '') return name;
  } else if (inserted === '' && byteLength(name) <= SEGMENT_BYTES) return name;
  const [stem, suffix] = stemAndSuffix(name);
  return cut(stem, SEGMENT_BYTES - byteLength(inserted) - byteLength(suffix)) + inserted + suffix;
}
