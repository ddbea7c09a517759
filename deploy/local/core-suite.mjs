import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { emptyTotal, runJest } from './run-jest.mjs';

/** Of the whole product: the way of a delivery, where files go, and how messages are settled when things fail. */
const PRODUCT = ['test/product/(delivery|destinations|settlement)\\.test\\.ts$'];

/** What `npm test` runs on one store alone, since it asks of a ledger nothing but what its contract suite proves of each. */
const ON_ANY_STORE = ['test/product/(forged|pause|transfer-copy)\\.test\\.ts$', 'test/api/dead-letters\\.test\\.ts$'];

/** Jest's arguments for each of its projects. */
export const CORE = { libs: [], product: [...PRODUCT, ...ON_ANY_STORE] };

/** Of the core what opens no ledger of SQLite: whole rooms, and the ledger's contract on PostgreSQL. */
export const CORE_WITHOUT_SQLITE = { libs: ['libs/(broker|config|files|inspection|ledger/src/postgres)/'] };

/** Of the core what speaks to a broker. */
export const CORE_WITH_BROKER = { libs: ['libs/(broker|scanning)/'], product: PRODUCT };

/**
 * Runs a part of the suite on a Node.js and a broker; what it came to.
 * @param {typeof CORE} suite
 * @param {{ environment: Record<string, string>, node?: string, checkout?: string }} options as of {@link runJest}
 */
export async function runSuite(suite, options) {
  const total = emptyTotal();
  const home = mkdtempSync(path.join(os.tmpdir(), 'assay-reports-'));
  try {
    for (const [project, chosen] of Object.entries(suite)) await runJest({ project, chosen, home, total, ...options });
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
  return total;
}
