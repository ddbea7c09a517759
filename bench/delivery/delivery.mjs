import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Photos } from './photos.mjs';
import { differences } from './differences.mjs';

/** Raised when photos of the same seed become other bytes: what is cached is made anew. */
const VERSION = 1;
const SETTLED_MS = 2_500;

/**
 * A delivery on disk, made once and used by every run: `from` holds its photos, a run moves them beneath `to` (or `quarantine`), and
 * {@link Delivery.back} brings the very same files back by renaming folders.
 */
export class Delivery {
  /** @param {string} folder of its own @param {Photos} photos @param {number} count */
  constructor(folder, photos, count) {
    this.folder = folder;
    this.photos = photos;
    this.count = count;
    this.from = path.join(folder, 'delivery');
    this.to = path.join(folder, 'accepted');
    this.quarantine = path.join(folder, 'quarantined');
  }

  /**
   * The delivery of this description, from the cache or made now. Its files are older than any quiet period when it resolves.
   * @param {string} under where deliveries are kept
   * @param {{ kind?: 'photos' | 'tiny', count: number, perFolder?: number, seed?: number }} description
   */
  static async of(under, { kind = 'photos', count, perFolder = 500, seed = 1 }) {
    const photos = await Photos.of({ kind, perFolder, seed });
    const delivery = new Delivery(path.join(under, `${kind}-${count}-by-${perFolder}-seed-${seed}`), photos, count);
    await delivery.#make();
    return delivery;
  }

  async #make() {
    if (this.isWhole) return;
    rmSync(this.folder, { recursive: true, force: true });
    mkdirSync(this.from, { recursive: true });
    let made = '';
    for (let number = 0; number < this.count; number += 1) {
      const folder = this.photos.folderOf(number);
      if (folder !== made) mkdirSync(path.join(this.from, folder));
      made = folder;
      writeFileSync(`${this.from}/${folder}/${this.photos.nameOf(number)}`, this.photos.bytesOf(number));
    }
    flush(this.folder);
    await sleep(SETTLED_MS);
    this.#whole();
  }

  /** Whether every photo lies in `from`, as far as runs have told. */
  get isWhole() {
    return existsSync(this.#mark) && readFileSync(this.#mark, 'utf8') === String(VERSION);
  }

  /** To be called before a run: from now on the cache is not whole. */
  begin() {
    rmSync(this.#mark, { force: true });
    for (const folder of [this.to, this.quarantine]) rmSync(folder, { recursive: true, force: true });
  }

  /**
   * What a run lost, changed or left, as sentences; none where every photo lies whole beneath `to` (under its own relative path, unless
   * `anywhere`) and nothing else does. Sizes of all are compared, bytes of every `every`th.
   * @param {{ anywhere?: boolean, every?: number }} [how]
   */
  differences({ anywhere = false, every = Math.max(1, Math.floor(this.count / 2_000)) } = {}) {
    return differences(this, { anywhere, every });
  }

  /** Brings the files of a run without differences back; `anywhere`: from wherever they lie beneath `to`. */
  back({ anywhere = false } = {}) {
    rmSync(this.from, { recursive: true, force: true });
    if (anywhere) this.#sortBack();
    else renameSync(this.to, this.from);
    for (const folder of [this.to, this.quarantine]) rmSync(folder, { recursive: true, force: true });
    flush(this.folder);
    this.#whole();
  }

  /** After a run with differences: it is made anew at its next use. */
  giveUp() {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #sortBack() {
    mkdirSync(this.from);
    const made = new Set();
    for (const entry of readdirSync(this.to, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const folder = path.join(this.from, this.photos.folderOf(this.photos.numberOf(entry.name)));
      if (!made.has(folder)) mkdirSync(folder);
      made.add(folder);
      renameSync(path.join(entry.parentPath, entry.name), path.join(folder, entry.name));
    }
  }

  get #mark() {
    return path.join(this.folder, 'whole');
  }

  #whole() {
    writeFileSync(this.#mark, String(VERSION));
  }
}

/** So that no run pays for what an earlier one, or the making, left to be written. */
export function flush(folder) {
  execFileSync('sync', ['-f', folder]);
}
