import { type Location, type Problem } from '@assay/inspection';
import { type RawTags } from './exif';

const LATITUDE_REF = 1;
const LATITUDE = 2;
const LONGITUDE_REF = 3;
const LONGITUDE = 4;
const ALTITUDE_REF = 5;
const ALTITUDE = 6;
/** No camera has been higher, or lower, and had EXIF. */
const MAX_ALTITUDE = 1_000_000;

const numbersIn = (value: unknown): unknown[] =>
  Array.isArray(value) ? value : typeof value === 'number' ? [value] : [];

/** Unsigned degrees of up to three numbers: degrees, minutes, seconds; null where they are unknown (0/0) or impossible. */
function degreesOf(value: unknown): number | null {
  const [degrees, minutes = 0, seconds = 0] = numbersIn(value);
  if (typeof degrees !== 'number' || typeof minutes !== 'number' || typeof seconds !== 'number') return null;
  const total = degrees + minutes / 60 + seconds / 3600;
  return Number.isFinite(total) && total >= 0 ? total : null;
}

function signOf(value: unknown, positive: string, negative: string): 1 | -1 | null {
  const letter = typeof value === 'string' ? value.trim().charAt(0).toUpperCase() : '';
  if (letter === positive) return 1;
  return letter === negative ? -1 : null;
}

function altitudeOf(gps: RawTags): number | undefined {
  const metres = numbersIn(gps.get(ALTITUDE))[0];
  if (typeof metres !== 'number' || !Number.isFinite(metres) || Math.abs(metres) > MAX_ALTITUDE) return undefined;
  const stored = gps.get(ALTITUDE_REF);
  const below = stored instanceof Uint8Array ? stored[0] : stored;
  // 1 and 3: below sea level, below the ellipsoid (EXIF 3.0).
  return below === 1 || below === 3 ? -metres : metres;
}

/** -0 is a matter of arithmetic, not of places. */
const plain = (value: number): number => (value === 0 ? 0 : value);

/** Location from the raw tags of the GPS directory. Without its hemisphere a coordinate is not known. */
export function location(gps: RawTags, problems: Problem[]): Location | undefined {
  if (gps.get(LATITUDE) === undefined && gps.get(LONGITUDE) === undefined) return undefined;
  const latitude = degreesOf(gps.get(LATITUDE));
  const longitude = degreesOf(gps.get(LONGITUDE));
  if (latitude === null || longitude === null) return undefined;
  const northSouth = signOf(gps.get(LATITUDE_REF), 'N', 'S');
  const eastWest = signOf(gps.get(LONGITUDE_REF), 'E', 'W');
  if (latitude > 90 || longitude > 180) {
    problems.push({ code: 'impossible-location', message: `GPS says ${latitude}°, ${longitude}°: no such place.` });
    return undefined;
  }
  if (northSouth === null || eastWest === null) {
    problems.push({ code: 'incomplete-location', message: 'GPS gives degrees without saying N or S, E or W.' });
    return undefined;
  }
  const altitude = altitudeOf(gps);
  return {
    latitude: plain(latitude * northSouth),
    longitude: plain(longitude * eastWest),
    ...(altitude === undefined ? {} : { altitude: plain(altitude) }),
    source: 'EXIF:GPS',
  };
}
