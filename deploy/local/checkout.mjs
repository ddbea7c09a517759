import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, readFileSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { CommandFailure } from './say.mjs';

/** Root of this checkout. */
export const CHECKOUT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');

export const DEMO_HOME = path.join(CHECKOUT, '.assay-demo');

const INSTALLATIONS = path.join(CHECKOUT, '.assay', 'installations');

/**
 * Home of the installation that the environment names, made where absent; absolute and without symlinks, since the
 * names of its node and of its pm2 are made of it.
 */
export function homeFrom(environment = process.env) {
  return madeHome(path.resolve(CHECKOUT, environment.ASSAY_HOME || '.assay'));
}

/** @param {string} home */
export function madeHome(home) {
  mkdirSync(home, { recursive: true, mode: 0o700 });
  return realpathSync(home);
}

/** Reads `.env` of the checkout into the environment; what the shell has set stays. Nothing where there is none. */
export function loadDotEnv() {
  try {
    process.loadEnvFile(path.join(CHECKOUT, '.env'));
  } catch (error) {
    if (error.code !== 'ENOENT') throw new CommandFailure(`.env can't be read: ${error.message}`);
  }
}

/** Notes that this checkout runs the installation of `home`, so that `npm stop` finds it. Idempotent. */
export function noteInstallation(home) {
  mkdirSync(INSTALLATIONS, { recursive: true, mode: 0o700 });
  writeFileSync(path.join(INSTALLATIONS, digestOf(home)), home, { mode: 0o600 });
}

/** @param {string} home */
export function forgetInstallation(home) {
  rmSync(path.join(INSTALLATIONS, digestOf(home)), { force: true });
}

/** Homes of the installations that this checkout has started and not stopped. */
export function notedInstallations() {
  try {
    return readdirSync(INSTALLATIONS).map((name) => readFileSync(path.join(INSTALLATIONS, name), 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
}

/**
 * pm2's folder for the installation of `home`: pm2 hangs for ever where the path of a socket in it has more than 100
 * bytes, so it is a short one in the temp folder. The folder must be the user's own: the temp folder is everybody's.
 * @param {string} home
 */
export function pm2Home(home) {
  const name = `assay-${digestOf(home)}`;
  const folder = [os.tmpdir(), '/tmp'].map((base) => path.join(base, name)).find((candidate) => fits(candidate));
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const stats = lstatSync(folder);
  if (!stats.isDirectory() || stats.uid !== process.getuid()) {
    throw new CommandFailure(`${folder} belongs to somebody else: remove it, or set TMPDIR to a folder of your own.`);
  }
  return folder;
}

function fits(folder) {
  return Buffer.byteLength(path.join(folder, 'interactor.sock')) <= 100;
}

function digestOf(home) {
  return createHash('sha256').update(home).digest('hex').slice(0, 12);
}
