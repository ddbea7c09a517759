import { decodePath, encodePath } from '../path-text';
import { UNKNOWN } from './clean-value';
import { byteLength, fitted } from './segment';

/** Bytes of a destination below its root. 4,096 is the system's limit for a whole path; the rest is left to the root. */
export const DESTINATION_BYTES = 3072;

/* Anything that {@link destination} would change, except by length. A path out of a directory almost never has it. */
const SUSPICIOUS = /(?:^|\/)(?:\.{0,2}(?:\/|$)|\.assay-)|[\0\ud800-\udfff]/i;

/** Names that begin so are this program's own, and never another file's. */
const RESERVED = /^\.assay-/i;

function segment(text: string): string {
  if (text === '..') return '__';
  return fitted(RESERVED.test(text) ? `_${text.slice(1)}` : text);
}

/**
 * The bytes of a name lead to one text only: what cutting or joining made of surrogates (halves of characters, bytes that
 * have become valid UTF-8 beside each other) is put into the form in which the directory would be read again.
 */
function canonical(text: string): string {
  return text.isWellFormed() ? text : decodePath(encodePath(text));
}

/**
 * Any text as a clean relative path: segments divided by `/`, none of them empty, `.`, `..`, longer than 255 bytes or of
 * this program's own names, no NUL, at most 3,072 bytes in all (the folders nearest the file are given up first). A path
 * that is clean already is given back as it is. Total, and idempotent.
 */
export function destination(text: string): string {
  if (text.length <= 80 && !SUSPICIOUS.test(text)) return text;
  const segments = canonical(text.replaceAll('\0', '_'))
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .map(segment);
  const name = segments.pop() ?? UNKNOWN;
  let bytes = byteLength(name);
  const kept: string[] = [];
  for (const folder of segments) {
    bytes += byteLength(folder) + 1;
    if (bytes > DESTINATION_BYTES) break;
    kept.push(folder);
  }
  return [...kept, name].join('/');
}
