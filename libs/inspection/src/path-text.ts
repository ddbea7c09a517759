/*
 * Names of files are bytes; rules, templates and JSON want text. A byte that is not part of valid UTF-8 becomes the lone
 * surrogate U+DC00 + byte (as Python's `surrogateescape` does), so that text of any name leads back to exactly its bytes.
 */

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** The length of the valid UTF-8 sequence that starts at `at`, or 0 where there is none. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  const length =
    first < 0x80
      ? 1
      : first >= 0xc2 && first < 0xe0
        ? 2
        : first >= 0xe0 && first < 0xf0
          ? 3
          : first >= 0xf0 && first < 0xf5
            ? 4
            : 0;
  if (length === 0 || at + length > bytes.length) return 0;
  try {
    strict.decode(bytes.subarray(at, at + length));
    return length;
  } catch {
    return 0;
  }
}

/** Text of a name or path, reversible by {@link encodePath} for any bytes. Never throws. */
export function decodePath(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    let text = '';
    for (let at = 0; at < bytes.length;) {
      const length = sequenceLength(bytes, at);
      if (length === 0) {
        text += String.fromCharCode(0xdc00 + (bytes[at] ?? 0));
        at += 1;
      } else {
        text += strict.decode(bytes.subarray(at, at + length));
        at += length;
      }
    }
    return text;
  }
}

/** The bytes of a text made by {@link decodePath}. A lone surrogate that it cannot have made becomes U+FFFD. */
export function encodePath(text: string): Uint8Array {
  if (text.isWellFormed()) return encoder.encode(text);
  const parts: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code >= 0xdc80 && code <= 0xdcff) parts.push(code - 0xdc00);
    else parts.push(...encoder.encode(character));
  }
  return Uint8Array.from(parts);
}

/** True where the name is valid UTF-8, so that its text alone says it exactly. */
export function isExactText(text: string): boolean {
  return text.isWellFormed();
}

/** The text as a person or JSON may be shown it: bytes that are not UTF-8 appear as U+FFFD. */
export function displayPath(text: string): string {
  return text.toWellFormed();
}
