import { type Problem } from '@assay/inspection';
import { type ByteSource } from './byte-source';

/** What a file's container says, before any reader of metadata is asked. */
export interface Contents {
  /** Where the structure tells more than the signature, such as which camera's raw format a TIFF is. */
  mediaType?: string;
  /** Pixels as stored. */
  width?: number;
  height?: number;
  /** A TIFF structure with EXIF directories, whole and sound enough to be given to a reader of EXIF. */
  exif?: Buffer;
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
