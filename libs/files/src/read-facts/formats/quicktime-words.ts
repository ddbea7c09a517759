import { type ByteSource } from '../byte-source';
import { cleanText } from '../clean-text';
import { type BoxPlace, boxesOf, innerBoxes } from '../iso-boxes';

/** Texts of a movie's user data and metadata, by key: `com.apple.quicktime.make`, `©mak`, `manu`, … */
export type Words = Map<string, string>;

const MAX_TEXT_BYTES = 4096;
const MAX_META_BYTES = 256 * 1024;
const MAX_KEYS = 512;

/** User data that holds texts of QuickTime's international form: a length, a language, the text. */
const isInternational = (type: string): boolean => type.startsWith('\u00a9');
/** Panasonic's and others' plain texts after a version and a language. */
const PLAIN = new Set(['manu', 'modl', 'auth', 'titl', 'cprt']);
/** What is known to hold nothing that we look for; the rest of user data is the camera maker's own. */
const BENIGN = new Set([
  ...['meta', 'name', 'chpl', 'loci', 'hnti', 'hinf', 'hinv', 'Xtra', 'SDLN', 'smrd', 'smta', 'free', 'skip', 'WLOC'],
  ...['AllF', 'SelO', 'LOOP', 'kywd', 'gnre', 'yrrc', 'albm', 'dscp', 'perf', 'ptv ', 'tags', 'date', 'XMP_', 'desc'],
  ...['\0\0\0\0', 'thmb', 'ID32', 'cver', 'tnam', 'apmd', 'mvex', 'TAGS' /* read by exiftool where no make is known */],
]);

function remember(words: Words, key: string, value: Buffer, encoding: BufferEncoding = 'utf8'): void {
  const text = cleanText(value.subarray(0, MAX_TEXT_BYTES).toString(encoding));
  if (text !== undefined && !words.has(key)) words.set(key, text);
}

/** The texts of a box `data` (QuickTime File Format, "Value atom"): its type says the encoding. */
function rememberValue(words: Words, key: string, item: Buffer): void {
  const value = innerBoxes(item).find(({ type }) => type === 'data')?.payload;
  if (value === undefined || value.length < 9) return;
  if (value.readUInt32BE(0) === 1) remember(words, key, value.subarray(8));
}

/** `keys` names what `ilst` holds by number; without it the items of `ilst` are named by themselves, as iTunes does. */
export function readMetaBox(source: ByteSource, { offset, length }: BoxPlace, words: Words): void {
  if (length > MAX_META_BYTES) return;
  const bytes = Buffer.from(source.at(offset, length));
  // QuickTime's has no version before its boxes, ISO's has.
  const boxes = innerBoxes(bytes.toString('latin1', 4, 8) === 'hdlr' ? bytes : bytes.subarray(4));
  const keys = innerBoxes(boxes.find(({ type }) => type === 'keys')?.payload.subarray(8) ?? Buffer.alloc(0)).slice(
    0,
    MAX_KEYS,
  );
  for (const item of innerBoxes(boxes.find(({ type }) => type === 'ilst')?.payload ?? Buffer.alloc(0))) {
    const number = Buffer.from(item.type, 'latin1').readUInt32BE(0);
    const key = keys[number - 1]?.payload.toString('latin1') ?? item.type;
    rememberValue(words, key, item.payload);
  }
}

/** True where the user data hold a camera maker's own structures. */
export function readUserData(source: ByteSource, { offset, length }: BoxPlace, words: Words): boolean {
  let foreign = false;
  for (const box of boxesOf(source, offset, offset + length)) {
    if (box.type === 'meta') readMetaBox(source, box, words);
    else if (isInternational(box.type)) {
      const bytes = source.at(box.offset, Math.min(box.length, MAX_TEXT_BYTES));
      if (bytes.length < 5) continue;
      const stated = bytes.readUInt16BE(0);
      if (stated + 4 <= bytes.length) remember(words, box.type, bytes.subarray(4, 4 + stated));
      else rememberValue(words, box.type, bytes);
    } else if (PLAIN.has(box.type)) {
      const bytes = source.at(box.offset, Math.min(box.length, MAX_TEXT_BYTES));
      remember(words, box.type, bytes.subarray(6));
    } else if (!BENIGN.has(box.type)) foreign = true;
  }
  return foreign;
}
