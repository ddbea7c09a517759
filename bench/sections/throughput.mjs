import { say } from '../../deploy/local/say.mjs';
import { bullmqVersion, moveByBullmq } from '../peers/bullmq.mjs';
import { exiftoolProgram, exiftoolVersion, moveByExiftool } from '../peers/exiftool.mjs';
import { redisProgram, redisVersion } from '../peers/redis.mjs';
import { runPeer } from '../peers/run-peer.mjs';
import { median } from '../probe/percentiles.mjs';
import { Usage } from '../product/usage.mjs';
import { interleaved, ratioOf, verifiedRun } from '../rounds.mjs';
import path from 'node:path';

/** End to end, beside each peer, in interleaved rounds. */
export async function throughput(bench) {
  const { plan } = bench;
  const photos = await bench.delivery({ count: plan.photos });
  const few = await bench.delivery({ count: plan.naivePhotos, seed: 2 });
  const fewest = await bench.delivery({ count: plan.exiftoolPhotos, seed: 3 });
  const warmUp = await bench.delivery({ count: plan.warmUp, seed: 4 });
  const product = await bench.product();
  const usages = [];
  const withWarmUp = (delivery, name) => async () => {
    warmUp.begin();
    const way = ({ from, to }) => ({ from, to });
    const result = await runPeer(name, { ...way(delivery), warmUp: way(warmUp) });
    warmUp.back();
    return result;
  };
  const contestants = {
    product: () =>
      verifiedRun('Assay', photos, async () => {
        const usage = new Usage(await product.programs());
        const result = await product.client.move(photos);
        usages.push(usage.end());
        return result;
      }),
    loop: () => verifiedRun('best loop', photos, withWarmUp(photos, 'best-loop.mjs')),
    naive: () => verifiedRun('naive loop', few, withWarmUp(few, 'naive-loop.mjs')),
  };
  const versions = {};
  const notes = [];
  if (exiftoolProgram()) {
    versions.exiftool = await exiftoolVersion();
    contestants.exiftool = () => verifiedRun('exiftool', fewest, () => moveByExiftool(fewest), { anywhere: true });
  } else notes.push('exiftool was not measured: there is no perl.');
  const redis = redisProgram();
  if (redis) {
    versions.bullmq = bullmqVersion();
    versions.redis = redisVersion(redis);
    const concurrency = await bestConcurrency(bench, redis, warmUp);
    versions.bullmqConcurrency = concurrency;
    contestants.bullmq = () => byBullmq(bench, redis, warmUp, photos, concurrency);
  } else notes.push('BullMQ was not measured: there is no redis-server.');
  say(`\nEnd to end, ${plan.rounds} interleaved rounds`);
  const results = await interleaved(plan.rounds, contestants);
  const speeds = (name) => results[name].map(({ perSecond }) => perSecond);
  const measured = Object.keys(contestants)
    .filter((name) => name !== 'product')
    .map((name) => ({
      key: `than-${name}`,
      value: ratioOf(speeds('product'), speeds(name)),
      ours: median(speeds('product')),
      theirs: median(speeds(name)),
      unit: 'files/s',
      rounds: speeds('product').map((ours, round) => ({ ours, theirs: speeds(name)[round] })),
    }));
  return { measured, versions, notes, usage: processorPerFile(usages, plan.photos) };
}

function byBullmq({ home, data, cleanUps }, redis, warmUp, delivery, concurrency) {
  return verifiedRun(`BullMQ, 3 × ${concurrency}`, delivery, async () => {
    warmUp.begin();
    const options = { redis, home: path.join(home, 'bullmq'), root: data, warmUp, delivery, concurrency, cleanUps };
    const result = await moveByBullmq(options);
    warmUp.back();
    return result;
  });
}

/** Tried once each on a smaller delivery; the best is the peer. */
async function bestConcurrency(bench, redis, warmUp) {
  const { bullmqConcurrencies: all, naivePhotos } = bench.plan;
  if (all.length === 1) return all[0];
  say('\nBullMQ: which concurrency serves it best?');
  const delivery = await bench.delivery({ count: naivePhotos, seed: 2 });
  const tried = [];
  for (const concurrency of all) {
    const { perSecond } = await byBullmq(bench, redis, warmUp, delivery, concurrency);
    tried.push({ concurrency, perSecond });
  }
  return tried.sort((one, other) => other.perSecond - one.perSecond)[0].concurrency;
}

/** Medians of microseconds of processor a file, and peaks of memory, by class of process. */
function processorPerFile(usages, files) {
  const classes = Object.keys(usages[0] ?? {});
  return Object.fromEntries(
    classes.map((name) => [
      name,
      {
        processes: Math.max(...usages.map((usage) => usage[name]?.processes ?? 0)),
        microseconds: median(usages.map((usage) => ((usage[name]?.seconds ?? 0) * 1e6) / files)),
        peakMegabytes: Math.max(...usages.map((usage) => (usage[name]?.peakBytes ?? 0) / 1e6)),
      },
    ]),
  );
}
