import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { findOnPath } from './rabbitmq-server.mjs';
import { CommandFailure } from './say.mjs';

/** Debian's way to say that no service may be started: invoke-rc.d and deb-systemd-invoke ask it, 101 forbids. */
const POLICY = '/usr/sbin/policy-rc.d';

/** Whether this user may install packages here: root on Debian, Ubuntu and their kin. */
export function mayInstall() {
  return process.platform === 'linux' && process.getuid() === 0 && findOnPath('apt-get') !== null;
}

/** Installs packages of the distribution. Throws with apt's last words; `otherwise` says what else can be done. */
export function aptInstall(names, otherwise) {
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', ...names]]) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const { status, stdout, stderr } = spawnSync('apt-get', ['-q', ...args], {
      env,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
    if (status === 0) continue;
    const words = `${stdout}\n${stderr}`.trim().split('\n').slice(-15).join('\n');
    throw new CommandFailure(`apt-get ${args.join(' ')} ended with code ${status}. ${otherwise}\n${words}`);
  }
}

/** Installs what is wanted for its programs alone: no service of a package is started meanwhile, unless a policy of this machine lets it. */
export function whileNoServiceStarts(installing) {
  const guarded = !existsSync(POLICY);
  if (guarded) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    installing();
  } finally {
    if (guarded) rmSync(POLICY, { force: true });
  }
}
