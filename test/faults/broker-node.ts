import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TestBroker } from '../installation';
import { foldersLeft, nameOfThisRun } from './left-behind';

const PREFIX = 'assay-faults-';
const PROGRAM = join(__dirname, '../../deploy/local/broker.mjs');
const SERVER = join(__dirname, '../../deploy/local/rabbitmq-server.mjs');
const run = promisify(execFile);

/** Milliseconds after which this node takes back what was not acked; RabbitMQ's own default is half an hour. */
export const ACK_TIMEOUT_MS = 6_000;

/** A RabbitMQ node that nobody else uses, so that it may be killed. Ended by {@link close}, which leaves nothing behind. */
export class BrokerNode {
  /** Epoch milliseconds; 0 while it is not up. */
  bootedAt = Date.now();

  private constructor(
    private readonly home: string,
    /** As it is reached now. */
    readonly broker: TestBroker,
  ) {}

  /** Whether this machine can have one: in Docker a broker's processes are out of reach. */
  static get isPossible(): boolean {
    const text = `import(${JSON.stringify(SERVER)}).then((found) => process.exit(found.findRabbitmqServer() ? 0 : 1))`;
    return process.platform === 'linux' && spawnSync(process.execPath, ['--eval', text]).status === 0;
  }

  /** Nodes of runs that were killed are ended first. */
  static async start(): Promise<BrokerNode> {
    for (const left of foldersLeft(PREFIX)) await end(left);
    const home = realpathSync(mkdtempSync(join(tmpdir(), nameOfThisRun(PREFIX))));
    // The node reads this folder beside its own settings.
    mkdirSync(join(home, 'broker/conf.d'), { recursive: true, mode: 0o700 });
    writeFileSync(join(home, 'broker/conf.d/faults.conf'), `consumer_timeout = ${ACK_TIMEOUT_MS}\n`);
    try {
      return new BrokerNode(home, await boot(home));
    } catch (error) {
      await end(home);
      throw error;
    }
  }

  /** Stops it in order and starts it again, with its queues, ports and users. */
  async restart(): Promise<void> {
    this.bootedAt = 0;
    await run(process.execPath, [PROGRAM, 'stop', '--home', this.home]);
    await this.bootAgain();
  }

  /** As {@link restart}, but it is not asked. */
  async kill(): Promise<void> {
    this.bootedAt = 0;
    process.kill(this.pid, 'SIGKILL');
    await this.bootAgain();
  }

  /** Bytes of its log by now. */
  get logged(): number {
    return statSync(this.log).size;
  }

  /** How often it has closed a consumer's channel since then because an ack came too late; `logged`: as it was then. */
  timeoutsSince(logged: number): number {
    const text = readFileSync(this.log, 'latin1');
    // Where the log was begun anew meanwhile, all of it came later.
    const later = text.length < logged ? text : text.slice(logged);
    return [...later.matchAll(/delivery acknowledgement on channel \d+ timed out/gi)].length;
  }

  async close(): Promise<void> {
    await end(this.home);
  }

  /** Somebody else may have taken its ports meanwhile. */
  private async bootAgain(): Promise<void> {
    Object.assign(this.broker, await boot(this.home));
    this.bootedAt = Date.now();
  }

  private get log(): string {
    return join(this.home, 'logs/broker.log');
  }

  private get pid(): number {
    const { node } = JSON.parse(readFileSync(join(this.home, 'broker.json'), 'utf8')) as { node: { pid: number } };
    return node.pid;
  }
}

/** Resolves when it takes connections. */
async function boot(home: string): Promise<TestBroker> {
  const { stdout } = await run(process.execPath, [PROGRAM, 'start', '--home', home, '--for-tests']);
  return JSON.parse(stdout) as TestBroker;
}

async function end(home: string): Promise<void> {
  await run(process.execPath, [PROGRAM, 'stop', '--home', home]);
  rmSync(home, { recursive: true, force: true });
}
