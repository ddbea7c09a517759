/** Stands where a fact is missing, or where nothing is left of it after cleaning, and the template has no `default`. */
export const UNKNOWN = 'unknown';

/** Longer values of metadata are cut; a destination's segment has 255 bytes for everything in it. */
const LONGEST = 120;

/* Controls, line and paragraph separators, and all that is invisible or turns the direction of text, so hides what a name is. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}]/gu;

/* Separators, and what Windows, macOS and shares of theirs refuse in names. */
const REFUSED = /[/\\:*?"<>|]+/g;

const RESERVED = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?=\.|$)/i;

/**
 * Text out of a file's metadata, fit to be a whole segment of a path on any system: no separator, control, bidirectional
 * or lone-surrogate character, nor dots and blanks at its ends; a name that Windows reserves gets a `_`. Null where
 * nothing is left.
 */
export function cleanValue(value: string): string | null {
  const text = value
    .slice(0, LONGEST * 4)
    .toWellFormed()
    .replaceAll('\ufffd', '')
    .replace(INVISIBLE, (character) => (/\s/.test(character) ? ' ' : ''))
    .replace(REFUSED, '-')
    .replace(/\s+/gu, ' ')
    .slice(0, LONGEST)
    .replace(/[\ud800-\udbff]$/, '')
    .replace(/^[\s.]+|[\s.]+$/gu, '');
  if (text === '') return null;
  return text.replace(RESERVED, '$1_');
}
