import { type CaptureTime, type Problem } from '@assay/inspection';
import { type RawExif } from './exif';
import { offsetByGps } from './gps-time';
import { cleanText } from './clean-text';

/** In the order in which they are believed: when the picture was taken, then when it became digital. */
const SOURCES = [
  { source: 'EXIF:DateTimeOriginal', directory: 'exif', date: 0x9003, offset: 0x9011, subSeconds: 0x9291 },
  // TIFF/EP cameras have it in the first directory.
  { source: 'EXIF:DateTimeOriginal', directory: 'ifd0', date: 0x9003, offset: 0x9011, subSeconds: 0x9291 },
  { source: 'EXIF:CreateDate', directory: 'exif', date: 0x9004, offset: 0x9012, subSeconds: 0x9292 },
] as const;

/** EXIF's `YYYY:MM:DD HH:MM:SS`, and what writers make of it: other separators, ISO 8601, fractions, an offset behind. */
const DATE =
  /^(\d{4})[:\-/.](\d{1,2})[:\-/.](\d{1,2})[ T]+(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,](\d{1,9})\d*)?)?\s*(Z|[+-]\d{1,2}(?::?\d{2})?)?(?: DST)?$/;
/** EXIF 2.32, 4.6.5: unknown dates are blanks, with or without the colons. */
const UNKNOWN = /^[\s:]*$/;
const OFFSET = /^([+-])(\d{1,2})(?::?(\d{2}))?$/;
/** Line Islands; nobody lives further from Greenwich. */
const MAX_OFFSET_MINUTES = 14 * 60;

const two = (value: number): string => String(value).padStart(2, '0');

function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

/** `+09:00` of an EXIF offset, or null where it says none that exists. */
export function parseOffset(text: string | undefined): string | null {
  if (text === 'Z') return '+00:00';
  const parts = OFFSET.exec(text ?? '');
  if (parts === null) return null;
  const hours = Number(parts[2]);
  const minutes = Number(parts[3] ?? 0);
  if (minutes > 59 || hours * 60 + minutes > MAX_OFFSET_MINUTES) return null;
  return `${parts[1]}${two(hours)}:${two(minutes)}`;
}

/** What is written in decimal digits from `from` to `to`; NaN where anything else is. */
function digits(text: string, from: number, to: number): number {
  let number = 0;
  for (let at = from; at < to; at += 1) {
    const digit = text.charCodeAt(at) - 0x30;
    if (!(digit >= 0 && digit <= 9)) return NaN;
    number = number * 10 + digit;
  }
  return number;
}

function exists(year: number, month: number, day: number, hour: number, minute: number, second: number): boolean {
  if (!(year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month))) return false;
  return hour <= 23 && minute <= 59 && second <= 59;
}

/** EXIF's own form, which nearly all have: `YYYY-MM-DDTHH:MM:SS` of it; null for any other text, and a date that does not exist. */
function plainDate(text: string): string | null {
  if (text.length !== 19 || text[4] !== ':' || text[7] !== ':' || text[10] !== ' ' || text[13] !== ':') return null;
  if (text[16] !== ':') return null;
  const [year, month, day] = [digits(text, 0, 4), digits(text, 5, 7), digits(text, 8, 10)];
  if (!exists(year, month, day, digits(text, 11, 13), digits(text, 14, 16), digits(text, 17, 19))) return null;
  return `${text.slice(0, 4)}-${text.slice(5, 7)}-${text.slice(8, 10)}T${text.slice(11)}`;
}

/** The parts of a date that exists in the calendar; null for any other text. */
export function parseDate(text: string): { local: string; offset: string | null } | null {
  const plain = plainDate(text);
  if (plain !== null) return { local: plain, offset: null };
  const parts = DATE.exec(text);
  if (parts === null) return null;
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (!exists(year, month, day, hour, minute, second)) return null;
  const fraction = parts[7] === undefined ? '' : `.${parts[7]}`;
  const date = `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
  return { local: `${date}T${two(hour)}:${two(minute)}:${two(second)}${fraction}`, offset: parseOffset(parts[8]) };
}

function withSubSeconds(local: string, value: unknown): string {
  const digits = cleanText(value) ?? '';
  return local.includes('.') || !/^\d{1,9}$/.test(digits) ? local : `${local}.${digits}`;
}

/** True for what writers put where they know no date: blanks, with or without the separators. */
export function isUnknownDate(text: string): boolean {
  return UNKNOWN.test(text);
}

/** Capture time from EXIF's raw tags. A date that can't be is a problem, and the next source is asked. */
export function captureTime(raw: RawExif, problems: Problem[]): CaptureTime | undefined {
  for (const { source, directory, date, offset, subSeconds } of SOURCES) {
    const text = cleanText(raw[directory].get(date));
    if (text === undefined) continue;
    const parsed = parseDate(text);
    if (parsed === null) {
      if (isUnknownDate(text)) continue;
      problems.push({ code: 'impossible-date', message: `${source} is no date: ${JSON.stringify(text.slice(0, 40))}` });
      continue;
    }
    const stated = parsed.offset ?? parseOffset(cleanText(raw[directory].get(offset)));
    return {
      local: withSubSeconds(parsed.local, raw[directory].get(subSeconds)),
      offset: stated ?? (raw.gps.size === 0 ? null : offsetByGps(parsed.local, raw.gps)),
      source,
    };
  }
  return undefined;
}
