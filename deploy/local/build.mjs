import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CHECKOUT } from './checkout.mjs';
import { CommandFailure, say } from './say.mjs';

export const API_MAIN = 'dist/apps/api/src/main.js';
export const SUBSCRIBER_MAIN = 'dist/apps/subscriber/src/main.js';

const STAMP = path.join(CHECKOUT, 'dist', '.assay-built');
const INPUTS = ['apps', 'libs', 'nest-cli.json', 'package-lock.json', 'tsconfig.build.json', 'tsconfig.json'];

/** Builds both apps into `dist`, and only where a source's content differs from what was built. */
export function ensureBuild() {
  const digest = digestOfSources();
  if (complete() && existsSync(STAMP) && readFileSync(STAMP, 'utf8') === digest) return;
  say('Building …');
  // With its notes of an earlier build the compiler would leave out files that were deleted since.
  rmSync(path.join(CHECKOUT, 'dist', '.tsbuildinfo'), { force: true });
  rmSync(STAMP, { force: true });
  const nest = path.join(CHECKOUT, 'node_modules', '@nestjs', 'cli', 'bin', 'nest.js');
  const { status } = spawnSync(process.execPath, [nest, 'build', 'api'], { cwd: CHECKOUT, stdio: 'inherit' });
  if (status !== 0) throw new CommandFailure('The build failed; the compiler said why above.');
  if (!complete()) throw new CommandFailure(`The build did not make ${API_MAIN} and ${SUBSCRIBER_MAIN}.`);
  mkdirSync(path.dirname(STAMP), { recursive: true });
  writeFileSync(STAMP, digest);
}

function complete() {
  return [API_MAIN, SUBSCRIBER_MAIN].every((file) => existsSync(path.join(CHECKOUT, file)));
}

function digestOfSources() {
  const hash = createHash('sha256').update(process.versions.modules);
  for (const file of INPUTS.flatMap((input) => filesIn(input)).sort()) {
    hash.update(`\0${file}\0`).update(readFileSync(path.join(CHECKOUT, file)));
  }
  return hash.digest('hex');
}

function filesIn(input) {
  const entries = readdirOrNull(path.join(CHECKOUT, input));
  if (!entries) return [input];
  return entries
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.spec.ts'))
    .map((entry) => path.relative(CHECKOUT, path.join(entry.parentPath, entry.name)));
}

function readdirOrNull(folder) {
  try {
    return readdirSync(folder, { withFileTypes: true, recursive: true });
  } catch (error) {
    if (error.code === 'ENOTDIR') return null;
    throw error;
  }
}
