import { type Camera, type FileFacts } from '@assay/inspection';
import { type Contents } from './contents';
import { type RawExif } from './exif';
import { exifDescription, exifFacts } from './exif-facts';
import { type IptcRecords, iptcDescription, iptcTime, readIptc } from './iptc';
import { type XmpProperties, readXmp } from './xmp';
import { type Description, xmpCamera, xmpDescription, xmpLocation, xmpOrientation, xmpTime } from './xmp-facts';

/** XMP is a pass of its own, at ten times the cost of EXIF: only where it is asked for, or has the name of what EXIF lacks. */
function wantsXmp({ captured, orientation, camera, location }: FileFacts, packet: Buffer, described: boolean): boolean {
  if (described) return true;
  if (captured === undefined && DATES.some((name) => packet.includes(name))) return true;
  if (orientation === undefined && packet.includes('Orientation')) return true;
  if (camera?.make === undefined && packet.includes('Make')) return true;
  return location === undefined && packet.includes('GPSLatitude');
}

const DATES = ['DateTimeOriginal', 'CreateDate', 'DateTimeDigitized', 'DateCreated'];

/** What is missing in the first is taken of the next ones. */
function merged<Values extends object>(...parts: (Values | undefined)[]): Values | undefined {
  const whole: Partial<Values> = {};
  for (const part of parts.toReversed()) Object.assign(whole, part);
  return Object.keys(whole).length === 0 ? undefined : (whole as Values);
}

/**
 * Adds what EXIF, XMP, IPTC and the container's own words say, each fact from the first of them that says it, in the order
 * of docs/metadata.md. `described`: rating, title, creator and copyright are asked for.
 */
export function addMetadata(facts: FileFacts, raw: RawExif | null, contents: Contents, described: boolean): void {
  if (raw !== null) Object.assign(facts, exifFacts(raw, facts.problems));
  const packet = contents.xmp?.();
  const xmp = packet !== undefined && wantsXmp(facts, packet, described) ? readXmp(packet) : null;
  const wantsIptc = described || facts.captured === undefined;
  const iptc = wantsIptc && contents.iptc !== undefined ? readIptc(contents.iptc()) : null;
  if (facts.captured === undefined) addCaptured(facts, contents, xmp, iptc);
  if (facts.orientation === undefined) {
    const orientation =
      (xmp === null ? undefined : xmpOrientation(xmp)) ?? (contents.uprightBehind === true ? 1 : undefined);
    if (orientation !== undefined) facts.orientation = orientation;
  }
  if (xmp !== null || contents.own?.camera !== undefined) {
    const camera = merged<Camera>(facts.camera, contents.own?.camera, xmp === null ? undefined : xmpCamera(xmp));
    if (camera !== undefined) facts.camera = camera;
  }
  if (facts.location === undefined) {
    const location = (xmp === null ? undefined : xmpLocation(xmp)) ?? contents.own?.location;
    if (location !== undefined) facts.location = location;
  }
  if (described) addDescription(facts, raw, contents, xmp, iptc);
}

/** Where EXIF says no time. A PNG's own words are beside the XMP of the file that it was made from, a video's behind it. */
function addCaptured(facts: FileFacts, { own }: Contents, xmp: XmpProperties | null, iptc: IptcRecords | null): void {
  const ofPng = own?.captured?.source.startsWith('PNG:') === true ? own.captured : undefined;
  const ofXmp = (names: readonly string[]) => (xmp === null ? undefined : xmpTime(xmp, names, facts.problems));
  const captured =
    ofXmp(['exif:DateTimeOriginal']) ??
    (iptc === null ? undefined : iptcTime(iptc)) ??
    ofPng ??
    ofXmp(['xmp:CreateDate', 'exif:DateTimeDigitized', 'photoshop:DateCreated']) ??
    own?.captured;
  if (captured !== undefined) facts.captured = captured;
}

/** XMP first: it is what programs that catalogue pictures write, and its text is Unicode. */
function addDescription(
  facts: FileFacts,
  raw: RawExif | null,
  { own }: Contents,
  xmp: XmpProperties | null,
  iptc: IptcRecords | null,
): void {
  const ownWords: Description = {};
  for (const key of ['title', 'creator', 'copyright'] as const) {
    const text = own?.[key];
    if (text !== undefined) ownWords[key] = text;
  }
  const found = merged<Description>(
    xmp === null ? undefined : xmpDescription(xmp),
    iptc === null ? undefined : iptcDescription(iptc),
    raw === null ? undefined : exifDescription(raw),
    ownWords,
  );
  Object.assign(facts, found);
}
