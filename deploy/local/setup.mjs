import path from 'node:path';
import { ensureBuild } from './build.mjs';
import { CHECKOUT } from './checkout.mjs';
import { withLock } from './lock.mjs';
import { ensurePackages, requireNode } from './packages.mjs';

/**
 * Brings this checkout as far as its programs can run: packages and (where `build` is not false) build. Idempotent; two
 * at once wait for each other.
 */
export async function setUp({ build = true } = {}) {
  requireNode();
  await withLock(
    path.join(CHECKOUT, '.assay', 'setup.lock'),
    async () => {
      ensurePackages();
      if (build) ensureBuild();
    },
    { waitMs: 900_000 },
  );
}
