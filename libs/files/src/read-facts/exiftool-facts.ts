import { type CaptureTime, type FileFacts, type Location } from '@assay/inspection';
import { parseDate } from './capture-time';
import { cleanText } from './clean-text';
import { type Contents, addProblem } from './contents';
import { type ExiftoolTags } from './exiftool';

interface Tag {
  group: string;
  value: unknown;
}

type Tags = Map<string, Tag>;

/** Where several groups say the same tag: what exiftool combined, EXIF, the format's own, then XMP, which it trusts least. */
function rankOf(group: string): number {
  const rank = ['Composite', 'EXIF'].indexOf(group);
  if (rank >= 0) return rank;
  return group === 'XMP' ? 4 : group === 'MakerNotes' ? 3 : 2;
}

function tagsByName(answer: ExiftoolTags): Tags {
  const tags: Tags = new Map();
  for (const [key, value] of Object.entries(answer)) {
    const colon = key.indexOf(':');
    const name = key.slice(colon + 1);
    const group = colon < 0 ? '' : key.slice(0, colon);
    const before = tags.get(name);
    if (before === undefined || rankOf(group) < rankOf(before.group)) tags.set(name, { group, value });
  }
  return tags;
}

const textOf = (tags: Tags, name: string): string | undefined => {
  const value = tags.get(name)?.value;
  return cleanText(typeof value === 'number' ? String(value) : Array.isArray(value) ? value.join(', ') : value);
};

function numberOf(tags: Tags, name: string): number | undefined {
  const value = tags.get(name)?.value;
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** Blanks and zeros are what writers put where they know no date. */
const isNoDate = (text: string): boolean => !/[1-9]/.test(text);

function capturedOf(tags: Tags, contents: Contents): CaptureTime | undefined {
  for (const name of ['DateTimeOriginal', 'CreateDate']) {
    const text = textOf(tags, name);
    if (text === undefined || isNoDate(text)) continue;
    const group = tags.get(name)?.group ?? '';
    const parsed = parseDate(text);
    if (parsed === null) {
      // PostScript's dates are free text.
      if (/^\d{4}:/.test(text))
        addProblem(contents, 'impossible-date', `${group}:${name} is no date: ${JSON.stringify(text.slice(0, 40))}`);
      continue;
    }
    const digits = name === 'DateTimeOriginal' ? (textOf(tags, 'SubSecTimeOriginal') ?? '') : '';
    const local = /^\d{1,9}$/.test(digits) && !parsed.local.includes('.') ? `${parsed.local}.${digits}` : parsed.local;
    const stated =
      name === 'DateTimeOriginal' ? parseDate(`2000-01-01 00:00${textOf(tags, 'OffsetTimeOriginal') ?? ''}`) : null;
    return { local, offset: parsed.offset ?? stated?.offset ?? null, source: `${group}:${name}` };
  }
  return undefined;
}

function locationOf(tags: Tags): Location | undefined {
  const latitude = numberOf(tags, 'GPSLatitude');
  const longitude = numberOf(tags, 'GPSLongitude');
  if (latitude === undefined || longitude === undefined) return undefined;
  if (Math.abs(latitude) > 90 || Math.abs(longitude) > 180) return undefined;
  // Without its hemisphere EXIF's number has no sign; what is combined of both has.
  if (tags.get('GPSLatitude')?.group === 'EXIF') return undefined;
  const height = numberOf(tags, 'GPSAltitude');
  const altitude = height !== undefined && numberOf(tags, 'GPSAltitudeRef') === 1 ? -Math.abs(height) : height;
  const source = `${tags.get('GPSLatitude')?.group ?? ''}:GPS`;
  return { latitude: latitude + 0, longitude: longitude + 0, ...(altitude === undefined ? {} : { altitude }), source };
}

/** Fills what is missing; what was read before stands. */
function fill<Key extends keyof FileFacts>(facts: FileFacts, key: Key, value: FileFacts[Key] | undefined): boolean {
  if (value === undefined || facts[key] !== undefined) return false;
  facts[key] = value;
  return true;
}

const whole = (value: number | undefined, min: number, max: number): number | undefined =>
  value !== undefined && Number.isInteger(value) && value >= min && value <= max ? value : undefined;

/** Adds what exiftool says to what is not known yet, and says that it did where it said anything. */
export function addExiftoolFacts(facts: FileFacts, answer: ExiftoolTags, contents: Contents, described: boolean): void {
  const tags = tagsByName(answer);
  let said = false;
  const add = <Key extends keyof FileFacts>(key: Key, value: FileFacts[Key] | undefined): void => {
    said = fill(facts, key, value) || said;
  };
  const width = whole(numberOf(tags, 'ImageWidth'), 1, 2 ** 31);
  const height = whole(numberOf(tags, 'ImageHeight'), 1, 2 ** 31);
  // One of the two is no help where the other is of another picture.
  if (facts.width === undefined ? facts.height === undefined || facts.height === height : facts.width === width) {
    add('width', width);
    add('height', height);
  }
  add('orientation', whole(numberOf(tags, 'Orientation'), 1, 8));
  const rotation = whole(numberOf(tags, 'Rotation'), 0, 359);
  if (rotation !== undefined && rotation % 90 === 0) add('rotation', rotation);
  const duration = numberOf(tags, 'Duration');
  if (duration !== undefined && duration > 0) add('durationSeconds', duration);
  add('codec', textOf(tags, 'CompressorID') ?? textOf(tags, 'VideoCodec'));
  for (const [key, name] of [
    ['make', 'Make'],
    ['model', 'Model'],
    ['lens', 'LensModel'],
    ['serial', 'SerialNumber'],
    ['software', 'Software'],
  ] as const) {
    const text = textOf(tags, name);
    if (text === undefined || facts.camera?.[key] !== undefined) continue;
    facts.camera = { ...facts.camera, [key]: text };
    said = true;
  }
  add('captured', capturedOf(tags, contents));
  add('location', locationOf(tags));
  if (described) {
    add('rating', whole(numberOf(tags, 'Rating'), -1, 5));
    add('title', textOf(tags, 'Title'));
    add('creator', textOf(tags, 'Creator') ?? textOf(tags, 'Artist'));
    add('copyright', textOf(tags, 'Copyright'));
  }
  if (said) facts.reader = 'exiftool';
}

/** What exiftool says is wrong with the whole file. */
export function exiftoolError(answer: ExiftoolTags): string | undefined {
  const found = Object.entries(answer).find(([key]) => key === 'Error' || key.endsWith(':Error'))?.[1];
  return cleanText(found);
}
