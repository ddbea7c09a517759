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

/**
 * Whether the file is whole. A part is absent where it was not asked for, and null where it can't be told: a format
 * whose end says nothing, or one that is not decoded here.
 */
export interface ContentFacts {
  /** The file ends as its format says and its checksums agree; no pixel was decoded. */
  complete?: boolean | null;
  /** Every pixel was decoded. */
  decodes?: boolean | null;
  /** What is wrong, or why it can't be told; absent where all is well. */
  why?: { complete?: string; decodes?: string };
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
  /** Of the video track: its sample description as four letters, such as `avc1`, `hvc1` or `mp4v`. */
  codec?: string;
  /** Degrees clockwise by which a video or a HEIF picture is to be turned to be seen upright: 0, 90, 180, 270. */
  rotation?: number;
  /** -1 (rejected), 0 (none) … 5 stars. */
  rating?: number;
  title?: string;
  creator?: string;
  copyright?: string;
  content?: ContentFacts;
  /** `sha256:` and 64 hex digits, lower case, of every byte of the file. Read only where it is needed. */
  digest?: string;
  reader: Reader;
  problems: Problem[];
}

/**
 * Groups of facts by what they cost to read. `signature` (media type, extension) is always read; `dimensions` and
 * `metadata` need the beginning of the file, `description` (rating, title, creator, copyright) its XMP and IPTC too,
 * `complete` its structure from end to end, `decodes` every pixel and `digest` every byte of it. A rule names the groups
 * that it needs, and a profile's needs are the union of its rules' and templates'.
 */
export type FactGroup = 'signature' | 'dimensions' | 'metadata' | 'description' | 'complete' | 'decodes' | 'digest';

/** Where a file with the same bytes is looked for: among the files of this scan, or among those accepted by earlier scans. */
export type CopyPlace = 'scan' | 'accepted';

/** A file that holds exactly the same bytes. */
export interface FirstCopy {
  /** Relative to the directory of its scan, as {@link decodePath} gives it. */
  path: string;
  /** The id of the earlier scan that accepted it; null for a file of this scan. */
  scan: string | null;
}

/** One file as the rules see it. */
export interface InspectedFile {
  /** Relative to the scan's directory, `/`-separated, as {@link decodePath} gives it. */
  path: string;
  /** Bytes. */
  size: number;
  /** ISO 8601 in UTC. */
  modifiedAt: string;
  facts: FileFacts;
  /**
   * The first file with exactly the same bytes, by where it was looked for; null: there is none. A place that is absent
   * was not looked at, or it could not be told there. Looked for only at the places that the profile `compares`.
   *
   * `scan`: of the rows of the same scan with the same bytes, the one with the lowest `seq`, if that is lower than this
   * file's; whatever its verdict, its outcome and where it lies by now. `seq` never changes once a row is inserted, so neither
   * the order of reading nor a resumed or repeated walk changes the answer.
   *
   * `accepted`: of the rows with outcome `accepted` of other scans that had finished when this scan's walk began (their
   * `finishedAt` is not after its `startedAt`, which is set once), the first of the scan that was asked for first. Scans under way
   * at the same time do not see each other, whichever is faster. Known are the files of scans whose profile compared
   * files too; of others the bytes were not recorded.
   *
   * Size decides first, then the digest of the heads (64 KiB), and last that of all bytes; only the last makes a copy. What is
   * believed is what was judged: bytes that were read under the identity on record, or under that of the verified copy of the
   * file, before and after. Once such a digest is recorded it stays true of what was delivered, though that file is
   * changed, moved on or removed by now. Where it is not recorded and what was judged lies nowhere any more, the place stays absent: what
   * has its name by now is another file. So does it where this file changed while it was read.
   *
   * A file is no copy of itself: not of the row that a rename has left behind, nor, where accepted files are scanned
   * again, of its own. A hard link is a second name beside the first, and a copy. An empty file has no copy (null).
   */
  copyOf?: { readonly [Place in CopyPlace]?: FirstCopy | null };
}
