/** Which reader answered for a file. `none`: its format has no reader, or none of them could answer. */
export type Reader = 'exifr' | 'sharp' | 'exiftool' | 'none';

/**
 * Something that a reader met while it read a file: broken, hostile or unreadable content.
 * A problem is an observation, never a judgement; the rule `readable-metadata` makes findings of it.
 */
export interface Problem {
  /** Stable, kebab-case: `truncated`, `impossible-date`, `reader-timeout`, … */
  code: string;
  message: string;
}

export interface Camera {
  make?: string;
  model?: string;
  lens?: string;
  serial?: string;
  software?: string;
}

export interface CaptureTime {
  /** Wall-clock time as the camera wrote it: `2024-02-29T12:34:56` with sub-seconds (`.007`) where known. */
  local: string;
  /** `+09:00`, or null where the file does not say. */
  offset: string | null;
  /** The tag that it came from, such as `EXIF:DateTimeOriginal`. */
  source: string;
}

export interface Location {
  /** Signed decimal degrees, WGS 84, -90 … 90. */
  latitude: number;
  /** Signed decimal degrees, WGS 84, -180 … 180. */
  longitude: number;
  /** Metres above sea level. */
  altitude?: number;
  source: string;
}

/** What was read of one file. What is absent is unknown; no value is ever guessed. */
export interface FileFacts {
  /** By signature, never by name; `application/octet-stream` where unknown, `inode/x-empty` for an empty file. */
  mediaType: string;
  /** Of the file's name: lower case, without the dot; `''` where there is none. */
  extension: string;
  /** Pixels as stored, before orientation. */
  width?: number;
  height?: number;
  /** EXIF orientation, 1 … 8. */
  orientation?: number;
  camera?: Camera;
  captured?: CaptureTime;
  location?: Location;
  durationSeconds?: number;
  reader: Reader;
  problems: Problem[];
}

/**
 * Groups of facts by what they cost to read. `signature` (media type, extension) is always read;
 * a rule names the groups that it needs, and a profile's needs are the union of its rules' and templates'.
 */
export type FactGroup = 'signature' | 'dimensions' | 'metadata';

/** One file as the rules see it. */
export interface InspectedFile {
  /** Relative to the scan's directory, `/`-separated, as {@link decodePath} gives it. */
  path: string;
  /** Bytes. */
  size: number;
  /** ISO 8601 in UTC. */
  modifiedAt: string;
  facts: FileFacts;
}
