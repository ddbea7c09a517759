import { BrokerNode } from './broker-node';
import { inWords } from './figures';
import { FAULTS, STANDING } from './kinds/kinds';
import { runFaults } from './run';

/** What `npm test` runs; `npm run test:faults` gives its own. */
const SECONDS = Number(process.env['ASSAY_FAULTS_SECONDS'] ?? 30);
const SEED = Number(process.env['ASSAY_FAULTS_SEED'] ?? 20_261_120);
const MOST_SHOWN = 60;
const IS_LONG = process.env['ASSAY_FAULTS_SECONDS'] !== undefined;

jest.setTimeout(SECONDS * 4_000 + 400_000);

const say = (text: string): void => void process.stderr.write(`${text}\n`);

const possible = BrokerNode.isPossible;
if (!possible) say('Skipped: faults need Linux and an installed rabbitmq-server that may be killed');

(possible ? it : it.skip)(
  'no file is lost, overwritten or judged twice, whatever fails at whatever moment',
  async () => {
    say(`Faults for ${SECONDS} s, seed ${SEED}`);
    const { figures, timeline } = await runFaults({
      seed: SEED,
      milliseconds: SECONDS * 1_000,
      told: IS_LONG ? say : () => undefined,
    });
    say(inWords(figures, timeline.counts, timeline.skipped));
    const wrong = Object.entries(figures.wrong).flatMap(([kind, found]) =>
      (found as string[]).map((each) => `${kind}: ${each}`),
    );
    if (wrong.length > 0) say(timeline.lines.join('\n'));
    expect(wrong.slice(0, MOST_SHOWN)).toEqual([]);
    const kinds = [...FAULTS.map(({ name }) => name), ...Object.values(STANDING)];
    const least = SECONDS >= 600 ? 3 : 0;
    const missing = kinds.filter((kind) => !timeline.skipped.has(kind) && (timeline.counts.get(kind) ?? 0) < least);
    expect(missing).toEqual([]);
    expect(timeline.total).toBeGreaterThan(SECONDS / 2);
  },
);
