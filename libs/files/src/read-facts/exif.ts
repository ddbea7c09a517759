import exifr from 'exifr';
import { PICKS } from './exif-block';

/** Values by tag number, as exifr leaves them: strings, numbers (rationals divided), arrays of numbers, or bytes. */
export type RawTags = Readonly<Record<number, unknown>>;

export interface RawExif {
  ifd0?: RawTags;
  exif?: RawTags;
  gps?: RawTags;
}

/**
 * One frozen object for ever: exifr keeps what it makes of an options object by identity, without end. Nothing is
 * translated or revived: it rolls 30 February over and makes a year 1899 of zeros.
 */
const OPTIONS = Object.freeze({
  tiff: true,
  ifd0: Object.freeze({ pick: [...PICKS.ifd0] }),
  exif: Object.freeze({ pick: [...PICKS.exif] }),
  gps: Object.freeze({ pick: [...PICKS.gps] }),
  ifd1: false,
  interop: false,
  xmp: false,
  icc: false,
  iptc: false,
  jfif: false,
  makerNote: false,
  userComment: false,
  translateKeys: false,
  translateValues: false,
  reviveValues: false,
  mergeOutput: false,
});

/** What exifr reads of a sound TIFF block; null where it gives up. Byte values share the block's memory. */
export async function readExif(block: Buffer): Promise<RawExif | null> {
  try {
    const output = (await exifr.parse(block, OPTIONS)) as (RawExif & { errors?: unknown }) | undefined;
    if (output === undefined) return {};
    return output.errors === undefined ? output : null;
  } catch {
    // It throws on content alone: the block is in memory.
    return null;
  }
}
