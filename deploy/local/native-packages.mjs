import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { CHECKOUT } from './checkout.mjs';

/** As seen from where make runs, so that the checkout's own path may hold spaces. */
const OBJECT_WRAP = '../../../deploy/local/object-wrap.h';

/** For a build of better-sqlite3 that {@link abortsWhenCollecting} tells nothing of. */
export const GUARDED_BUILD = { CXXFLAGS: `${process.env.CXXFLAGS ?? ''} -include ${OBJECT_WRAP}`.trim() };

/** Whether better-sqlite3 is built for this Node.js; `words`: what it said. */
export function nativePackageLoads() {
  const script = "new (require('better-sqlite3'))(':memory:').close()";
  const { status, stderr } = spawnSync(process.execPath, ['-e', script], { cwd: CHECKOUT, encoding: 'utf8' });
  return { ok: status === 0, words: stderr };
}

/**
 * Whether better-sqlite3 was compiled so that a garbage collection ends the program, see object-wrap.h. It is told by
 * the name of the call that aborts, which better-sqlite3 itself never calls.
 */
export function abortsWhenCollecting(checkout = CHECKOUT) {
  const binary = path.join(checkout, 'node_modules', 'better-sqlite3', 'build', 'Release', 'better_sqlite3.node');
  return readFileSync(binary).includes('RemoveEnvironmentCleanupHook');
}
