import { type CaptureTime } from '@assay/inspection';
import { parseDate } from './capture-time';
import { cleanText } from './clean-text';
import { type Description } from './xmp-facts';

/** Data sets of IPTC-IIM by record and number, `2:55`; the first of each. */
export type IptcRecords = Map<string, Buffer>;

const MAX_BYTES = 256 * 1024;
const MAX_DATA_SETS = 1000;
const ENVELOPE_CHARACTER_SET = '1:90';
const TITLE = '2:5';
const DATE_CREATED = '2:55';
const TIME_CREATED = '2:60';
const BY_LINE = '2:80';
const COPYRIGHT = '2:116';

/** The data sets up to the first that can't be (IPTC-NAA Information Interchange Model 4, chapter 3). */
export function readIptc(stored: Buffer): IptcRecords {
  const bytes = stored.subarray(0, MAX_BYTES);
  const records: IptcRecords = new Map();
  for (let at = 0, count = 0; at + 5 <= bytes.length && bytes[at] === 0x1c && count < MAX_DATA_SETS; count += 1) {
    const length = bytes.readUInt16BE(at + 3);
    // The first bit says that a longer length follows: of contents that no text has.
    if (length >= 0x8000 || at + 5 + length > bytes.length) break;
    const key = `${bytes[at + 1]}:${bytes[at + 2]}`;
    if (!records.has(key)) records.set(key, bytes.subarray(at + 5, at + 5 + length));
    at += 5 + length;
  }
  return records;
}

/** `20090909` and `170000+0100`, also with separators; a date without its time of day is no capture time. */
export function iptcTime(records: IptcRecords): CaptureTime | undefined {
  const day = cleanText(records.get(DATE_CREATED)) ?? '';
  const time = cleanText(records.get(TIME_CREATED)) ?? '';
  const date = /^(\d{4})[:-]?(\d{2})[:-]?(\d{2})$/.exec(day);
  const clock = /^(\d{2}):?(\d{2}):?(\d{2})([+-]\d{2}:?\d{2}|Z)?$/.exec(time);
  if (date === null || clock === null) return undefined;
  const parsed = parseDate(`${date.slice(1).join('-')} ${clock.slice(1, 4).join(':')}${clock[4] ?? ''}`);
  return parsed === null ? undefined : { ...parsed, source: 'IPTC:DateCreated' };
}

/** UTF-8 where the envelope or the bytes say so, else Latin-1, as most have written it. */
function textOf(records: IptcRecords, key: string): string | undefined {
  const value = records.get(key);
  if (value === undefined) return undefined;
  const utf8 = records.get(ENVELOPE_CHARACTER_SET)?.toString('latin1') === '\x1b%G';
  const text = value.toString('utf8');
  return cleanText(utf8 || !text.includes('\ufffd') ? text : value.toString('latin1'));
}

export function iptcDescription(records: IptcRecords): Description {
  const found: Description = {};
  for (const [key, dataSet] of [
    ['title', TITLE],
    ['creator', BY_LINE],
    ['copyright', COPYRIGHT],
  ] as const) {
    const text = textOf(records, dataSet);
    if (text !== undefined) found[key] = text;
  }
  return found;
}
