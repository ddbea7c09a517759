import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { runningPrivateBroker } from '../../deploy/local/broker.mjs';
import { madeHome } from '../../deploy/local/checkout.mjs';
import { bringUp, takeDown } from '../../deploy/local/installation.mjs';
import { pm2Processes } from '../../deploy/local/pm2.mjs';
import { freePort } from '../../deploy/local/ports.mjs';
import { Client } from './client.mjs';

/** The shipped product, started as `npm start` does it, with its own defaults but for folders and port. */
export class Installation {
  /**
   * A new one: nothing is left of an earlier one in this home.
   * @param {{ home: string, roots: string[], cleanUps: Array<() => unknown>, prepare?: (home: string) => Promise<unknown>, environment?: object }} options
   *   `prepare` is run before anything starts, such as to fill the ledger; `environment`: instead of its defaults
   */
  static async start({ home, roots, cleanUps, prepare = async () => {}, environment: changes = {} }) {
    await takeDown(madeHome(home));
    rmSync(home, { recursive: true, force: true });
    const place = madeHome(home);
    for (const root of roots) mkdirSync(root, { recursive: true });
    await prepare(place);
    const port = String(await freePort(3900));
    const environment = { INSPECTION_ROOTS: roots.join(':'), HOST: '127.0.0.1', PORT: port, ...changes };
    const running = await bringUp({ home: place, environment, cleanUps });
    const installation = new Installation(place, running, {
      ...environment,
      ASSAY_HOME: place,
      AMQP_URL: running.broker.amqpUrl,
    });
    cleanUps.push(() => installation.stop());
    return installation;
  }

  #stopped = false;

  constructor(home, running, environment) {
    this.home = home;
    this.running = running;
    /** Of its processes, beside the caller's. */
    this.environment = environment;
    this.client = new Client(running.apiUrl);
  }

  /** Its programs by what they are; readers are children of `api` and found from there. */
  async programs() {
    const processes = await pm2Processes(this.home);
    const pids = (name) => processes.filter((one) => one.name === name && one.online).map(({ pid }) => pid);
    const broker = runningPrivateBroker(this.home);
    return { api: pids('assay-api'), subscriber: pids('assay-subscriber'), broker: broker ? [broker.pids.node] : [] };
  }

  get logs() {
    return path.join(this.home, 'logs');
  }

  /** Drains and ends all of it. Idempotent. */
  async stop() {
    if (this.#stopped) return;
    this.#stopped = true;
    await takeDown(this.home);
  }
}
