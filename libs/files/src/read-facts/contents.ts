import { type CaptureTime, type Camera, type Location, type Problem } from '@assay/inspection';
import { type ByteSource } from './byte-source';
import { type ExifBlock } from './exif-block';

/** What a container says of itself beside EXIF, XMP and IPTC: the boxes of a video, the text chunks of a PNG. */
export interface OwnWords {
  camera?: Camera;
  captured?: CaptureTime;
  location?: Location;
  title?: string;
  creator?: string;
  copyright?: string;
}

/** What a file's container says, before any reader of metadata is asked. */
export interface Contents {
  /** Where the structure tells more than the signature, such as which camera's raw format a TIFF is. */
  mediaType?: string;
  /** Pixels as stored. */
  width?: number;
  height?: number;
  /** Degrees clockwise, of HEIF and video. */
  rotation?: number;
  durationSeconds?: number;
  codec?: string;
  /** A TIFF structure with EXIF directories, whole and sound enough to be given to a reader of EXIF. */
  exif?: Buffer;
  /** See {@link ExifBlock}. */
  uprightBehind?: true;
  /** An XMP packet, read when it is asked for; the first that the file has. */
  xmp?: () => Buffer;
  /** Records of IPTC-IIM, read when they are asked for. */
  iptc?: () => Buffer;
  own?: OwnWords;
  /** There is metadata that only exiftool knows how to read. */
  foreign?: boolean;
  problems: Problem[];
}

/** Reads a container. Never throws for any content, never loops; errors of the disk pass through. */
export type ContentsReader = (source: ByteSource, metadata: boolean) => Contents;

/** A zero in a header means "not said here". */
export function setDimensions(contents: Contents, width: number, height: number): void {
  if (width > 0) contents.width = width;
  if (height > 0) contents.height = height;
}

export function addProblem(contents: Contents, code: string, message: string): void {
  if (!contents.problems.some((problem) => problem.code === code)) contents.problems.push({ code, message });
}

/** The first block stands; what is broken in any of them is a problem. */
export function addExif(contents: Contents, { block, sound, uprightBehind }: ExifBlock): void {
  if (block !== undefined && contents.exif === undefined) {
    contents.exif = block;
    if (uprightBehind === true) contents.uprightBehind = true;
  }
  if (!sound) addProblem(contents, 'unreadable-metadata', 'The EXIF directories are broken, wholly or in part.');
}
