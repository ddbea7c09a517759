import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { takeDown } from '../deploy/local/installation.mjs';
import { CommandFailure, say } from '../deploy/local/say.mjs';
import { Delivery } from './delivery/delivery.mjs';
import { Installation } from './product/installation.mjs';
import { firstMove } from './sections/first-move.mjs';
import { httpBesideWork, httpWithoutRealTime } from './sections/http.mjs';
import { largeFiles, otherDeviceThan } from './sections/large-files.mjs';
import { memory } from './sections/memory.mjs';
import { originalSize } from './sections/original-size.mjs';
import { pages } from './sections/pages.mjs';
import { reading } from './sections/reading.mjs';
import { scanRequests } from './sections/scan-requests.mjs';
import { throughput } from './sections/throughput.mjs';
import { wideFolder } from './sections/wide-folder.mjs';
import { createHash } from 'node:crypto';

/** In this order: those that want an installation of their own come last. */
const SECTIONS = {
  throughput,
  http: httpBesideWork,
  'scan-requests': scanRequests,
  'first-move': firstMove,
  reading,
  'large-files': largeFiles,
  'wide-folder': wideFolder,
  'original-size': originalSize,
  'http-without-real-time': httpWithoutRealTime,
  memory,
  pages,
};

/** One run of the benchmarks: deliveries, the product that is measured, and what is to be undone at the end. */
export class Bench {
  #product = null;
  #deliveries = new Map();

  static async begin({ home, plan, cleanUps }) {
    const bench = new Bench(home, plan, cleanUps);
    await takeDown(bench.productHome);
    mkdirSync(bench.data, { recursive: true });
    return bench;
  }

  constructor(home, plan, cleanUps) {
    this.home = home;
    this.plan = plan;
    this.cleanUps = cleanUps;
    this.data = path.join(home, 'deliveries');
    this.productHome = path.join(home, 'product');
    mkdirSync(this.data, { recursive: true });
    const name = `assay-bench-${createHash('sha256').update(home).digest('hex').slice(0, 8)}`;
    this.otherDevice = otherDeviceThan(this.data, name);
    if (this.otherDevice !== null) {
      mkdirSync(this.otherDevice, { recursive: true });
      cleanUps.push(() => rmSync(this.otherDevice, { recursive: true, force: true }));
    }
  }

  /** See `Delivery.of`; each is made once. */
  async delivery(description) {
    const key = JSON.stringify(description);
    const known = this.#deliveries.get(key);
    // Given up after a run that lost a file: then it is made anew.
    if (known?.isWhole) return known;
    say(`Delivery: ${description.count} ${description.kind ?? 'photos'} …`);
    const made = await Delivery.of(this.data, description);
    this.#deliveries.set(key, made);
    return made;
  }

  /** The product as shipped, started at the first call. `anew`: with nothing of before; the others see `Installation.start`. */
  async product({ anew = false, prepare, environment } = {}) {
    if (anew) await this.stop();
    if (this.#product) return this.#product;
    const roots = [this.data, ...(this.otherDevice === null ? [] : [this.otherDevice])];
    this.#product = await Installation.start({
      home: this.productHome,
      roots,
      cleanUps: this.cleanUps,
      ...(prepare && { prepare }),
      ...(environment && { environment }),
    });
    const warmUp = await this.delivery({ count: this.plan.warmUp, seed: 4 });
    warmUp.begin();
    const { wrong } = await this.#product.client.move(warmUp);
    if (wrong.length > 0) throw new CommandFailure(`The warm-up failed: ${wrong.join('; ')}`);
    warmUp.back();
    return this.#product;
  }

  async stop() {
    await this.#product?.stop();
    this.#product = null;
  }

  /** Runs all sections, or those named. A section that fails is told of, and the next one is run. */
  async measure(only) {
    const unknown = (only ?? []).filter((name) => !Object.hasOwn(SECTIONS, name));
    if (unknown.length > 0)
      throw new CommandFailure(`--only ${unknown.join(',')}: there are ${Object.keys(SECTIONS).join(', ')}`);
    const results = { measured: [], notes: [], failures: [], versions: {}, usage: {} };
    for (const [name, section] of Object.entries(SECTIONS)) {
      if (only && !only.includes(name)) continue;
      try {
        const found = await section(this);
        results.measured.push(...found.measured);
        results.notes.push(...(found.notes ?? []));
        Object.assign(results.versions, found.versions);
        Object.assign(results.usage, found.usage);
      } catch (error) {
        say(`  ${name} failed: ${error instanceof CommandFailure ? error.message : error.stack}`);
        results.failures.push(`${name}: ${error.message}`);
      }
    }
    await this.stop();
    for (const cleanUp of this.cleanUps.splice(0).reverse()) await cleanUp();
    return results;
  }
}
