import { CommandFailure, say } from '../deploy/local/say.mjs';
import { median } from './probe/percentiles.mjs';

/** A run after which a photo was missing, changed or left. No ratio is made of it. */
export class LostFiles extends CommandFailure {}

/**
 * One run over a delivery that is verified and brought back. Throws {@link LostFiles} where anything is not as it was delivered.
 * @param {string} who
 * @param {import('./delivery/delivery.mjs').Delivery} delivery
 * @param {() => Promise<{ files: number, seconds: number, wrong?: string[] }>} run
 * @param {{ anywhere?: boolean }} [how] see `Delivery`
 */
export async function verifiedRun(who, delivery, run, how = {}) {
  delivery.begin();
  const result = await run();
  const differences = [...(result.wrong ?? []), ...delivery.differences(how)];
  if (differences.length > 0) {
    delivery.giveUp();
    throw new LostFiles(`${who} did not move every photo:\n  ${differences.join('\n  ')}`);
  }
  delivery.back(how);
  const perSecond = delivery.count / result.seconds;
  say(
    `  ${who.padEnd(28)} ${delivery.count} files in ${result.seconds.toFixed(2)} s, ${Math.round(perSecond)} files/s`,
  );
  return { ...result, perSecond };
}

/** Runs each contestant once a round, in the same order, so that what the machine does meanwhile meets all of them. */
export async function interleaved(rounds, contestants) {
  const results = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]));
  for (let round = 1; round <= rounds; round += 1)
    for (const [name, run] of Object.entries(contestants)) results[name].push(await run(round));
  return results;
}

/** Median of the ratios of each round. */
export function ratioOf(ours, theirs) {
  return median(ours.map((one, round) => one / theirs[round]));
}
