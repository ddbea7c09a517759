import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '../product/client.mjs';
import { becomeRealTime } from './real-time.mjs';

/*
 * Asks for scans one after the other: each is begun, cancelled, and seen ended before the next. A program of its own, so that what else the
 * benchmark does delays no request.
 *
 * Gets `{ url, count, unmeasured, restMs, bodies: object[] }` as JSON and takes the bodies in turn, with a rest in between in which readers come to the end of
 * what they were given; ends after `count`, or earlier when its input is closed. The first `unmeasured` come before: code that was never run is no
 * idle product, and a connection leads to one process of several. Prints the milliseconds that each answer took.
 */

const { url, count, unmeasured, restMs, bodies } = JSON.parse(process.argv[2]);
const client = new Client(url);
let ended = false;
process.stdin.on('end', () => (ended = true));
process.stdin.resume();
becomeRealTime();

const waits = [];
for (let request = -unmeasured; request < count && !ended; request += 1) {
  const began = performance.now();
  const { id } = await client.post('/v1/scans', bodies[Math.abs(request) % bodies.length]);
  if (request >= 0) waits.push(performance.now() - began);
  // One of a small directory may have ended before: then that is refused, and the end is seen all the same.
  await client.post(`/v1/scans/${id}/cancel`, {}).catch(() => {});
  await client.finished(id);
  await sleep(restMs);
}
process.stdout.write(`${JSON.stringify(waits)}\n`);
process.exit(0);
