import { say } from '../../deploy/local/say.mjs';
import { median } from '../probe/percentiles.mjs';
import { interleaved, ratioOf, verifiedRun } from '../rounds.mjs';

/** One folder of very many entries beside the same files in many folders. */
export async function wideFolder(bench) {
  const { entries, folders, rounds } = bench.plan.wideFolder;
  say(`\n${entries} files in one folder, and in ${folders}`);
  const one = await bench.delivery({ kind: 'tiny', count: entries, perFolder: entries });
  const many = await bench.delivery({ kind: 'tiny', count: entries, perFolder: entries / folders });
  const product = await bench.product();
  const results = await interleaved(rounds, {
    one: () => verifiedRun('Assay, one folder', one, () => product.client.move(one)),
    many: () => verifiedRun(`Assay, ${folders} folders`, many, () => product.client.move(many)),
  });
  const speeds = (name) => results[name].map(({ perSecond }) => perSecond);
  return {
    measured: [
      {
        key: 'wide-folder',
        value: ratioOf(speeds('one'), speeds('many')),
        ours: median(speeds('one')),
        theirs: median(speeds('many')),
        unit: 'files/s',
        rounds: speeds('one').map((ours, round) => ({ ours, theirs: speeds('many')[round] })),
      },
    ],
  };
}
