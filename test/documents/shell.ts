import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VARIABLES } from '@assay/config';
import { CHECKOUT } from './checkout';

const NOT_OF_A_CLONE = /^(\.git|\.env|data|coverage|\.assay.*)$/;
const OWN = new Set([
  ...VARIABLES.map(({ name }) => name),
  'API_PROCESSES',
  'SUBSCRIBER_PROCESSES',
  'NODE_ENV',
  'PM2_HOME',
]);

export interface Ended {
  code: number | null;
  output: string;
}

/**
 * The checkout as a reader has it, as links in a folder of its own, with a home, a root and a port of its own; and a shell in it that keeps
 * its variables from one block to the next. To be closed by {@link remove}, after `npm stop`.
 */
export class ReadersShell {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'assay-reader-')));
  private readonly variables = join(this.folder, '.variables');

  private constructor(private readonly port: number) {
    for (const name of readdirSync(CHECKOUT).filter((entry) => !NOT_OF_A_CLONE.test(entry)))
      symlinkSync(join(CHECKOUT, name), join(this.folder, name));
    mkdirSync(join(this.folder, 'data'));
  }

  static async open(): Promise<ReadersShell> {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as { port: number };
    await new Promise((done) => server.close(done));
    return new ReadersShell(port);
  }

  /** Runs a block as a reader would who stops at the first command that fails; it is ended after `seconds`. */
  run(text: string, seconds: number): Promise<Ended> {
    const block = text.replaceAll('127.0.0.1:3000', `127.0.0.1:${this.port}`);
    const known = existsSync(this.variables) ? `source ${this.variables}\n` : '';
    const script = `set -euo pipefail -o allexport\n${known}${block}\nexport -p > ${this.variables}\n`;
    return new Promise((done, failed) => {
      const child = spawn('timeout', ['--kill-after=10', String(seconds), 'bash', '-c', script], {
        cwd: this.folder,
        env: this.environment(),
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let output = '';
      child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
      child.once('error', failed);
      // Not `close`: what `npm start` leaves running may hold the pipes.
      child.once('exit', (code) => {
        child.stdout.destroy();
        child.stderr.destroy();
        done({ code, output });
      });
    });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private environment(): NodeJS.ProcessEnv {
    const inherited = Object.entries(process.env).filter(
      ([name]) => !OWN.has(name) && !/^(ASSAY_|JEST_|npm_|NODE_OPTIONS$)/.test(name),
    );
    return {
      ...Object.fromEntries(inherited),
      ASSAY_HOME: join(this.folder, 'home'),
      INSPECTION_ROOTS: join(this.folder, 'data'),
      PORT: String(this.port),
    };
  }
}
