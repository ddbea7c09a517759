/*
 * EXIF as cameras write it: two directories and GPS, a maker note, half of them with a thumbnail, in either byte order (TIFF 6.0, EXIF 2.32).
 */

const ASCII = 2;
const SHORT = 3;
const LONG = 4;
const RATIONAL = 5;
const UNDEFINED = 7;
const BYTE = 1;
const SIZES = { [BYTE]: 1, [ASCII]: 1, [SHORT]: 2, [LONG]: 4, [RATIONAL]: 8, [UNDEFINED]: 1 };

/** Stands where a photo's own date is written later. */
export const DATE_PLACEHOLDER = '1901:01:01 00:00:00';

/**
 * @typedef {object} Shot
 * @property {boolean} littleEndian
 * @property {string} make
 * @property {string} model
 * @property {string} lens
 * @property {string} serial
 * @property {number} orientation
 * @property {number} width
 * @property {number} height
 * @property {string} offset such as `+09:00`
 * @property {Buffer} makerNote
 * @property {Buffer | null} thumbnail a whole JPEG
 * @property {{ latitude: number[], north: string, longitude: number[], east: string, altitude: number } | null} place degrees, minutes, seconds
 */

/** The TIFF structure of one shot, to stand after `Exif\0\0`. @param {Shot} shot @returns {Buffer} */
export function exifBlock(shot) {
  const gps = shot.place ? gpsEntries(shot.place) : null;
  const block = new Block(shot.littleEndian);
  const next = shot.thumbnail ? thumbnailEntries(shot.thumbnail) : null;
  const pointers = [[0x8769, exifEntries(shot)], ...(gps ? [[0x8825, gps]] : [])];
  block.directory(mainEntries(shot), pointers, next);
  return block.bytes();
}

const mainEntries = (shot) => [
  [0x010f, ASCII, shot.make],
  [0x0110, ASCII, shot.model],
  [0x0112, SHORT, [shot.orientation]],
  [0x011a, RATIONAL, [[72, 1]]],
  [0x011b, RATIONAL, [[72, 1]]],
  [0x0128, SHORT, [2]],
  [0x0131, ASCII, `${shot.model} Ver.1.02`],
  [0x0132, ASCII, DATE_PLACEHOLDER],
  [0x0213, SHORT, [2]],
];

const exifEntries = (shot) => [
  [0x829a, RATIONAL, [[1, 250]]],
  [0x829d, RATIONAL, [[56, 10]]],
  [0x8822, SHORT, [2]],
  [0x8827, SHORT, [400]],
  [0x9000, UNDEFINED, Buffer.from('0232')],
  [0x9003, ASCII, DATE_PLACEHOLDER],
  [0x9004, ASCII, DATE_PLACEHOLDER],
  [0x9010, ASCII, shot.offset],
  [0x9011, ASCII, shot.offset],
  [0x9101, UNDEFINED, Buffer.from([1, 2, 3, 0])],
  [0x9204, RATIONAL, [[0, 10]]],
  [0x9207, SHORT, [5]],
  [0x9209, SHORT, [16]],
  [0x920a, RATIONAL, [[350, 10]]],
  [0x927c, UNDEFINED, shot.makerNote],
  [0x9290, ASCII, '07'],
  [0x9291, ASCII, '07'],
  [0xa001, SHORT, [1]],
  [0xa002, LONG, [shot.width]],
  [0xa003, LONG, [shot.height]],
  [0xa402, SHORT, [0]],
  [0xa403, SHORT, [0]],
  [0xa431, ASCII, shot.serial],
  [0xa434, ASCII, shot.lens],
];

const gpsEntries = ({ latitude, north, longitude, east, altitude }) => [
  [0x0000, BYTE, Buffer.from([2, 3, 0, 0])],
  [0x0001, ASCII, north],
  [0x0002, RATIONAL, degrees(latitude)],
  [0x0003, ASCII, east],
  [0x0004, RATIONAL, degrees(longitude)],
  [0x0005, BYTE, Buffer.from([0])],
  [0x0006, RATIONAL, [[altitude * 10, 10]]],
];

const thumbnailEntries = (thumbnail) => ({ thumbnail, entries: [[0x0103, SHORT, [6]]] });

const degrees = ([whole, minutes, seconds]) => [
  [whole, 1],
  [minutes, 1],
  [Math.round(seconds * 100), 100],
];

/** Directories one after the other, values behind the directory that they belong to. */
class Block {
  #parts = [Buffer.alloc(8)];
  #length = 8;

  constructor(littleEndian) {
    this.littleEndian = littleEndian;
    const [header] = this.#parts;
    header.write(littleEndian ? 'II' : 'MM', 'latin1');
    this.#u16(header, 42, 2);
    this.#u32(header, 8, 4);
  }

  bytes() {
    return Buffer.concat(this.#parts);
  }

  /** `pointers`: [tag, entries of the directory that it leads to]. `next`: the directory of the thumbnail. */
  directory(entries, pointers, next) {
    const all = [...entries, ...pointers.map(([tag]) => [tag, LONG, [0]])].sort(([one], [other]) => one - other);
    const table = this.#append(Buffer.alloc(2 + 12 * all.length + 4));
    this.#u16(table.bytes, all.length, 0);
    const where = new Map();
    for (const [index, [tag, type, value]] of all.entries()) {
      const at = 2 + 12 * index;
      const bytes = this.#valueBytes(type, value);
      this.#u16(table.bytes, tag, at);
      this.#u16(table.bytes, type, at + 2);
      this.#u32(table.bytes, bytes.length / SIZES[type], at + 4);
      if (bytes.length <= 4) bytes.copy(table.bytes, at + 8);
      else this.#u32(table.bytes, this.#append(bytes).at, at + 8);
      where.set(tag, at + 8);
    }
    for (const [tag, inner] of pointers) this.#u32(table.bytes, this.directory(inner, [], null), where.get(tag));
    if (next) {
      const image = this.#append(next.thumbnail);
      const picture = [
        [0x0201, LONG, [image.at]],
        [0x0202, LONG, [next.thumbnail.length]],
      ];
      this.#u32(table.bytes, this.directory([...next.entries, ...picture], [], null), 2 + 12 * all.length);
    }
    return table.at;
  }

  #append(bytes) {
    const at = this.#length;
    this.#parts.push(bytes);
    this.#length += bytes.length;
    // TIFF wants offsets that are even.
    if (this.#length % 2 === 1) {
      this.#parts.push(Buffer.alloc(1));
      this.#length += 1;
    }
    return { at, bytes };
  }

  #valueBytes(type, value) {
    if (Buffer.isBuffer(value)) return value;
    if (type === ASCII) return Buffer.from(`${value}\0`, 'latin1');
    const bytes = Buffer.alloc(SIZES[type] * value.length);
    for (const [index, one] of value.entries()) {
      if (type === SHORT) this.#u16(bytes, one, 2 * index);
      else if (type === LONG) this.#u32(bytes, one, 4 * index);
      else for (const [part, number] of one.entries()) this.#u32(bytes, number, 8 * index + 4 * part);
    }
    return bytes;
  }

  #u16(into, value, at) {
    if (this.littleEndian) into.writeUInt16LE(value, at);
    else into.writeUInt16BE(value, at);
  }

  #u32(into, value, at) {
    if (this.littleEndian) into.writeUInt32LE(value, at);
    else into.writeUInt32BE(value, at);
  }
}
