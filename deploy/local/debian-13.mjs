import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { aptInstall, mayInstall } from './apt.mjs';
import { CHECKOUT } from './checkout.mjs';
import { withLock } from './lock.mjs';
import { findOnPath } from './rabbitmq-server.mjs';
import { say } from './say.mjs';

/** Kept between runs; removing it frees 400 MB. */
const CACHE = path.join(CHECKOUT, '.assay-debian');
const ROOT = path.join(CACHE, '13');

/** Runs the root's RabbitMQ as a private node would run an installed one. */
const SERVER = path.join(CHECKOUT, 'deploy', 'local', 'rabbitmq-server-of-debian-13.sh');

/** Ends in what the root, once whole, is renamed to: a half-made one is never taken for it. */
const HALF = path.join(CACHE, 'half');

const OWN_MOUNTS = ['--mount', '--propagation', 'private'];

/**
 * The RabbitMQ 4 of Debian 13, in a folder that holds a small Debian of its own (debootstrap), on any Linux where this
 * user is root. Nothing of it is installed on this machine and no service of it is ever started.
 * @returns {Promise<{ server: string } | { unavailable: string }>} a start script for a private node, or why there is none
 */
export async function provideRabbitmqOfDebian13() {
  const missing = await whatIsMissing();
  if (missing) return { unavailable: missing };
  return withLock(
    path.join(CACHE, 'lock'),
    async () => {
      const failure = existsSync(ROOT) ? null : makeRoot();
      return failure ? { unavailable: failure } : { server: SERVER };
    },
    { waitMs: 900_000 },
  );
}

function whatIsMissing() {
  if (process.platform !== 'linux') return 'Debian runs on Linux alone';
  if (process.getuid() !== 0) return 'only root may make and enter a root file system of its own';
  const { status } = spawnSync('unshare', ['--mount', 'true']);
  if (status !== 0) return 'this machine grants no mount namespace (unshare --mount), as in a confined container';
  if (existsSync(ROOT) || findOnPath('debootstrap')) return null;
  if (!mayInstall()) return 'debootstrap is not installed';
  say('debootstrap is not here: installing it (apt-get update, apt-get install) …');
  try {
    aptInstall(['debootstrap'], 'Install debootstrap in another way.');
    return null;
  } catch (error) {
    return error.message;
  }
}

/** Why it failed, or null. */
function makeRoot() {
  say('Making a small Debian 13 for its RabbitMQ 4 (some 400 MB, kept in .assay-debian) …');
  rmSync(HALF, { recursive: true, force: true });
  mkdirSync(CACHE, { recursive: true });
  const failure = unpackBase() ?? forbidServices() ?? installServer() ?? leaveOutDownloads();
  if (failure) {
    rmSync(HALF, { recursive: true, force: true });
    return failure;
  }
  renameSync(HALF, ROOT);
  return null;
}

/** debootstrap leaves mounts behind where it fails: they end with its own mount namespace. */
function unpackBase() {
  return run('unshare', [...OWN_MOUNTS, 'debootstrap', '--variant=minbase', 'trixie', HALF]);
}

/** Debian's way to say that no service may be started: packages ask it when they are installed, 101 forbids. */
function forbidServices() {
  writeFileSync(path.join(HALF, 'usr/sbin/policy-rc.d'), '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  // A node's name ends in `@localhost`.
  writeFileSync(path.join(HALF, 'etc/hosts'), '127.0.0.1 localhost\n');
  return null;
}

/** With a /proc, as packages expect. */
function installServer() {
  const script =
    'mount --rbind /proc "$1/proc"; exec chroot "$1" apt-get -q install -y --no-install-recommends rabbitmq-server';
  return run('unshare', [...OWN_MOUNTS, 'sh', '-euc', script, 'sh', HALF]);
}

function leaveOutDownloads() {
  return run('chroot', [HALF, 'apt-get', 'clean']);
}

/** Runs a program to its end: its last words where it fails, null where it does not. */
function run(program, args) {
  const env = {
    ...process.env,
    DEBIAN_FRONTEND: 'noninteractive',
    LC_ALL: 'C.UTF-8',
    PATH: `${process.env.PATH}:/usr/sbin:/sbin`,
  };
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    env,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 ** 2,
  });
  if (status === 0) return null;
  const words = error?.message ?? `${stdout}\n${stderr}`.trim().split('\n').slice(-5).join('\n');
  return `${program} ended with code ${status}: ${words}`;
}
