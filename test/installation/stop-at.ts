import { join } from 'node:path';

const PRELOAD = join(__dirname, 'signals-itself.cjs');

/**
 * The environment of a subscriber that sends itself a signal between two steps of placing, the first time that it comes there, or always. `preload`:
 * further files that Node loads first.
 */
export const stopAt = (
  step: string,
  signal: NodeJS.Signals,
  { always = false, preload = [] }: { always?: boolean; preload?: readonly string[] } = {},
): Record<string, string> => ({
  NODE_OPTIONS: [...preload, PRELOAD].map((file) => `--require ${file}`).join(' '),
  ASSAY_TEST_STOP_AT: `${step}:${signal}${always ? ':always' : ''}`,
});
