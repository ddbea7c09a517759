import { type ByteStream } from './byte-stream';
import { bmffEnds, riffEnds } from './complete-boxes';
import { gifEnds } from './complete-gif';
import { jpegEnds } from './complete-jpeg';
import { pngEnds } from './complete-png';
import { tiffEnds } from './complete-tiff';

/** What is missing or wrong, in words; null where the file ends as its format says. */
export type EndCheck = (stream: ByteStream) => string | null;

const CHECKS: Readonly<Record<string, EndCheck>> = {
  'image/jpeg': jpegEnds,
  'image/png': pngEnds,
  'image/apng': pngEnds,
  'image/gif': gifEnds,
  'image/webp': riffEnds,
  'video/vnd.avi': riffEnds,
  'audio/wav': riffEnds,
  'image/tiff': tiffEnds,
  'image/x-adobe-dng': tiffEnds,
  'image/x-nikon-nef': tiffEnds,
  'image/x-canon-cr2': tiffEnds,
  'image/x-sony-arw': tiffEnds,
  'image/x-pentax-pef': tiffEnds,
  'image/x-samsung-srw': tiffEnds,
  'image/heic': bmffEnds,
  'image/heif': bmffEnds,
  'image/avif': bmffEnds,
  'image/x-canon-cr3': bmffEnds,
  'image/jp2': bmffEnds,
  'image/jpx': bmffEnds,
  'video/mp4': bmffEnds,
  'video/quicktime': bmffEnds,
  'video/x-m4v': bmffEnds,
  'video/3gpp': bmffEnds,
  'video/3gpp2': bmffEnds,
  'audio/mp4': bmffEnds,
};

/**
 * Whether the file is whole, by its structure alone: no pixel is decoded, nothing but our own code is run. Null where the
 * format's end is not known here.
 */
export function completeness(stream: ByteStream, mediaType: string): { complete: boolean | null; why?: string } {
  const check = Object.hasOwn(CHECKS, mediaType) ? CHECKS[mediaType] : undefined;
  if (check === undefined) return { complete: null, why: `How ${mediaType} ends is not known.` };
  const why = check(stream);
  return why === null ? { complete: true } : { complete: false, why };
}
