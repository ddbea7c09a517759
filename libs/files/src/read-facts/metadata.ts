import { type Camera, type FileFacts } from '@assay/inspection';
import { type Contents } from './contents';
import { type RawExif } from './exif';
import { exifDescription, exifFacts } from './exif-facts';
import { iptcDescription, iptcTime, readIptc } from './iptc';
import { type XmpProperties, readXmp } from './xmp';
import { type Description, xmpCamera, xmpDescription, xmpLocation, xmpOrientation, xmpTime } from './xmp-facts';

const NO_XMP: XmpProperties = new Map();
const NO_IPTC: ReturnType<typeof readIptc> = new Map();
const GPS_IN_XMP = 'GPSLatitude';

/** XMP is a pass of its own: only where it is asked for, or can say what EXIF does not. */
function wantsXmp(facts: FileFacts, packet: Buffer, described: boolean): boolean {
  if (described || facts.captured === undefined || facts.orientation === undefined) return true;
  return facts.camera?.make === undefined || (facts.location === undefined && packet.includes(GPS_IN_XMP));
}

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
  const { own } = contents;
  if (raw !== null) Object.assign(facts, exifFacts(raw, facts.problems));
  const packet = contents.xmp?.();
  const xmp = packet !== undefined && wantsXmp(facts, packet, described) ? readXmp(packet) : NO_XMP;
  const wantsIptc = contents.iptc !== undefined && (described || facts.captured === undefined);
  const iptc = wantsIptc && contents.iptc !== undefined ? readIptc(contents.iptc()) : NO_IPTC;
  // A PNG says it in words of its own, beside the XMP of the file that it was made from.
  const png = own?.captured?.source.startsWith('PNG:') === true ? own.captured : undefined;
  const captured =
    facts.captured ??
    xmpTime(xmp, ['exif:DateTimeOriginal'], facts.problems) ??
    iptcTime(iptc) ??
    png ??
    xmpTime(xmp, ['xmp:CreateDate', 'exif:DateTimeDigitized', 'photoshop:DateCreated'], facts.problems) ??
    own?.captured;
  if (captured !== undefined) facts.captured = captured;
  const orientation = facts.orientation ?? xmpOrientation(xmp) ?? (contents.uprightBehind === true ? 1 : undefined);
  if (orientation !== undefined) facts.orientation = orientation;
  const camera = merged<Camera>(facts.camera, own?.camera, xmpCamera(xmp));
  if (camera !== undefined) facts.camera = camera;
  const location = facts.location ?? xmpLocation(xmp) ?? own?.location;
  if (location !== undefined) facts.location = location;
  if (described) addDescription(facts, raw, contents, xmpDescription(xmp), iptcDescription(iptc));
}

/** XMP first: it is what programs that catalogue pictures write, and its text is Unicode. */
function addDescription(
  facts: FileFacts,
  raw: RawExif | null,
  { own }: Contents,
  xmp: Description,
  iptc: Description,
): void {
  const ownWords: Description = {};
  for (const key of ['title', 'creator', 'copyright'] as const) {
    const text = own?.[key];
    if (text !== undefined) ownWords[key] = text;
  }
  Object.assign(facts, merged<Description>(xmp, iptc, raw === null ? undefined : exifDescription(raw), ownWords));
}
