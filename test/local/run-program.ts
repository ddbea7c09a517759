import { spawn } from 'node:child_process';
import { mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export const CHECKOUT = resolve(__dirname, '../..');

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a program of this checkout with Node.js to its end. Variables given as undefined are taken out. */
export function runNode(
  args: readonly string[],
  environment: Record<string, string | undefined> = {},
  directory = CHECKOUT,
): Promise<Ended> {
  return run(process.execPath, args, environment, directory);
}

export function run(
  program: string,
  args: readonly string[],
  environment: Record<string, string | undefined> = {},
  directory = CHECKOUT,
): Promise<Ended> {
  return new Promise((done, failed) => {
    const env = { ...process.env, NODE_OPTIONS: '', ...environment };
    const child = spawn(program, args, { cwd: directory, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.once('error', failed);
    child.once('exit', (code) => done({ code, stdout, stderr }));
  });
}

/** Evaluates a module's text with the modules of deploy/local in reach as `./name.mjs`, and returns what it printed as JSON. */
export async function evaluate(module: string, environment: Record<string, string | undefined> = {}): Promise<unknown> {
  const text = module.replaceAll("'./", `'${join(CHECKOUT, 'deploy/local')}/`);
  const { code, stdout, stderr } = await runNode(['--input-type=module', '--eval', text], environment);
  if (code !== 0) throw new Error(`ended with ${code}: ${stderr}`);
  return JSON.parse(stdout);
}

export function temporaryFolder(): string {
  return realpathSync(mkdtempSync(join(tmpdir(), 'assay-local-')));
}
