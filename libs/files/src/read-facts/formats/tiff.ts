import { type ByteSource } from '../byte-source';
import { type Contents, addExif, addProblem, setDimensions } from '../contents';
import { exifOfTiff } from '../exif-block';
import { IPTC_RESOURCE, findResources } from '../image-resources';
import {
  type TiffDirectory,
  type TiffStructure,
  numbersOf,
  openTiff,
  readDirectory,
  wantedTags,
} from '../tiff-directory';

const NEW_SUBFILE_TYPE = 0x00fe;
const WIDTH = 0x0100;
const HEIGHT = 0x0101;
const PHOTOMETRIC = 0x0106;
const MAKE = 0x010f;
const SUB_DIRECTORIES = 0x014a;
const DNG_VERSION = 0xc612;
const XMP = 0x02bc;
const IPTC = 0x83bb;
const PHOTOSHOP = 0x8649;
/** Panasonic's: the borders of the picture on the sensor. */
const BORDERS = { top: 0x0004, left: 0x0005, bottom: 0x0006, right: 0x0007 } as const;
const wanted = wantedTags(
  [NEW_SUBFILE_TYPE, WIDTH, HEIGHT, PHOTOMETRIC, MAKE, SUB_DIRECTORIES, DNG_VERSION],
  [XMP, IPTC, PHOTOSHOP],
);
const wantedOfPanasonic = wantedTags([...Object.values(BORDERS), MAKE], [XMP, IPTC]);
const MAX_PACKET_BYTES = 1024 * 1024;

const COLOUR_FILTER_ARRAY = 32803;
const MAX_DIRECTORIES = 32;

/** Olympus writes "RO" or "RS" where TIFF has 42, Panasonic 0x55; all else is the same. */
const PANASONIC = 0x55;
const MAGICS = [42, 0x4f52, 0x5352, PANASONIC];

const RAW_BY_MAKE: readonly (readonly [start: string, mediaType: string])[] = [
  ['NIKON', 'image/x-nikon-nef'],
  ['SONY', 'image/x-sony-arw'],
  ['PENTAX', 'image/x-pentax-pef'],
  ['RICOH', 'image/x-pentax-pef'],
  ['SAMSUNG', 'image/x-samsung-srw'],
];

interface Page {
  width: number;
  height: number;
  /** NewSubfileType; undefined where the directory does not say. */
  subfileType: number | undefined;
  raw: boolean;
}

function pageOf(tiff: TiffStructure, directory: TiffDirectory): Page {
  const number = (tag: number): number | undefined => numbersOf(directory.entries.get(tag), tiff.littleEndian)[0];
  return {
    width: number(WIDTH) ?? 0,
    height: number(HEIGHT) ?? 0,
    subfileType: number(NEW_SUBFILE_TYPE),
    raw: number(PHOTOMETRIC) === COLOUR_FILTER_ARRAY,
  };
}

/** The first directory, its sub-directories, then the next: each offset once, so that a circle ends. */
function readPages(tiff: TiffStructure, contents: Contents): { first: TiffDirectory; pages: Page[] } | null {
  const first = readDirectory(tiff, tiff.firstDirectory, wanted);
  if (first === null) return null;
  const pages: Page[] = [];
  const seen = new Set([tiff.firstDirectory]);
  let directory: TiffDirectory | null = first;
  while (directory !== null) {
    pages.push(pageOf(tiff, directory));
    if (!directory.sound) addProblem(contents, 'broken-structure', 'A directory of the TIFF is broken.');
    for (const offset of numbersOf(directory.entries.get(SUB_DIRECTORIES), tiff.littleEndian)) {
      if (seen.size >= MAX_DIRECTORIES || seen.has(offset)) continue;
      seen.add(offset);
      const inner = readDirectory(tiff, offset, wanted);
      if (inner !== null) pages.push(pageOf(tiff, inner));
    }
    const { next } = directory;
    if (next === 0 || seen.size >= MAX_DIRECTORIES || seen.has(next)) break;
    seen.add(next);
    directory = readDirectory(tiff, next, wanted);
  }
  return { first, pages };
}

