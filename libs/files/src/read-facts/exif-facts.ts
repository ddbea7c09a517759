import { type Camera, type FileFacts, type Problem } from '@assay/inspection';
import { captureTime } from './capture-time';
import { type RawExif } from './exif';
import { location } from './location';
import { cleanText } from './clean-text';
import { type Description } from './xmp-facts';

const MAKE = 0x010f;
const MODEL = 0x0110;
const ORIENTATION = 0x0112;
const SOFTWARE = 0x0131;
const TITLE = 0x010e;
const ARTIST = 0x013b;
const RATING = 0x4746;
const COPYRIGHT = 0x8298;
const SERIAL = 0xa431;
const LENS = 0xa434;

export type ExifFacts = Pick<FileFacts, 'orientation' | 'camera' | 'captured' | 'location'>;

function camera(raw: RawExif): Camera | undefined {
  const found: Camera = {};
  const make = cleanText(raw.ifd0.get(MAKE));
  if (make !== undefined) found.make = make;
  const model = cleanText(raw.ifd0.get(MODEL));
  if (model !== undefined) found.model = model;
  const lens = cleanText(raw.exif.get(LENS));
  if (lens !== undefined) found.lens = lens;
  const serial = cleanText(raw.exif.get(SERIAL));
  if (serial !== undefined) found.serial = serial;
  const software = cleanText(raw.ifd0.get(SOFTWARE));
  if (software !== undefined) found.software = software;
  return Object.keys(found).length === 0 ? undefined : found;
}

/** Facts from EXIF's raw values; what is not possible is left out, and said in `problems` where it was meant to be a fact. */
export function exifFacts(raw: RawExif, problems: Problem[]): ExifFacts {
  const facts: ExifFacts = {};
  const orientation = raw.ifd0.get(ORIENTATION);
  if (typeof orientation === 'number' && Number.isInteger(orientation) && orientation >= 1 && orientation <= 8)
    facts.orientation = orientation;
  const madeBy = camera(raw);
  if (madeBy !== undefined) facts.camera = madeBy;
  const captured = captureTime(raw, problems);
  if (captured !== undefined) facts.captured = captured;
  const place = location(raw.gps, problems);
  if (place !== undefined) facts.location = place;
  return facts;
}

/** Cameras fill these with their own words where the photographer says nothing. */
const NO_TITLE =
  /^(default|(olympus|sony|minolta|samsung|konica|digital|pentax|kodak) .*|sony dsc|dcf?.?\d*|img_?\d+)$/i;

/** Rating, title, creator and copyright of EXIF. */
export function exifDescription(raw: RawExif): Description {
  const found: Description = {};
  const rating = raw.ifd0.get(RATING);
  if (typeof rating === 'number' && rating >= 0 && rating <= 5) found.rating = rating;
  const title = cleanText(raw.ifd0.get(TITLE));
  if (title !== undefined && !NO_TITLE.test(title)) found.title = title;
  const creator = cleanText(raw.ifd0.get(ARTIST));
  if (creator !== undefined) found.creator = creator;
  const copyright = cleanText(raw.ifd0.get(COPYRIGHT));
  if (copyright !== undefined) found.copyright = copyright;
  return found;
}
