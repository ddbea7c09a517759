import { say } from '../../deploy/local/say.mjs';
import { Usage } from '../product/usage.mjs';
import { verifiedRun } from '../rounds.mjs';

/** Peaks of memory of the same installation, started anew, after few files and after very many. */
export async function memory(bench) {
  if (bench.plan.memory === null) return { measured: [] };
  const { few, many } = bench.plan.memory;
  say(`\nMemory at ${few} and at ${many} files`);
  const small = await bench.delivery({ kind: 'tiny', count: few, perFolder: 1_000 });
  const large = await bench.delivery({ kind: 'tiny', count: many, perFolder: 1_000 });
  const product = await bench.product({ anew: true });
  const peaks = {};
  for (const [name, delivery] of [
    ['few', small],
    ['many', large],
  ]) {
    await verifiedRun(`Assay, ${name}`, delivery, async () => {
      const usage = new Usage(await product.programs());
      const result = await product.client.move(delivery);
      peaks[name] = usage.end();
      return result;
    });
  }
  const megabytes = (which, kind) => (peaks[which][kind]?.peakBytes ?? 0) / 1e6;
  const of = (kind) => ({
    key: `memory-${kind}`,
    value: megabytes('many', kind) / megabytes('few', kind),
    ours: megabytes('many', kind),
    theirs: megabytes('few', kind),
    unit: 'MB',
    rounds: [{ ours: megabytes('many', kind), theirs: megabytes('few', kind) }],
  });
  const most = Math.max(megabytes('many', 'api'), megabytes('many', 'subscriber'));
  const measured = [
    ...['api', 'subscriber', 'reader', 'broker'].map(of),
    { key: 'memory-most', value: most, ours: most, theirs: null, unit: 'MB', rounds: [{ ours: most }] },
  ];
  for (const { key, ours, theirs } of measured)
    say(`  ${key.padEnd(28)} ${Math.round(ours)} MB${theirs === null ? '' : `, ${Math.round(theirs)} MB`}`);
  return { measured };
}
