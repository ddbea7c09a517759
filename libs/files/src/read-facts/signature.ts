/*
 * Media type by the first bytes. The formats that deliveries are made of are told here, since asking a library costs more
 * than all else that is done for a file; what is not recognised here is asked of it.
 */

const ascii = (head: Buffer, from: number, to: number): string => head.toString('latin1', from, to);

/** ISO-BMFF: by the major brand, else by the first compatible one that says it. */
const BRANDS: Readonly<Record<string, string>> = {
  heic: 'image/heic',
  heix: 'image/heic',
  heim: 'image/heic',
  heis: 'image/heic',
  hevc: 'image/heic-sequence',
  hevx: 'image/heic-sequence',
  mif1: 'image/heif',
  msf1: 'image/heif-sequence',
  avif: 'image/avif',
  avis: 'image/avif',
  'crx ': 'image/x-canon-cr3',
  'qt  ': 'video/quicktime',
  'M4V ': 'video/x-m4v',
  M4VH: 'video/x-m4v',
  M4VP: 'video/x-m4v',
  'M4A ': 'audio/mp4',
  'M4B ': 'audio/mp4',
  'M4P ': 'video/mp4',
  'F4V ': 'video/mp4',
  'F4P ': 'video/mp4',
  'F4A ': 'audio/mp4',
  'F4B ': 'audio/mp4',
};
/** A picture with a general major brand may say among its compatible ones that it is coded as AV1. */
const GENERAL_IMAGE_BRANDS = new Set(['mif1', 'msf1', 'miaf']);
const MP4_BRANDS = /^(isom|iso[2-9a-c]|mp4[12v]|avc1|dash|mp7[1b]|MSNV|NDS[CHMPSX]|XAVC|mmp4|isml)$/;

function brandType(brand: string): string | undefined {
  const known = Object.hasOwn(BRANDS, brand) ? BRANDS[brand] : undefined;
  if (known !== undefined) return known;
  if (MP4_BRANDS.test(brand)) return 'video/mp4';
  if (brand.startsWith('3g2')) return 'video/3gpp2';
  if (brand.startsWith('3g')) return 'video/3gpp';
  return undefined;
}

function isoMediaType(head: Buffer): string | undefined {
  const major = ascii(head, 8, 12);
  if (!GENERAL_IMAGE_BRANDS.has(major)) return brandType(major);
  const end = Math.min(head.readUInt32BE(0), head.length, 256);
  for (let at = 16; at + 4 <= end; at += 4) {
    const brand = ascii(head, at, at + 4);
    if (brand === 'avif' || brand === 'avis') return 'image/avif';
  }
  return brandType(major) ?? 'image/heif';
}

function riffType(head: Buffer): string | undefined {
  const form = ascii(head, 8, 12);
  if (form === 'WEBP') return 'image/webp';
  if (form === 'WAVE') return 'audio/wav';
  if (form === 'AVI ') return 'video/vnd.avi';
  return undefined;
}

const isTiffOrder = (start: number): boolean => start === 0x49492a00 || start === 0x4d4d002a;
const isBigTiff = (start: number): boolean => start === 0x49492b00 || start === 0x4d4d002b;
/** "IIRO", "IIRS", "MMOR". */
const isOlympus = (start: number): boolean => start === 0x4949524f || start === 0x49495253 || start === 0x4d4d4f52;

/** BMP: the two letters alone would take any text that begins so; its header's size must be one of those in use. */
const BMP_HEADERS = new Set([12, 16, 40, 52, 56, 64, 108, 124]);

