import { DATE_PLACEHOLDER, exifBlock } from './exif-block.mjs';
import { randomFrom } from './random.mjs';

const CAMERAS = [
  { make: 'Canon', model: 'Canon EOS R6', lens: 'RF24-105mm F4 L IS USM', littleEndian: true },
  { make: 'FUJIFILM', model: 'X-T5', lens: 'XF16-55mmF2.8 R LM WR', littleEndian: true },
  { make: 'NIKON CORPORATION', model: 'NIKON Z 6_2', lens: 'NIKKOR Z 24-70mm f/4 S', littleEndian: true },
  { make: 'SONY', model: 'ILCE-7M4', lens: 'FE 35mm F1.4 GM', littleEndian: true },
  {
    make: 'Apple',
    model: 'iPhone 14 Pro',
    lens: 'iPhone 14 Pro back triple camera 6.86mm f/1.78',
    littleEndian: false,
  },
  { make: 'Panasonic', model: 'DC-S5M2', lens: 'LUMIX S 20-60/F3.5-5.6', littleEndian: true },
  { make: 'Google', model: 'Pixel 7', lens: 'Pixel 7 back camera 6.81mm f/1.85', littleEndian: false },
];

const PLACES = [
  { latitude: [38, 42, 26.64], north: 'N', longitude: [9, 8, 11.4], east: 'W', altitude: 12, offset: '+00:00' },
  { latitude: [47, 22, 36.5], north: 'N', longitude: [8, 32, 30.1], east: 'E', altitude: 408, offset: '+01:00' },
  { latitude: [35, 39, 31], north: 'N', longitude: [139, 44, 42], east: 'E', altitude: 40, offset: '+09:00' },
  { latitude: [34, 36, 13], north: 'S', longitude: [58, 22, 53], east: 'W', altitude: 25, offset: '-03:00' },
];

/** Bytes of the segment that makes each photo another one: marker, length, text. */
const OWN_TEXT = 32;

/**
 * A photo that others are made of: `dates` are the offsets at which a date stands, `own` the offset of the text of its own.
 * @typedef {{ bytes: Buffer, dates: number[], own: number }} BaseImage
 */

/** Made once in a run: finding pictures of a size takes seconds. */
let keptPhotos = null;
let keptTiny = null;

/** 36 photos of 8 to 30 KB. The same bytes at every call with the same sharp. @returns {Promise<BaseImage[]>} */
export function photoBases() {
  keptPhotos ??= bases(36, (number) => 8_000 + Math.round((number * 22_000) / 35));
  return keptPhotos;
}

/** 12 pictures below one block of a file system (4 KiB), for deliveries of very many files. @returns {Promise<BaseImage[]>} */
export function tinyBases() {
  keptTiny ??= bases(12, (number) => 2_600 + 100 * number);
  return keptTiny;
}

async function bases(count, sizeOf) {
  const { default: sharp } = await import('sharp');
  const made = [];
  for (let number = 0; number < count; number += 1) made.push(await base(sharp, number, sizeOf(number)));
  return made;
}

async function base(sharp, number, size) {
  const random = randomFrom(number + 1);
  const tiny = size < 6_000;
  const [width, height] = tiny ? [96, 64] : shapeOf(number, size);
  const camera = CAMERAS[number % CAMERAS.length];
  const place = PLACES[number % PLACES.length];
  const thumbnail =
    tiny || number % 2 === 1 ? null : await picture(sharp, number, 96, 64, 12).jpeg({ quality: 60 }).toBuffer();
  const block = exifBlock({
    ...camera,
    serial: String(100000 + number * 7919),
    orientation: [1, 1, 6, 8, 3][number % 5],
    width,
    height,
    offset: place.offset,
    makerNote: Buffer.from(
      Array.from({ length: tiny ? 96 : 400 + ((number * 97) % 1200) }, () => Math.floor(random() * 256)),
    ),
    thumbnail,
    // Every third was taken with the receiver off.
    place: number % 3 === 2 ? null : place,
  });
  const room = size - block.length - OWN_TEXT - 20;
  return assembled(block, await ofAbout(sharp, number, width, height, room));
}

/** The smaller files are smaller pictures, since no grain at all makes few bytes of a large one. */
function shapeOf(number, size) {
  const long = size < 15_000 ? 400 : 640;
  const short = (long * 3) / 4;
  return number % 3 === 0 ? [short, long] : [long, short];
}

/** A JPEG of the given size as nearly as its grain allows. */
async function ofAbout(sharp, number, width, height, bytes) {
  let best = null;
  for (let low = 0, high = 128, tries = 0; tries < 8; tries += 1) {
    const grain = (low + high) / 2;
    const jpeg = await picture(sharp, number, width, height, grain).jpeg({ quality: 70 }).toBuffer();
    if (!best || Math.abs(jpeg.length - bytes) < Math.abs(best.length - bytes)) best = jpeg;
    if (jpeg.length > bytes) high = grain;
    else low = grain;
  }
  return best;
}

/** A soft pattern with grain, other for each number. */
function picture(sharp, number, width, height, grain) {
  const random = randomFrom(1000 + number);
  const pixels = Buffer.alloc(width * height * 3);
  for (let y = 0, at = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const light = 128 + 60 * Math.sin(x / (20 + number) + number) * Math.cos(y / (15 + number));
      for (let colour = 0; colour < 3; colour += 1)
        pixels[at++] = clamp(light + grain * (random() - 0.5) + 12 * colour);
    }
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}

const clamp = (value) => Math.max(0, Math.min(255, value));

/** EXIF first, as cameras have it (no JFIF), then the text of its own, then the picture. */
function assembled(block, jpeg) {
  const jfif = jpeg.readUInt16BE(2) === 0xffe0 ? 2 + jpeg.readUInt16BE(4) : 0;
  const exif = segment(0xe1, Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), block]));
  const own = segment(0xfe, Buffer.alloc(OWN_TEXT, '-'));
  const bytes = Buffer.concat([jpeg.subarray(0, 2), exif, own, jpeg.subarray(2 + jfif)]);
  const dates = [];
  for (let at = bytes.indexOf(DATE_PLACEHOLDER); at >= 0; at = bytes.indexOf(DATE_PLACEHOLDER, at + 1)) dates.push(at);
  return { bytes, dates, own: 2 + exif.length + 4 };
}

function segment(marker, payload) {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(payload.length + 2, 2);
  return Buffer.concat([head, payload]);
}
