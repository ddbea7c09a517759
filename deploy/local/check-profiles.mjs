import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { CHECKOUT, loadDotEnv } from './checkout.mjs';
import { runCommand } from './say.mjs';
import { setUp } from './setup.mjs';

/**
 * `npm run profiles:check [-- PATH…]`: checks these profiles or folders of profiles, or else PROFILES_DIR. Ends with exit
 * code 1 where one is bad. Paths are relative to the folder from which the command is called.
 */
await runCommand('npm run profiles:check', async () => {
  await setUp();
  loadDotEnv();
  const { status } = spawnSync(
    process.execPath,
    [path.join(CHECKOUT, 'dist', 'libs', 'config', 'src', 'profiles', 'check-profiles.js'), ...process.argv.slice(2)],
    {
      cwd: process.env.INIT_CWD ?? process.cwd(), // npm runs every script in the folder of package.json
      env: { ...process.env, PROFILES_DIR: path.resolve(CHECKOUT, process.env.PROFILES_DIR || './profiles') },
      stdio: 'inherit',
    },
  );
  if (status !== 0) process.exitCode = status ?? 1;
});
