import { say } from '../../deploy/local/say.mjs';
import { percentile } from '../probe/percentiles.mjs';

/** `POST /v1/scans` of small and very large directories in turn; each scan is a dry run that is cancelled at once. */
export async function scanRequests(bench) {
  const { count, wide } = bench.plan.scanRequests;
  const { client } = await bench.product();
  const deliveries = [
    await bench.delivery({ count: bench.plan.warmUp, seed: 4 }),
    await bench.delivery({ count: bench.plan.photos }),
    await bench.delivery({ kind: 'tiny', count: wide, perFolder: wide }),
  ];
  say(`\nPOST /v1/scans, ${count} times`);
  const waits = [];
  for (let request = 0; request < count; request += 1) {
    const { from, to, quarantine } = deliveries[request % deliveries.length];
    const began = performance.now();
    const { id } = await client.post('/v1/scans', {
      directory: from,
      accept: to,
      quarantine,
      profile: 'photos',
      dryRun: true,
    });
    waits.push(performance.now() - began);
    await client.post(`/v1/scans/${id}/cancel`, {});
    await client.finished(id);
  }
  const value = percentile(waits, 0.99);
  say(`  p99 ${value.toFixed(1)} ms, p50 ${percentile(waits, 0.5).toFixed(1)} ms`);
  return {
    measured: [{ key: 'scan-requests', value, ours: value, theirs: null, unit: 'ms', rounds: [{ ours: waits }] }],
  };
}
