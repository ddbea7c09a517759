import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { VARIABLES } from '@assay/config';

const CHECKOUT = join(__dirname, '../..');
const READY_MS = 30_000;
const STOPPED_MS = 60_000;
const MOST_OUTPUT = 4 * 1024 * 1024;

/** Takes from root what lets it read everything: it is then subject to permissions like anybody. Nothing for others. */
const CONFINED =
  process.getuid?.() === 0 ? ['setpriv', '--bounding-set', '-dac_override,-dac_read_search'] : ([] as const);

/** Runs what follows its first argument, a folder, where that folder lies on a file system that can't be written; for nobody else. */
const READ_ONLY = [
  ...['unshare', '--mount', '--propagation', 'private', 'sh', '-c'],
  'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && shift && exec "$@"',
  'sh',
];

/** Whether this machine lets a process have mounts of its own. */
export const MAY_MOUNT_READ_ONLY =
  spawnSync('unshare', [...READ_ONLY.slice(1), tmpdir(), 'sh', '-c', '! touch "$0/assay-probe"', tmpdir()]).status ===
  0;

export type Program = 'api' | 'subscriber';

/** A line of the process' log, as it wrote it. */
export interface LogLine {
  level: string;
  msg: string;
  [field: string]: unknown;
}

/** The variables that the product reads come from the test alone. */
function environmentOf(own: Record<string, string>): NodeJS.ProcessEnv {
  const dropped = new Set([...VARIABLES.map(({ name }) => name), 'NODE_OPTIONS', 'JEST_WORKER_ID', 'NODE_ENV']);
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !dropped.has(name)));
  return { ...inherited, NODE_ENV: 'production', ...own };
}

/** One process of the built product, as pm2 would run it: it says `ready` by IPC and is stopped by a signal. */
export class ProductProcess {
  private readonly child: ChildProcess;
  private text = '';
  private saidReady = false;
  /** The exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  private running = true;

  constructor(
    readonly program: Program,
    environment: Record<string, string>,
    { confined = false, readOnly }: { confined?: boolean; readOnly?: string | undefined } = {},
  ) {
    const entry = join(CHECKOUT, 'dist/apps', program, 'src/main.js');
    if (!existsSync(entry)) throw new Error(`${entry} is not built: run the tests by npm test`);
    const prefix = [...(readOnly === undefined ? [] : [...READ_ONLY, readOnly]), ...(confined ? CONFINED : [])];
    const [command = '', ...args] = [...prefix, process.execPath, entry];
    this.child = spawn(command, args, {
      cwd: CHECKOUT,
      env: environmentOf(environment),
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.setEncoding('utf8').on('data', (piece: string) => (this.text = (this.text + piece).slice(-MOST_OUTPUT)));
    this.child.on('message', (message) => (this.saidReady ||= message === 'ready'));
    this.ended = new Promise((resolve, reject) => {
      this.child.once('error', reject);
      // `close` comes after all output was read.
      this.child.once('close', (code, signal) => {
        this.running = false;
        resolve(signal ?? code ?? -1);
      });
    });
  }

  get pid(): number {
    return this.child.pid ?? -1;
  }

  get alive(): boolean {
    return this.running;
  }

  /** Everything that it wrote, on both outputs. */
  get output(): string {
    return this.text;
  }

  get log(): LogLine[] {
    const lines = this.text.split('\n').filter((line) => line.startsWith('{') && line.endsWith('}'));
    return lines.map((line) => JSON.parse(line) as LogLine);
  }

  /** Resolves when it has said that it is ready. Throws with its last words where it ends first, or after 30 s. */
  async ready(): Promise<this> {
    // Its address comes by another way than the sign, and may come later.
    const listens = (): boolean => this.program !== 'api' || this.log.some(({ url }) => typeof url === 'string');
    await this.until(() => this.saidReady && listens(), READY_MS, 'say that it is ready');
    return this;
  }

  /** Resolves when a line of the log has this in its message. */
  async says(message: string | RegExp, milliseconds = READY_MS): Promise<LogLine> {
    const find = () =>
      this.log.find(({ msg }) => (typeof message === 'string' ? msg?.includes(message) : message.test(msg)));
    await this.until(() => find() !== undefined, milliseconds, `say ${String(message)}`);
    return find() as LogLine;
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Resolves when the kernel tells that it is stopped, as SIGSTOP does. */
  stopped(): Promise<void> {
    const state = () => /\) (\S)/.exec(readFileSync(`/proc/${this.pid}/stat`, 'utf8'))?.[1];
    return this.until(() => state() === 'T', STOPPED_MS, 'stop');
  }

  /** As pm2 does: SIGINT, then SIGKILL after `milliseconds`. What it ended with. Idempotent. */
  async stop(milliseconds = 30_000): Promise<number | NodeJS.Signals> {
    if (this.running) this.signal('SIGINT');
    const late = setTimeout(() => this.signal('SIGKILL'), milliseconds);
    const end = await this.ended;
    clearTimeout(late);
    return end;
  }

  /** SIGKILL, at once. Idempotent. */
  async kill(): Promise<void> {
    if (this.running) this.signal('SIGKILL');
    await this.ended;
  }

  private async until(condition: () => boolean, milliseconds: number, what: string): Promise<void> {
    const deadline = Date.now() + milliseconds;
    while (!condition()) {
      if (!this.running) throw new Error(`The ${this.program} ended before it could ${what}:\n${this.text}`);
      if (Date.now() > deadline) throw new Error(`The ${this.program} did not ${what} in time:\n${this.text}`);
      await sleep(20);
    }
  }
}
