import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { becomeRealTime } from './real-time.mjs';

/*
 * Asks at a fixed rate whether or not earlier answers have come (an open loop), and counts each wait from the moment at which the request was to be
 * sent: a server that stalls for a second is charged with all that it kept waiting, not with one slow answer (coordinated omission). A program
 * of its own, so that what else the benchmark does delays no request.
 *
 * Gets `{ perSecond, seconds, requests: [{ name, method, url, body? }] }` as JSON and asks them in turn; ends after `seconds`, or
 * earlier when its input is closed. Prints the milliseconds of each request by name.
 */

const { perSecond, seconds, requests } = JSON.parse(process.argv[2]);
/** A timer's own grain, which is not the server's fault. */
const GRAIN_MS = 2;
const LAST_ANSWER_MS = 30_000;

becomeRealTime();

const agent = new http.Agent({ keepAlive: true, maxSockets: 256 });
const waits = Object.fromEntries(requests.map(({ name }) => [name, []]));
const failures = [];
let open = 0;
let ended = false;
process.stdin.on('end', () => (ended = true));
process.stdin.resume();

function ask({ name, method, url, body }, due) {
  const sent = performance.now();
  const from = sent - due <= GRAIN_MS ? sent : due;
  open += 1;
  const request = http.request(
    url,
    { method, agent, headers: body ? { 'content-type': 'application/json' } : {} },
    (answer) => {
      answer.resume();
      answer.once('end', () => {
        open -= 1;
        if (answer.statusCode >= 400) failures.push(`${name}: ${answer.statusCode}`);
        else waits[name].push(performance.now() - from);
      });
    },
  );
  request.once('error', (error) => {
    open -= 1;
    failures.push(`${name}: ${error.message}`);
  });
  request.end(body);
}

const began = performance.now();
const period = 1000 / perSecond;
for (let count = 0; !ended && count * period < seconds * 1000; count += 1) {
  const due = began + count * period;
  while (performance.now() < due && !ended) await sleep(Math.max(0, due - performance.now()));
  if (!ended) ask(requests[count % requests.length], due);
}
for (const deadline = performance.now() + LAST_ANSWER_MS; open > 0 && performance.now() < deadline;) await sleep(5);
if (open > 0) failures.push(`${open} requests were never answered`);
process.stdout.write(`${JSON.stringify({ waits, failures: failures.slice(0, 20) })}\n`);
process.exit(0);
