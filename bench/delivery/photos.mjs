import { photoBases, tinyBases } from './base-images.mjs';
import { randomFrom } from './random.mjs';

/**
 * The photos of a delivery, each the same at every call: name, folder and bytes follow from its number and the seed alone, so that what is found
 * anywhere later can be held against what was delivered.
 */
export class Photos {
  #bases;
  #perFolder;
  #seed;

  /** @param {{ kind: 'photos' | 'tiny', perFolder: number, seed: number }} choice */
  static async of({ kind, perFolder, seed }) {
    return new Photos(kind === 'tiny' ? await tinyBases() : await photoBases(), perFolder, seed);
  }

  constructor(bases, perFolder, seed) {
    this.#bases = bases;
    this.#perFolder = perFolder;
    this.#seed = seed;
  }

  /** @param {number} number from 0 */
  folderOf(number) {
    return `card-${String(Math.floor(number / this.#perFolder) + 1).padStart(5, '0')}`;
  }

  /** Unique in the delivery, so that no two collide in a folder by date. */
  nameOf(number) {
    return `IMG_${String(number + 1).padStart(7, '0')}.JPG`;
  }

  pathOf(number) {
    return `${this.folderOf(number)}/${this.nameOf(number)}`;
  }

  /** The number of a photo of this name, or -1. */
  numberOf(name) {
    const match = /^IMG_(\d{7})\.JPG$/.exec(name);
    return match ? Number(match[1]) - 1 : -1;
  }

  sizeOf(number) {
    return this.#baseOf(number).bytes.length;
  }

  /** A buffer of its own. */
  bytesOf(number) {
    const { bytes, dates, own } = this.#baseOf(number);
    const photo = Buffer.from(bytes);
    const taken = dateOf(number);
    for (const at of dates) photo.write(taken, at, 'latin1');
    photo.write(`photo ${this.#seed}-${number}`.padEnd(32), own, 'latin1');
    return photo;
  }

  #baseOf(number) {
    const random = randomFrom(this.#seed * 1_000_003 + number);
    return this.#bases[Math.floor(random() * this.#bases.length)];
  }
}

/** Some four hundred days, a photo every 11 s of each. */
function dateOf(number) {
  const date = new Date(Date.UTC(2023, 0, 1 + (number % 400), 6, 0, 11 * (Math.floor(number / 400) % 5000)));
  return date.toISOString().slice(0, 19).replaceAll('-', ':').replace('T', ' ');
}
