import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { CommandFailure } from '../../deploy/local/say.mjs';

const FINISHED = ['completed', 'cancelled', 'failed'];
const LOOK_EVERY_MS = 100;
/** Without any change for so long a scan is given up. */
const STALLED_MS = 120_000;

/** The product as any client has it: over HTTP. */
export class Client {
  /** @param {string} url with the base path, without a slash at its end */
  constructor(url) {
    this.url = url;
  }

  /** The answer's body. Throws where it is no success. */
  async get(where) {
    return (await this.#call(where)).json();
  }

  async post(where, body) {
    const headers = { 'content-type': 'application/json' };
    return (await this.#call(where, { method: 'POST', headers, body: JSON.stringify(body) })).json();
  }

  /** The finished scan. `seen` gets every answer on the way. */
  async finished(id, seen = () => {}) {
    return this.until(id, ({ state }) => FINISHED.includes(state), seen);
  }

  /** The scan once `holds` says so of it. Throws where nothing has moved for long. */
  async until(id, holds, seen = () => {}) {
    let last = '';
    let changedAt = Date.now();
    for (;;) {
      const scan = await this.get(`/v1/scans/${id}`);
      seen(scan);
      if (holds(scan)) return scan;
      const now = JSON.stringify([scan.state, scan.counts]);
      if (now !== last) changedAt = Date.now();
      last = now;
      if (Date.now() - changedAt > STALLED_MS) {
        throw new CommandFailure(`Nothing has moved for ${STALLED_MS / 1000} s; the scan is ${scan.state}: ${last}`);
      }
      await sleep(LOOK_EVERY_MS);
    }
  }

  /**
   * Has a delivery inspected and moved. Seconds are from before the POST to the moment at which the product says that it finished.
   * @param {import('../delivery/delivery.mjs').Delivery} delivery
   */
  async move({ from, to, quarantine, count }, seen = () => {}) {
    const began = Date.now();
    const { id } = await this.post('/v1/scans', { directory: from, accept: to, quarantine, profile: 'photos' });
    const scan = await this.finished(id, seen);
    const wrong = [];
    if (scan.state !== 'completed') wrong.push(`the scan is ${scan.state}: ${scan.error ?? 'no error said'}`);
    if (!scan.balanced) wrong.push('the counts are not balanced');
    if (scan.counts.accepted !== count) wrong.push(`of ${count} photos ${JSON.stringify(scan.counts)}`);
    return { id, seconds: (Date.parse(scan.finishedAt) - began) / 1000, files: scan.counts.accepted, wrong };
  }

  async #call(where, options = {}) {
    // Between two runs this program looks at files for seconds: a connection that the product has closed meanwhile is to be noticed first.
    await nextTurn();
    const answer = await fetch(`${this.url}${where}`, { ...options, signal: AbortSignal.timeout(600_000) });
    if (answer.ok) return answer;
    throw new CommandFailure(`${options.method ?? 'GET'} ${where} answers ${answer.status}: ${await answer.text()}`);
  }
}
