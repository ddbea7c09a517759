/** Signed degrees and metres of a place as ISO 6709 writes it. */
export interface Iso6709Place {
  latitude: number;
  longitude: number;
  altitude?: number;
}

/** `+48.8577+002.295/`, `+4851.462+00217.7/` and `+485127.7+0021742/`: by the count of digits before the point. */
const FORM = /^([+-])(\d{1,6}(?:\.\d{0,12})?)([+-])(\d{1,7}(?:\.\d{0,12})?)(?:([+-]\d{1,6}(?:\.\d{0,12})?))?/;

/** Degrees alone, degrees and minutes, or degrees, minutes and seconds; null for a count of digits that means none. */
function degreesOf(text: string, degreeDigits: 2 | 3): number | null {
  const whole = text.indexOf('.') < 0 ? text.length : text.indexOf('.');
  if (whole <= degreeDigits) return Number(text);
  const degrees = Number(text.slice(0, degreeDigits));
  if (whole === degreeDigits + 2) return degrees + Number(text.slice(degreeDigits)) / 60;
  if (whole !== degreeDigits + 4) return null;
  const minutes = Number(text.slice(degreeDigits, degreeDigits + 2));
  return degrees + minutes / 60 + Number(text.slice(degreeDigits + 2)) / 3600;
}

/** The place that the text says; null where it says none, or none on Earth. */
export function parseIso6709(text: string): Iso6709Place | null {
  const parts = FORM.exec(text);
  if (parts === null) return null;
  const latitude = degreesOf(parts[2] ?? '', 2);
  const longitude = degreesOf(parts[4] ?? '', 3);
  if (latitude === null || longitude === null || latitude > 90 || longitude > 180) return null;
  const place: Iso6709Place = {
    latitude: parts[1] === '-' && latitude !== 0 ? -latitude : latitude,
    longitude: parts[3] === '-' && longitude !== 0 ? -longitude : longitude,
  };
  if (parts[5] !== undefined) place.altitude = Number(parts[5]);
  return place;
}