/** The media type where these bytes, the file's first, say it for sure; else undefined. Needs 256 bytes at most. */
export function mediaTypeBySignature(head: Buffer): string | undefined {
  if (head.length < 4) return undefined;
  const start = head.readUInt32BE(0);
  if (start >>> 8 === 0xffd8ff) return 'image/jpeg';
  if (start === 0x89504e47 && head.length >= 8 && head.readUInt32BE(4) === 0x0d0a1a0a) return pngType(head);
  if (start === 0x47494638) return 'image/gif';
  if (isTiffOrder(start) || isBigTiff(start)) return 'image/tiff';
  if (isOlympus(start)) return 'image/x-olympus-orf';
  if (start === 0x49495500) return 'image/x-panasonic-rw2';
  if (start === 0x25504446) return 'application/pdf';
  if (head.length >= 12) {
    if (start === 0x52494646) return riffType(head);
    if (head.readUInt32BE(4) === 0x66747970) return isoMediaType(head);
    if (ascii(head, 0, 15) === 'FUJIFILMCCD-RAW') return 'image/x-fujifilm-raf';
  }
  if (start >>> 16 === 0x424d && head.length >= 18 && BMP_HEADERS.has(head.readUInt32LE(14))) return 'image/bmp';
  if (start === 0x38425053 && head.length >= 6) return 'image/vnd.adobe.photoshop';
  return (
    rareRawType(head, start) ?? jpeg2000Type(head, start) ?? iconType(head, start) ?? pcxType(head) ?? netpbmType(head)
  );
}

/** Raw formats that no library of signatures tells. */
function rareRawType(head: Buffer, start: number): string | undefined {
  if (start === 0x004d524d) return 'image/x-minolta-mrw';
  if (start === 0x464f5662) return 'image/x-sigma-x3f';
  if (ascii(head, 6, 14) === 'HEAPCCDR') return 'image/x-canon-crw';
  return undefined;
}

const JPEG2000: Readonly<Record<string, string>> = {
  'jp2 ': 'image/jp2',
  'jpx ': 'image/jpx',
  'jpm ': 'image/jpm',
  mjp2: 'image/mj2',
};

function jpeg2000Type(head: Buffer, start: number): string | undefined {
  if (start === 0xff4fff51) return 'image/j2c';
  if (start !== 0x0c || ascii(head, 4, 8) !== 'jP  ') return undefined;
  const brand = ascii(head, 20, 24);
  return Object.hasOwn(JPEG2000, brand) ? JPEG2000[brand] : undefined;
}

/** Four bytes are few: the first entry's reserved byte, its planes and depth, and the place of its picture must fit too. */
function iconType(head: Buffer, start: number): string | undefined {
  if ((start !== 0x0100 && start !== 0x0200) || head.length < 22) return undefined;
  const count = head.readUInt16LE(4);
  const first = head.readUInt32LE(18);
  return count > 0 && count <= 256 && head[9] === 0 && first >= 6 + 16 * count ? 'image/x-icon' : undefined;
}

/** ZSoft's number, a version, the only encoding there is, a depth, a window that is one, and a byte that is always 0. */
function pcxType(head: Buffer): string | undefined {
  if (head[0] !== 0x0a || head.length < 128 || head[2] !== 1 || head[64] !== 0) return undefined;
  if (![0, 2, 3, 4, 5].includes(head[1] ?? -1) || ![1, 2, 4, 8].includes(head[3] ?? 0)) return undefined;
  const fits = head.readUInt16LE(8) >= head.readUInt16LE(4) && head.readUInt16LE(10) >= head.readUInt16LE(6);
  return fits ? 'image/x-pcx' : undefined;
}

/** An animated PNG says so in a chunk of its own, which stands right behind the header where it is written at all. */
function pngType(head: Buffer): string {
  return ascii(head, 37, 41) === 'acTL' ? 'image/apng' : 'image/png';
}

const NETPBM = ['image/x-portable-bitmap', 'image/x-portable-graymap', 'image/x-portable-pixmap'] as const;

/** "P1" … "P6", white space or comments, then a number: two letters alone would take many a text. */
function netpbmType(head: Buffer): string | undefined {
  const kind = (head[1] ?? 0) - 0x31;
  if (head[0] !== 0x50 || kind < 0 || kind > 5) return undefined;
  return /^P[1-6](?:\s+|\s*#[^\n]*\n)+\d/.test(ascii(head, 0, 256)) ? NETPBM[kind % 3] : undefined;
}
