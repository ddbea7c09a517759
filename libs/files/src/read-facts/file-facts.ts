import { type FactGroup, type FileFacts } from '@assay/inspection';
import { type ByteSource } from './byte-source';
import { type Contents, addProblem } from './contents';
import { readExif } from './exif';
import { contentsReaderOf } from './formats/readers';
import { addMetadata } from './metadata';
import { mediaTypeBySignature } from './signature';
import { textType } from './text-type';

/** Enough for every signature of the library for the rare formats. */
const RARE_HEAD_BYTES = 64 * 1024;

/** Third-party signatures for what is not recognised by us. */
export type RareMediaTypes = (head: Buffer) => Promise<string | undefined>;

/** Lower case, without the dot; `''` for names without one, for `.name` and for `name.`. */
export function extensionOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot <= 0 ? '' : name.slice(dot + 1).toLowerCase();
}

/** The media type where the first bytes say it; undefined where {@link rareMediaType} must be asked. */
export function mediaTypeOf(source: ByteSource): string | undefined {
  return source.size === 0 ? 'inode/x-empty' : mediaTypeBySignature(source.head);
}

/** The media type of all other files. `rare` null: no third-party code is let at the bytes. */
export async function rareMediaType(source: ByteSource, rare: RareMediaTypes | null): Promise<string> {
  const head = Buffer.from(source.at(0, RARE_HEAD_BYTES));
  const found = rare === null ? undefined : await rare(head);
  return found ?? textType(head, head.length === source.size) ?? 'application/octet-stream';
}

function readContents(source: ByteSource, mediaType: string, metadata: boolean): Contents {
  const contents = contentsReaderOf(mediaType)?.(source, metadata) ?? { problems: [] };
  if (source.exhausted) addProblem(contents, 'too-scattered', 'What describes the file is spread too far to be read.');
  return contents;
}

/** Facts of one file, as far as our own bytes and exifr tell them. */
export interface FactsRead {
  facts: FileFacts;
  /** What the container said; undefined where only the signature was asked for. */
  contents?: Contents;
}

/**
 * Facts of one file of a known media type, as far as `needs` asks. Never throws for any content; errors of the disk pass
 * through. `bare`: no third-party code is let at the bytes.
 */
export function factsOf(
  source: ByteSource,
  name: string,
  mediaType: string,
  needs: readonly FactGroup[],
  bare: boolean,
): FactsRead {
  const facts: FileFacts = { mediaType, extension: extensionOf(name), reader: 'none', problems: [] };
  const described = !bare && needs.includes('description');
  const metadata = !bare && (described || needs.includes('metadata'));
  // The raw formats are told from TIFF by their directories alone.
  if (!metadata && !needs.includes('dimensions') && mediaType !== 'image/tiff') return { facts };
  const contents = readContents(source, mediaType, metadata);
  if (contents.mediaType !== undefined) facts.mediaType = contents.mediaType;
  if (contents.width !== undefined) facts.width = contents.width;
  if (contents.height !== undefined) facts.height = contents.height;
  if (contents.rotation !== undefined) facts.rotation = contents.rotation;
  if (contents.durationSeconds !== undefined) facts.durationSeconds = contents.durationSeconds;
  if (contents.codec !== undefined) facts.codec = contents.codec;
  facts.problems = contents.problems;
  if (!metadata) return { facts, contents };
  const raw = contents.exif === undefined ? null : readExif(contents.exif);
  if (raw !== null) facts.reader = 'exifr';
  else if (contents.exif !== undefined)
    addProblem(contents, 'unreadable-metadata', 'The reader of EXIF gave up on this file.');
  addMetadata(facts, raw, contents, described);
  return { facts, contents };
}
