const MAX_LENGTH = 200;

/**
 * Controls, and what would turn or hide the text around it where it is shown: bidirectional overrides and isolates,
 * zero-width marks, line and paragraph separators, lone surrogates, non-characters.
 */
const UNWANTED = /[\p{Cc}\p{Cs}\p{Cn}\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;

/** The length of the text up to its first NUL where it is printable ASCII alone, as nearly all are; -1 for any other. */
function plainLength(text: string): number {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0) return at;
    if (code < 0x20 || code > 0x7e) return -1;
  }
  return text.length;
}

/**
 * A text value of metadata, fit to be shown and stored: up to its first NUL (EXIF strings end there, padding follows),
 * without unwanted characters, trimmed, at most 200 characters. Undefined where nothing is left, or where the bytes are
 * in an unknown encoding: what would be shown is not what the camera wrote.
 */
export function cleanText(value: unknown): string | undefined {
  const text =
    typeof value === 'string' ? value : value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : '';
  const plain = plainLength(text);
  if (plain >= 0 && plain <= MAX_LENGTH) {
    const shown = text.slice(0, plain).trim();
    return shown === '' ? undefined : shown;
  }
  const nul = text.indexOf('\0');
  const shown = (nul < 0 ? text : text.slice(0, nul)).replace(UNWANTED, '').trim();
  if (shown === '' || shown.includes('\ufffd')) return undefined;
  if (shown.length <= MAX_LENGTH) return shown;
  return [...shown].slice(0, MAX_LENGTH).join('').trim();
}
