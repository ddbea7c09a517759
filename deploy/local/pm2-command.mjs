import { spawn } from 'node:child_process';
import path from 'node:path';
import { CHECKOUT, homeFrom, loadDotEnv, pm2Home } from './checkout.mjs';
import { runCommand } from './say.mjs';

/** `npm run pm2 -- …`: pm2 itself, speaking to the daemon of this installation (ASSAY_HOME): `list`, `logs`, `scale`, `monit`. */
await runCommand('npm run pm2', async () => {
  loadDotEnv();
  const child = spawn(
    process.execPath,
    [path.join(CHECKOUT, 'node_modules', 'pm2', 'bin', 'pm2'), ...process.argv.slice(2)],
    {
      cwd: CHECKOUT,
      stdio: 'inherit',
      env: { ...process.env, PM2_HOME: pm2Home(homeFrom()), PM2_DISCRETE_MODE: 'true' },
    },
  );
  process.exitCode = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
});
