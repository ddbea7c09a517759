import { type Camera, type CaptureTime, type Location, type Problem } from '@assay/inspection';
import { isUnknownDate, parseDate } from './capture-time';
import { cleanText } from './clean-text';
import { type XmpProperties } from './xmp';

const say = (xmp: XmpProperties, names: readonly string[]): string | undefined =>
  names.map((name) => cleanText(xmp.get(name))).find((text) => text !== undefined);

/** The first of these properties that is a date with a time of day; one that can't be a date is a problem. */
export function xmpTime(xmp: XmpProperties, names: readonly string[], problems: Problem[]): CaptureTime | undefined {
  for (const name of names) {
    const text = cleanText(xmp.get(name));
    if (text === undefined || isUnknownDate(text)) continue;
    const parsed = parseDate(text);
    if (parsed !== null) return { ...parsed, source: `XMP:${name.slice(name.indexOf(':') + 1)}` };
    // XMP may say a year, a month or a day alone, which is sound and no capture time.
    if (/^\d{4}(-\d{1,2}){0,2}$/.test(text)) continue;
    problems.push({ code: 'impossible-date', message: `XMP ${name} is no date: ${JSON.stringify(text.slice(0, 40))}` });
  }
  return undefined;
}

/** `48,9.0032N`, `48,9,0.2N` (XMP part 2), or the signed decimal degrees that some write; null where it is none of them. */
function degreesOf(text: string | undefined, positive: string, negative: string, max: number): number | null {
  const parts =
    /^([+-]?)(\d{1,3}(?:\.\d{1,15})?)(?:,(\d{1,2}(?:\.\d{1,15})?))?(?:,(\d{1,2}(?:\.\d{1,15})?))?\s*([NSEW]?)$/i.exec(
      text ?? '',
    );
  if (parts === null) return null;
  const letter = (parts[5] ?? '').toUpperCase();
  if (letter !== '' && letter !== positive && letter !== negative) return null;
  // Without a letter only a number that stands alone is signed; degrees and minutes without one say no hemisphere.
  if (letter === '' && parts[3] !== undefined) return null;
  const degrees = Number(parts[2]) + Number(parts[3] ?? 0) / 60 + Number(parts[4] ?? 0) / 3600;
  if (degrees > max) return null;
  const south = letter === negative || (letter === '' && parts[1] === '-');
  return south && degrees !== 0 ? -degrees : degrees;
}

function metresOf(xmp: XmpProperties): number | undefined {
  const parts = /^(-?\d{1,12}(?:\.\d{1,12})?)(?:\/(\d{1,12}))?$/.exec(xmp.get('exif:GPSAltitude') ?? '');
  if (parts === null) return undefined;
  const metres = Number(parts[1]) / Number(parts[2] ?? 1);
  if (!Number.isFinite(metres) || Math.abs(metres) > 1_000_000) return undefined;
  const below = ['1', '3'].includes(xmp.get('exif:GPSAltitudeRef') ?? '');
  return below && metres > 0 ? -metres : metres;
}

export function xmpLocation(xmp: XmpProperties): Location | undefined {
  const latitude = degreesOf(xmp.get('exif:GPSLatitude'), 'N', 'S', 90);
  const longitude = degreesOf(xmp.get('exif:GPSLongitude'), 'E', 'W', 180);
  if (latitude === null || longitude === null) return undefined;
  const altitude = metresOf(xmp);
  return { latitude, longitude, ...(altitude === undefined ? {} : { altitude }), source: 'XMP:GPS' };
}

export function xmpOrientation(xmp: XmpProperties): number | undefined {
  const text = xmp.get('tiff:Orientation') ?? '';
  return /^[1-8]$/.test(text) ? Number(text) : undefined;
}

export function xmpCamera(xmp: XmpProperties): Camera {
  const camera: Camera = {};
  for (const [key, names] of [
    ['make', ['tiff:Make']],
    ['model', ['tiff:Model']],
    ['lens', ['exifEX:LensModel', 'aux:Lens']],
    ['serial', ['exifEX:BodySerialNumber', 'aux:SerialNumber']],
    ['software', ['tiff:Software', 'xmp:CreatorTool']],
  ] as const) {
    const text = say(xmp, names);
    if (text !== undefined) camera[key] = text;
  }
  return camera;
}

export interface Description {
  rating?: number;
  title?: string;
  creator?: string;
  copyright?: string;
}

export function xmpDescription(xmp: XmpProperties): Description {
  const found: Description = {};
  const rating = Number(xmp.get('xmp:Rating') ?? NaN);
  if (rating >= -1 && rating <= 5) found.rating = rating;
  for (const [key, name] of [
    ['title', 'dc:title'],
    ['creator', 'dc:creator'],
    ['copyright', 'dc:rights'],
  ] as const) {
    const text = say(xmp, [name]);
    if (text !== undefined) found[key] = text;
  }
  return found;
}
