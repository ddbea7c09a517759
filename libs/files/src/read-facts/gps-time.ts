import { type RawTags } from './exif';
import { cleanText } from './clean-text';

const TIME = 0x0007;
const DATE = 0x001d;

/** Every offset from UTC that is in use, or was in the years of digital cameras, in minutes. */
const OFFSETS_IN_USE = new Set([
  ...Array.from({ length: 27 }, (_, index) => (index - 12) * 60),
  ...[-570, -270, -210, -150, 210, 270, 330, 390, 510, 570, 630, 690],
  ...[345, 525, 765, 825],
]);
/** A fix that is older than this, or a clock that is that wrong, would make an offset of its own. */
const MAX_SECONDS_OFF = 30;

/** Milliseconds since 1970 of the last fix, null where it is not known. */
function timeOfFix(gps: RawTags): number | null {
  const date = /^(\d{4})[:\-/](\d{2})[:\-/](\d{2})$/.exec(cleanText(gps.get(DATE)) ?? '');
  const time = gps.get(TIME);
  if (date === null || !Array.isArray(time) || time.length !== 3) return null;
  const [hours, minutes, seconds] = time as unknown[];
  if (typeof hours !== 'number' || typeof minutes !== 'number' || typeof seconds !== 'number') return null;
  if (!(hours >= 0 && hours < 24 && minutes >= 0 && minutes < 60 && seconds >= 0 && seconds < 61)) return null;
  return Date.UTC(Number(date[1]), Number(date[2]) - 1, Number(date[3]), hours, minutes, seconds);
}

/**
 * The offset of a local time from UTC as the satellites' time tells it; null unless the two differ by an offset in use, to
 * the half minute: an old fix or a wrong clock differ by anything.
 */
export function offsetByGps(local: string, gps: RawTags): string | null {
  const fix = timeOfFix(gps);
  if (fix === null) return null;
  const seconds = (Date.parse(`${local.slice(0, 19)}Z`) - fix) / 1000;
  const minutes = Math.round(seconds / 15 / 60) * 15;
  if (Math.abs(seconds - minutes * 60) > MAX_SECONDS_OFF || !OFFSETS_IN_USE.has(minutes)) return null;
  const [hour, minute] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `${minutes < 0 ? '-' : '+'}${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
}