/**
 * The full-resolution image: the first that says it is one, else the first that does not say it is a reduced one. The
 * only image of a file is the file's, whatever it says of itself.
 */
function mainPage(pages: Page[]): Page | undefined {
  const sized = pages.filter((page) => page.width > 0 || page.height > 0);
  const main =
    sized.find((page) => page.subfileType === 0) ?? sized.find((page) => ((page.subfileType ?? 0) & 1) === 0);
  return main ?? (pages.length === 1 ? sized[0] : undefined);
}

function mediaTypeOf(source: ByteSource, first: TiffDirectory, pages: Page[]): string | undefined {
  if (first.entries.has(DNG_VERSION)) return 'image/x-adobe-dng';
  if (source.at(8, 2).toString('latin1') === 'CR') return 'image/x-canon-cr2';
  if (!pages.some((page) => page.raw)) return undefined;
  const make = (first.entries.get(MAKE)?.value.toString('latin1') ?? '').toUpperCase();
  return RAW_BY_MAKE.find(([start]) => make.startsWith(start))?.[1];
}

/** The picture within the borders that Panasonic says; its directory has no size as TIFF means it. */
function readPanasonic(tiff: TiffStructure, contents: Contents): { first: TiffDirectory; pages: Page[] } | null {
  const first = readDirectory(tiff, tiff.firstDirectory, wantedOfPanasonic);
  if (first === null) return null;
  const border = (tag: number): number => numbersOf(first.entries.get(tag), tiff.littleEndian)[0] ?? 0;
  setDimensions(contents, border(BORDERS.right) - border(BORDERS.left), border(BORDERS.bottom) - border(BORDERS.top));
  return { first, pages: [] };
}

/** TIFF 6.0, BigTIFF and the raw formats built on them. */
export function readTiff(source: ByteSource, metadata: boolean): Contents {
  const contents: Contents = { problems: [] };
  const tiff = openTiff(source, MAGICS);
  const panasonic = source.at(2, 2).equals(Buffer.from([PANASONIC, 0]));
  const found = tiff === null ? null : panasonic ? readPanasonic(tiff, contents) : readPages(tiff, contents);
  if (tiff === null || found === null) {
    addProblem(contents, 'truncated', 'The first directory of the TIFF is missing or cut short.');
    return contents;
  }
  const page = mainPage(found.pages);
  if (page !== undefined) setDimensions(contents, page.width, page.height);
  const mediaType = mediaTypeOf(source, found.first, found.pages);
  if (mediaType !== undefined) contents.mediaType = mediaType;
  // A raw format may keep its time in structures of its own, or in a JPEG inside.
  if (panasonic || found.pages.some((one) => one.raw)) contents.foreign = true;
  if (metadata) {
    addExif(contents, exifOfTiff(tiff));
    notePackets(tiff, found.first, contents);
  }
  return contents;
}

/** XMP and IPTC of the first directory; their bytes may be longer than any value that we read with the directory. */
function notePackets(tiff: TiffStructure, first: TiffDirectory, contents: Contents): void {
  const { bytes } = tiff;
  const xmp = first.places.get(XMP);
  const iptc = first.places.get(IPTC);
  const photoshop = first.places.get(PHOTOSHOP);
  if (xmp !== undefined) contents.xmp = () => bytes.at(xmp.offset, Math.min(xmp.length, MAX_PACKET_BYTES));
  if (iptc !== undefined) contents.iptc = () => bytes.at(iptc.offset, Math.min(iptc.length, MAX_PACKET_BYTES));
  else if (photoshop !== undefined)
    contents.iptc = () => {
      const { offset, length } = photoshop;
      const resource = findResources(bytes, offset, offset + length, [IPTC_RESOURCE]).get(IPTC_RESOURCE);
      return resource === undefined ? Buffer.alloc(0) : bytes.at(resource.offset, resource.length);
    };
}
