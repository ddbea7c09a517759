import { accessSync, constants, readFileSync, readdirSync, realpathSync } from 'node:fs';
import path from 'node:path';

/** Places of the start script itself. The wrapper that packages put into /usr/sbin changes the user: it is no use here. */
const FOLDERS = [
  '/usr/lib/rabbitmq/bin',
  '/opt/homebrew/opt/rabbitmq/sbin',
  '/usr/local/opt/rabbitmq/sbin',
  '/opt/rabbitmq/sbin',
  '/usr/local/rabbitmq/sbin',
];

/** Path of an installed rabbitmq-server's start script that runs as the present user, or null. */
export function findRabbitmqServer(environment = process.env) {
  const versions = '/usr/lib/rabbitmq/lib';
  const packaged = list(versions).map((version) => path.join(versions, version, 'sbin'));
  const onPath = (environment.PATH ?? '').split(path.delimiter).filter((folder) => folder !== '');
  for (const folder of [...FOLDERS, ...packaged, ...onPath]) {
    const script = path.join(folder, 'rabbitmq-server');
    if (isStartScript(script)) return realpathSync(script);
  }
  return null;
}

/** Path of `name` (epmd, docker, …) on PATH, or null. */
export function findOnPath(name, environment = process.env) {
  for (const folder of (environment.PATH ?? '').split(path.delimiter)) {
    const file = path.join(folder, name);
    if (folder !== '' && isExecutable(file)) return file;
  }
  return null;
}

/** Path of Erlang's port mapper, or null: packages that hide it keep it beside the emulator. */
export function findEpmd(environment = process.env) {
  const onPath = findOnPath('epmd', environment);
  if (onPath) return onPath;
  for (const root of ['/usr/lib/erlang', '/usr/local/lib/erlang', '/opt/homebrew/lib/erlang', '/usr/lib64/erlang']) {
    for (const entry of list(root).filter((name) => name.startsWith('erts-'))) {
      const file = path.join(root, entry, 'bin', 'epmd');
      if (isExecutable(file)) return file;
    }
  }
  return null;
}

function isStartScript(file) {
  if (!isExecutable(file)) return false;
  const text = readFileSync(file, 'latin1');
  return text.includes('rabbitmq-env') && text.includes('RABBITMQ_SERVER_ERL_ARGS');
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function list(folder) {
  try {
    return readdirSync(folder).sort().reverse();
  } catch {
    return [];
  }
}
