import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { CommandFailure } from './say.mjs';

const FINISHED = ['completed', 'cancelled', 'failed'];
/** Without any change for so long a scan is given up. */
const STALLED_MS = 180_000;

/** The demo's view of the HTTP API: only what any other client may do too. @param {string} base */
export function apiOf(base) {
  const url = (where) => `${base}${where}`;
  return {
    /** @returns the scan as it was accepted */
    createScan: async (body) => {
      const headers = { 'content-type': 'application/json' };
      const answer = await call(url('/v1/scans'), { method: 'POST', headers, body: JSON.stringify(body) });
      return answer.json();
    },
    summary: async (id) => (await call(url(`/v1/scans/${id}/summary`))).json(),
    /** All rows of the report, streamed. */
    rows: async function* (id) {
      const answer = await call(url(`/v1/scans/${id}/report?format=jsonl`));
      for await (const line of createInterface({ input: Readable.fromWeb(answer.body), crlfDelay: Infinity })) {
        if (line !== '') yield JSON.parse(line);
      }
    },
    saveReport: async (id, file) => {
      const answer = await call(url(`/v1/scans/${id}/report?format=csv`));
      await pipeline(Readable.fromWeb(answer.body), createWriteStream(file));
    },
    /** Asks twice a second until the scan has finished and what comes after is done; `seen` gets every answer. */
    finished: async (id, seen) => {
      let last = '';
      let changedAt = Date.now();
      for (;;) {
        const scan = await (await call(url(`/v1/scans/${id}`))).json();
        seen(scan);
        if (FINISHED.includes(scan.state) && scan.epilogue !== null) return scan;
        const now = JSON.stringify([scan.state, scan.counts]);
        if (now !== last) changedAt = Date.now();
        last = now;
        if (Date.now() - changedAt > STALLED_MS) {
          throw new CommandFailure(`Nothing has moved for ${STALLED_MS / 1000} s; the scan is ${scan.state}: ${last}`);
        }
        await sleep(500);
      }
    },
  };
}

async function call(url, options = {}) {
  const answer = await fetch(url, { ...options, signal: AbortSignal.timeout(600_000) });
  if (answer.ok) return answer;
  throw new CommandFailure(`${options.method ?? 'GET'} ${url} answers ${answer.status}: ${await answer.text()}`);
}
