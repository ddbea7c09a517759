import { say } from '../../deploy/local/say.mjs';
import { verifiedRun } from '../rounds.mjs';

/** The size of the job for which the original was built, once. */
export async function originalSize(bench) {
  const count = bench.plan.originalPhotos;
  if (count === null) return { measured: [] };
  say(`\n${count} photos, once`);
  const delivery = await bench.delivery({ count });
  const product = await bench.product();
  const { seconds, perSecond } = await verifiedRun('Assay', delivery, () => product.client.move(delivery));
  return {
    measured: [
      {
        key: 'original-size',
        value: seconds,
        ours: perSecond,
        theirs: null,
        unit: 'files/s',
        rounds: [{ ours: perSecond }],
      },
    ],
  };
}
