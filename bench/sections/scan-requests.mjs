import { say } from '../../deploy/local/say.mjs';
import { percentile } from '../probe/percentiles.mjs';
import { askForScans } from '../probe/probe.mjs';
import { verifiedRun } from '../rounds.mjs';

const REST_MS = 100;
const UNMEASURED = 20;
/** More than a delivery takes to be moved. */
const MANY = 100_000;

/**
 * `POST /v1/scans` of small and very large directories in turn, each a dry run that is cancelled at once: of the idle product, and of one that moves
 * another delivery meanwhile.
 */
export async function scanRequests(bench) {
  const { count, wide } = bench.plan.scanRequests;
  const product = await bench.product();
  const delivery = await bench.delivery({ count: bench.plan.photos });
  const small = await bench.delivery({ count: bench.plan.warmUp, seed: 4 });
  const large = await bench.delivery({ kind: 'tiny', count: wide, perFolder: wide });
  const ask = (deliveries, requests, unmeasured) =>
    askForScans({
      url: product.client.url,
      count: requests,
      unmeasured,
      restMs: REST_MS,
      bodies: deliveries.map(bodyOf),
    });
  say(`\nPOST /v1/scans, ${count} times`);
  const idle = await ask([small, delivery, large], count, UNMEASURED).whole();
  let busy;
  await verifiedRun('Assay, while asked', delivery, async () => {
    const asking = ask([small, large], MANY, 2);
    const result = await product.client.move(delivery);
    busy = await asking.end();
    return result;
  });
  return { measured: [measuredOf('scan-requests', idle), measuredOf('scan-requests-busy', busy)] };
}

function bodyOf({ from, to, quarantine }) {
  return { directory: from, accept: to, quarantine, profile: 'photos', dryRun: true };
}

function measuredOf(key, waits) {
  const value = percentile(waits, 0.99);
  say(
    `  ${key.padEnd(28)} p99 ${value.toFixed(1)} ms, p50 ${percentile(waits, 0.5).toFixed(1)} ms of ${waits.length} answers`,
  );
  return { key, value, ours: value, theirs: null, unit: 'ms', rounds: [{ ours: waits }] };
}
