import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { aptInstall, mayInstall } from './apt.mjs';
import { CHECKOUT } from './checkout.mjs';
import { GUARDED_BUILD, abortsWhenCollecting, nativePackageLoads } from './native-packages.mjs';
import { findOnPath } from './rabbitmq-server.mjs';
import { CommandFailure, say } from './say.mjs';

const LEAST = [20, 19];

const TOOLS =
  'Where no built native package can be had, it is compiled: python3, make and a C++ compiler must be installed ' +
  '(Debian: apt-get install python3 make g++).';

/** Throws where this Node.js is older than what the product is built for. */
export function requireNode(version = process.versions.node) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < LEAST[0] || (major === LEAST[0] && minor < LEAST[1])) {
    throw new CommandFailure(
      `Node.js ${LEAST.join('.')} or newer is needed; this is ${version}. Install one from https://nodejs.org/ and try again.`,
    );
  }
}

/**
 * Makes `node_modules` what package-lock.json says, by `npm ci`, and only where it isn't; native packages that were
 * built for another Node.js are built again.
 */
export function ensurePackages() {
  const difference = firstDifference();
  if (difference) {
    say(`Installing packages (${difference}) …`);
    // The build needs the development packages, whatever NODE_ENV says.
    const ci = ['ci', '--include=dev', '--no-audit', '--no-fund'];
    if (npm(ci) !== 0) {
      const missing = missingTools();
      if (missing.length === 0 || !mayInstall()) throw new CommandFailure(`npm ci failed; it said why above. ${TOOLS}`);
      say(`A native package had to be compiled, and ${missing.join(', ')} is not here: installing it (apt-get) …`);
      aptInstall(missing, TOOLS);
      if (npm(ci) !== 0) throw new CommandFailure('npm ci failed; it said why above. Mend that and try again.');
    }
  }
  let native = nativePackageLoads();
  if (!native.ok) {
    say('Building native packages for this Node.js …');
    npm(['rebuild', 'better-sqlite3']);
    native = nativePackageLoads();
  }
  if (!native.ok) throw new CommandFailure(`better-sqlite3 can't be loaded. ${TOOLS}\n${native.words}`);
  if (abortsWhenCollecting()) buildGuarded();
}

/** Newer headers of Node.js let a better-sqlite3 that is compiled with them end the product at any moment. */
function buildGuarded() {
  say(`Building better-sqlite3 once more: with the headers of Node.js ${process.versions.node} alone it would abort …`);
  npm(['rebuild', 'better-sqlite3'], { env: { ...process.env, ...GUARDED_BUILD } });
  if (nativePackageLoads().ok && !abortsWhenCollecting()) return;
  throw new CommandFailure(
    `better-sqlite3 can't be built so that Node.js ${process.versions.node} does not abort. Use Node.js 20 or 22.`,
  );
}

/** Debian's packages of what a native package is compiled with, as far as they are not here. */
function missingTools() {
  return ['python3', 'make', 'g++'].filter((name) => findOnPath(name) === null);
}

/** What npm noted of the installed packages, against the lock. Packages for other platforms may be absent. */
function firstDifference() {
  const locked = packagesIn('package-lock.json');
  if (!locked) throw new CommandFailure('package-lock.json is missing or broken: get it back by git checkout.');
  const installed = packagesIn(path.join('node_modules', '.package-lock.json'));
  if (!installed) return 'none are installed';
  for (const [name, entry] of Object.entries(locked)) {
    const have = installed[name];
    if (name === '' || (!have && entry.optional)) continue;
    if (have?.version !== entry.version) return `${name.replace('node_modules/', '')} ${entry.version} is missing`;
  }
  return null;
}

function packagesIn(file) {
  try {
    return JSON.parse(readFileSync(path.join(CHECKOUT, file), 'utf8')).packages;
  } catch {
    return null;
  }
}

/** Runs npm to its end, its words on this terminal; returns its exit code. */
export function npm(args, { cwd = CHECKOUT, env = process.env } = {}) {
  const script = process.env.npm_execpath; // the very npm that runs this command
  const [program, first] =
    script && /\.[cm]?js$/.test(script) ? [process.execPath, [script]] : [findOnPath('npm') ?? 'npm', []];
  const { status, error } = spawnSync(program, [...first, ...args], { cwd, env, stdio: 'inherit' });
  if (error) throw new CommandFailure(`npm can't be run: ${error.message}. It comes with Node.js.`);
  return status;
}
