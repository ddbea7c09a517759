import { type FileFacts } from '@assay/inspection';
import { type Contents } from './contents';
import { contentsReaderOf } from './formats/readers';

/** Documents that say when and by whom they were made. */
const DOCUMENTS = new Set([
  'application/pdf',
  'application/postscript',
  'application/eps',
  'application/illustrator',
  'application/vnd.adobe.illustrator',
  'application/x-indesign',
  'application/mxf',
  'application/vnd.ms-asf',
]);
/** Formats that no signature of ours or of the library tells; exiftool is asked where the name says one of them. */
const BY_NAME = new Set(
  'crw mrw x3f raf iiq mos mef 3fr fff erf dcr k25 kdc dng rwl srf sr2 nrw tga mts m2ts m2t mpg mpeg vob dv dpx exr hdr pict pct wmv asf flv rm rv eip'.split(
    ' ',
  ),
);
/** A raw format that is read as a TIFF keeps the type that its directories say, which has no reader of its own. */
const TIFF_RAWS = new Set([
  'image/x-nikon-nef',
  'image/x-sony-arw',
  'image/x-pentax-pef',
  'image/x-samsung-srw',
  'image/x-adobe-dng',
  'image/x-canon-cr2',
]);
/** Problems behind which exiftool, which has seen more broken files, may find something. */
const BROKEN = new Set(['unreadable-metadata', 'broken-structure', 'too-scattered', 'truncated']);

function isForeignType({ mediaType, extension }: FileFacts): boolean {
  if (contentsReaderOf(mediaType) !== undefined || TIFF_RAWS.has(mediaType) || mediaType === 'image/svg+xml')
    return false;
  if (mediaType === 'application/octet-stream') return BY_NAME.has(extension);
  return mediaType.startsWith('image/') || mediaType.startsWith('video/') || DOCUMENTS.has(mediaType);
}

/**
 * True where exiftool is to be asked: the format has no reader of ours, its file holds what none of ours knows, or what
 * describes it is broken and facts are missing. It takes a hundred times as long as ours, so nothing else is given to it.
 */
export function needsExiftool(facts: FileFacts, contents: Contents): boolean {
  if (isForeignType(facts)) return true;
  const { captured, camera, width } = facts;
  if (captured !== undefined && camera?.make !== undefined && width !== undefined) return false;
  return contents.foreign === true || contents.problems.some(({ code }) => BROKEN.has(code));
}
