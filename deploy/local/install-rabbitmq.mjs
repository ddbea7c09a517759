import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { aptInstall, whileNoServiceStarts } from './apt.mjs';
import { findOnPath } from './rabbitmq-server.mjs';
import { say } from './say.mjs';

/**
 * Installs the distribution's rabbitmq-server for its program alone: its service is neither started nor will it start
 * at the next boot. Only to be called where the package is not installed.
 */
export function installRabbitmq() {
  say('No RabbitMQ is here: installing the package rabbitmq-server (apt-get update, apt-get install) …');
  whileNoServiceStarts(() => aptInstall(['rabbitmq-server'], 'Install RabbitMQ in another way, or set AMQP_URL.'));
  keepServiceDown();
}

/** A policy that was there before may have let the service start; what the installation itself started is stopped. */
function keepServiceDown() {
  const systemd = existsSync('/run/systemd/system') && findOnPath('systemctl');
  const commands = systemd
    ? [['systemctl', 'disable', '--now', 'rabbitmq-server.service']]
    : [
        ['invoke-rc.d', '--skip-systemd-native', 'rabbitmq-server', 'stop'],
        ['update-rc.d', 'rabbitmq-server', 'disable'],
      ];
  for (const [program, ...args] of commands) {
    if (!findOnPath(program)) continue;
    const { status } = spawnSync(program, args, { encoding: 'utf8' });
    // 101: the policy forbids it, so nothing was started either.
    if (status !== 0 && status !== 101) say(`${program} ${args.join(' ')} ended with code ${status}.`);
  }
  say("Only its program is used; the package's own service was left stopped and disabled.");
}
