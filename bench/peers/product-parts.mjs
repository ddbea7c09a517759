import { createRequire } from 'node:module';
import path from 'node:path';
import { CHECKOUT } from '../../deploy/local/checkout.mjs';

const require = createRequire(import.meta.url);
const part = (file) => require(path.join(CHECKOUT, 'dist/libs', file));

/*
 * The product's own parts, for peers that are to do the very same but for one thing. What is not in a library's index is taken from beside it:
 * a peer is no client.
 */

export const { readConfig } = part('config/src/index.js');
export const { ProfilesFolder } = part('config/src/profiles/index.js');
export const { openLedger } = part('ledger/src/index.js');
export const { FactReaders, Roots, selection } = part('files/src/index.js');
export const { PICKS } = part('files/src/read-facts/exif-block.js');
export const { compileProfile } = part('inspection/src/profile/index.js');
export const { SliceWalk } = part('scanning/src/walk-slice.js');
export const { Pool } = part('placing/src/pool.js');
export const { Pause } = part('placing/src/pause.js');
export const { Turnstile } = part('placing/src/turnstile.js');
export const { RowResolver } = part('placing/src/resolve-row.js');

export const QUEUE = 'files';
const silent = () => {};
/** What went wrong is seen by the count of files; the product's own words go nowhere. */
export const LOGGER = {
  log: silent,
  warn: (...said) => console.error(...said),
  error: (...said) => console.error(...said),
  debug: silent,
};
