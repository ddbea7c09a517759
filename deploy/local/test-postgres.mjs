import { randomBytes } from 'node:crypto';
import { spawn, spawnSync } from 'node:child_process';
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  closeSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { aptInstall, mayInstall, whileNoServiceStarts } from './apt.mjs';
import { freePort } from './ports.mjs';
import { endProgram, isRunning, programOf } from './program.mjs';
import { say } from './say.mjs';

const PREFIX = 'assay-postgres-';
const OWNER = 'owner.json';
const SERVER = 'server.json';
const USER = 'assay';
const FIRST_PORT = 25_432;
const READY_MS = 30_000;

/**
 * A PostgreSQL cluster for one run of tests, in a folder of its own in the temp folder, on a port of 127.0.0.1 and a socket of its own;
 * writes reach the disk as in production. `environment` is how suites find it: ASSAY_TEST_DATABASE_URL, a superuser's, who makes and
 * drops databases. Empty, after saying why, where no PostgreSQL is here and none can be installed: suites that need it are then skipped.
 * What earlier runs left that were killed is stopped and removed first.
 * @param {Array<() => unknown>} cleanUps gets the act that stops the cluster and removes it
 */
export async function provideTestPostgres(cleanUps) {
  await removeLeftHomes();
  const programs = findPrograms() ?? install();
  if (programs === null) {
    say('Skipped: no PostgreSQL (initdb, postgres) is here, so its tests do not run. Install it to run them.');
    return { environment: {} };
  }
  const home = mkdtempSync(path.join(os.tmpdir(), PREFIX));
  writeFileSync(path.join(home, OWNER), JSON.stringify(programOf(process.pid)), { mode: 0o600 });
  cleanUps.push(() => removeHome(home));
  const url = await start(home, programs);
  return { environment: { ASSAY_TEST_DATABASE_URL: url } };
}

/** Folder of initdb and postgres, the newest version first; null where there is none. */
function findPrograms() {
  const packaged = '/usr/lib/postgresql';
  const versions = existsSync(packaged) ? readdirSync(packaged).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...versions.map((version) => path.join(packaged, version, 'bin')),
    ...(process.env.PATH ?? '').split(path.delimiter).filter((folder) => folder !== ''),
    '/usr/local/bin',
    '/opt/homebrew/bin',
  ];
  for (const folder of folders) {
    const program = path.join(folder, 'initdb');
    // Beside the program itself lies the server that belongs to it; a link may stand alone.
    const real = existsSync(program) ? path.dirname(realpathSync(program)) : folder;
    if (existsSync(path.join(real, 'initdb')) && existsSync(path.join(real, 'postgres'))) return real;
  }
  return null;
}

function install() {
  if (!mayInstall()) return null;
  say('No PostgreSQL is here: installing the package postgresql (apt-get update, apt-get install) …');
  try {
    whileNoServiceStarts(() => aptInstall(['postgresql'], 'The tests of PostgreSQL are skipped.'));
  } catch (error) {
    say(error.message);
    return null;
  }
  return findPrograms();
}

/** The server refuses to run as root: it runs as a user who owns nothing else. */
function ownUser() {
  if (process.getuid?.() !== 0) return null;
  const entries = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const name of ['postgres', 'nobody']) {
    const fields = entries.find((line) => line.startsWith(`${name}:`))?.split(':');
    if (fields) return { uid: Number(fields[2]), gid: Number(fields[3]) };
  }
  throw new Error('PostgreSQL does not run as root, and there is neither a user postgres nor nobody.');
}

/** Makes the cluster and starts it; its URL once it takes connections. */
async function start(home, programs) {
  const identity = ownUser();
  const data = path.join(home, 'data');
  const passwordFile = path.join(home, 'password');
  const logFile = path.join(home, 'log');
  const password = randomBytes(18).toString('hex');
  mkdirSync(data, { mode: 0o700 });
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  const log = openSync(logFile, 'a', 0o600);
  if (identity) for (const owned of [home, data, passwordFile]) chownSync(owned, identity.uid, identity.gid);
  const options = { cwd: home, env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' }, ...identity };
  try {
    const made = spawnSync(
      path.join(programs, 'initdb'),
      ['-D', data, '-U', USER, '-A', 'scram-sha-256', `--pwfile=${passwordFile}`, '-E', 'UTF8', '--locale=C'],
      { ...options, encoding: 'utf8' },
    );
    if (made.status !== 0) throw new Error(`initdb ended with code ${made.status}: ${made.error ?? made.stderr}`);
    const port = await freePort(FIRST_PORT);
    const settings = {
      listen_addresses: '127.0.0.1',
      port,
      unix_socket_directories: home,
      max_connections: 200,
      // Tests kill processes, this one among them, and no machine: what is only in the system's cache survives that. Without it each of the many
      // databases that tests make and drop waits for the disk.
      fsync: 'off',
      full_page_writes: 'off',
      wal_level: 'minimal',
      max_wal_senders: 0,
      shared_buffers: '64MB',
    };
    const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const server = spawn(path.join(programs, 'postgres'), ['-D', data, ...args], {
      ...options,
      stdio: ['ignore', log, log],
      detached: true, // an interrupt of the terminal is for the tests, which then stop it in order
    });
    server.unref();
    const program = programOf(server.pid);
    writeFileSync(path.join(home, SERVER), JSON.stringify(program), { mode: 0o600 });
    await ready(data, program, logFile);
    return `postgres://${USER}:${password}@127.0.0.1:${port}/postgres`;
  } finally {
    closeSync(log);
  }
}

/** The line of the server's pid file that says how far it is. */
async function ready(data, server, logFile) {
  const file = path.join(data, 'postmaster.pid');
  const deadline = Date.now() + READY_MS;
  for (;;) {
    if (existsSync(file) && readFileSync(file, 'utf8').split('\n')[7]?.trim() === 'ready') return;
    if (!isRunning(server) || Date.now() > deadline) {
      throw new Error(`PostgreSQL does not start:\n${readFileSync(logFile, 'utf8').slice(-2_000)}`);
    }
    await sleep(50);
  }
}

/** Stops the cluster as one that is not needed again, and removes its folder. */
async function removeHome(home) {
  const file = path.join(home, SERVER);
  if (existsSync(file)) await endProgram(JSON.parse(readFileSync(file, 'utf8')), { signal: 'SIGQUIT' });
  rmSync(home, { recursive: true, force: true });
}

async function removeLeftHomes() {
  for (const name of readdirSync(os.tmpdir()).filter((entry) => entry.startsWith(PREFIX))) {
    const home = path.join(os.tmpdir(), name);
    const owner = path.join(home, OWNER);
    if (!existsSync(owner) || isRunning(JSON.parse(readFileSync(owner, 'utf8')))) continue;
    await removeHome(home);
  }
}
