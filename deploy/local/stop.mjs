import { existsSync } from 'node:fs';
import path from 'node:path';
import { CHECKOUT, homeFrom, loadDotEnv, madeHome, notedInstallations } from './checkout.mjs';
import { takeDown } from './installation.mjs';
import { requireNode } from './packages.mjs';
import { runCommand, say } from './say.mjs';

/**
 * `npm stop`: drains and stops every installation that this checkout started, the demo's too; where ASSAY_HOME is set
 * in the shell, that one alone. Idempotent.
 */
await runCommand('npm stop', async () => {
  requireNode();
  const one = process.env.ASSAY_HOME;
  loadDotEnv();
  const homes = one ? [path.resolve(CHECKOUT, one)] : [...new Set([homeFrom(), ...notedInstallations()])];
  let stopped = 0;
  for (const home of homes.filter((folder) => existsSync(folder))) {
    const { processes, broker } = await takeDown(madeHome(home));
    if (processes === 0 && !broker) continue;
    stopped++;
    const parts = [processes > 0 && `${processes} processes`, broker && 'the broker'].filter(Boolean);
    say(`Stopped ${parts.join(' and ')} of ${home}; its data stay there.`);
  }
  if (stopped === 0) say('Nothing was running.');
  const others = one ? notedInstallations().filter((home) => !homes.includes(home)) : [];
  if (others.length > 0) say(`Still running: ${others.join(', ')} (npm stop without ASSAY_HOME stops all).`);
});
