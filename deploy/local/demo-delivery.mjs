import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/*
 * A sample delivery: photos as several cameras write them, and what goes wrong in deliveries. The same bytes and
 * names at every run.
 */

const CAMERAS = [
  { make: 'Canon', model: 'Canon EOS R6', lens: 'RF24-105mm F4 L IS USM' },
  { make: 'FUJIFILM', model: 'X-T5', lens: 'XF16-55mmF2.8 R LM WR' },
  { make: 'NIKON CORPORATION', model: 'NIKON Z 6_2', lens: 'NIKKOR Z 24-70mm f/4 S' },
  { make: 'SONY', model: 'ILCE-7M4', lens: 'FE 35mm F1.4 GM' },
  { make: 'Apple', model: 'iPhone 14 Pro', lens: 'iPhone 14 Pro back triple camera 6.86mm f/1.78' },
];

const PLACES = [
  { name: 'Lisbon', latitude: [38, 42, 26.64], north: 'N', longitude: [9, 8, 11.4], east: 'W', offset: '+00:00' },
  { name: 'Zürich', latitude: [47, 22, 36.5], north: 'N', longitude: [8, 32, 30.1], east: 'E', offset: '+01:00' },
  { name: 'Tōkyō 東京', latitude: [35, 39, 31], north: 'N', longitude: [139, 44, 42], east: 'E', offset: '+09:00' },
  { name: 'Buenos Aires', latitude: [34, 36, 13], north: 'S', longitude: [58, 22, 53], east: 'W', offset: '-03:00' },
];

const PHOTOS = 240;
const SIZES = [
  [640, 480],
  [480, 640],
  [800, 600],
  [1024, 576],
];

/**
 * Writes the sample delivery into `folder`, which must not exist. Resolves to how many entries it holds, folders not
 * counted. What a file system can't hold (a FIFO, a name that is not UTF-8) is left out.
 * @param {string} folder
 */
export async function makeDelivery(folder) {
  const { default: sharp } = await import('sharp');
  const write = writerInto(folder);
  for (let number = 0; number < PHOTOS; number++) {
    const place = PLACES[number % PLACES.length];
    const name = `${place.name}/day ${1 + (number % 3)}/IMG_${String(1000 + number)}.JPG`;
    write(name, await photo(sharp, number), takenAt(number));
  }
  const sample = await photo(sharp, 3);
  for (const [name, bytes] of await specialFiles(sharp, sample)) write(name, bytes);
  for (const [name, target] of [
    ['links/best shot.jpg', '../Lisbon/day 1/IMG_1000.JPG'],
    ['links/outside.jpg', '/etc/hostname'],
  ]) {
    mkdirSync(path.join(folder, path.dirname(name)), { recursive: true });
    symlinkSync(target, path.join(folder, name));
    write.count++;
  }
  if (spawnSync('mkfifo', [path.join(folder, 'upload.fifo')]).status === 0) write.count++;
  try {
    // Latin-1, from an old archive: no UTF-8.
    const name = Buffer.concat([Buffer.from(`${folder}/caf`), Buffer.from([0xe9]), Buffer.from('.jpg')]);
    writeFileSync(name, sample);
    write.count++;
  } catch (error) {
    if (error.code !== 'EILSEQ' && error.code !== 'EINVAL') throw error;
  }
  return write.count;
}

async function specialFiles(sharp, sample) {
  const files = [
    ['🎉 party/cake & candles.jpg', await photo(sharp, 301)],
    ['🎉 party/it\'s "quoted".jpeg', await photo(sharp, 302)],
    ['🎉 party/two\nlines.jpg', await photo(sharp, 303)],
    ['no metadata/scan 1.png', await picture(sharp, 304, 640, 480).png().toBuffer()],
    ['no metadata/scan 2.webp', await picture(sharp, 305, 640, 480).webp().toBuffer()],
    ['README.txt', Buffer.from('Please send the invoice to the office.\n'.repeat(60))],
    ['.DS_Store', Buffer.alloc(6148, 'Bud1')],
  ];
  for (let number = 1; number <= 12; number++) {
    files.push([
      `thumbnails/t${number}.jpg`,
      await picture(sharp, 400 + number, 48, 32)
        .jpeg()
        .toBuffer(),
    ]);
  }
  for (let number = 1; number <= 6; number++) {
    const text = Buffer.from(`<html><body>404 Not Found: IMG_${2000 + number}.JPG</body></html>\n`.repeat(30));
    files.push([`broken/download ${number}.jpg`, text]);
    files.push([
      `broken/renamed ${number}.jpg`,
      await picture(sharp, 500 + number, 320, 240)
        .png()
        .toBuffer(),
    ]);
    files.push([`broken/cut off ${number}.jpg`, sample.subarray(0, 200 * number)]);
  }
  for (let number = 1; number <= 4; number++) files.push([`broken/empty ${number}.jpg`, Buffer.alloc(0)]);
  return files;
}

function photo(sharp, number) {
  const camera = CAMERAS[number % CAMERAS.length];
  const place = PLACES[number % PLACES.length];
  const [width, height] = SIZES[number % SIZES.length];
  const exif = {
    IFD0: { Make: camera.make, Model: camera.model, Orientation: '1' },
    IFD2: {
      DateTimeOriginal: takenAt(number).toISOString().slice(0, 19).replaceAll('-', ':').replace('T', ' '),
      OffsetTimeOriginal: place.offset,
      SubSecTimeOriginal: String(number % 100).padStart(2, '0'),
      LensModel: camera.lens,
    },
    // Every third was taken with the receiver off.
    ...(number % 3 === 0 ? {} : { IFD3: gps(place) }),
  };
  return picture(sharp, number, width, height).jpeg({ quality: 82 }).withExif(exif).toBuffer();
}

function gps({ latitude, north, longitude, east }) {
  const rationals = ([degrees, minutes, seconds]) => `${degrees}/1 ${minutes}/1 ${Math.round(seconds * 100)}/100`;
  return {
    GPSLatitudeRef: north,
    GPSLatitude: rationals(latitude),
    GPSLongitudeRef: east,
    GPSLongitude: rationals(longitude),
  };
}

/** A soft pattern with grain, other for each number; the generator is a fixed one (mulberry32). */
function picture(sharp, number, width, height) {
  const random = mulberry32(number + 1);
  const [red, green, blue] = [random(), random(), random()].map((value) => 80 + value * 150);
  const pixels = Buffer.alloc(width * height * 3);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const light =
        0.6 + 0.3 * Math.sin((x * (1 + red / 99)) / 60 + number) * Math.cos(y / (20 + green / 9)) + 0.1 * random();
      pixels[at++] = red * light;
      pixels[at++] = green * light;
      pixels[at++] = blue * light;
    }
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}

function mulberry32(seed) {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

function takenAt(number) {
  return new Date(Date.UTC(2024, 1, 27 + (number % 3), 8, number % 60, (number * 7) % 60));
}

function writerInto(folder) {
  const write = (name, bytes, modifiedAt = takenAt(0)) => {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, bytes, { flag: 'wx' });
    utimesSync(file, modifiedAt, modifiedAt);
    write.count++;
  };
  write.count = 0;
  return write;
}
