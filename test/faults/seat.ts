import { setTimeout as sleep } from 'node:timers/promises';
import { type ApiClient, BrokerProxy, type Installation, type ProductProcess, type Program } from '../installation';
import { childrenOf } from '../local/children-of';

/** A supervisor's pause before it starts again what has ended. */
const AGAIN_MS = 250;

/**
 * The place of one process of an installation: whoever sits there is replaced when it ends, as pm2 would, and reaches the broker by a proxy of
 * this seat's own. Left by {@link close}.
 */
export class Seat {
  /** Processes that have sat here. */
  count = 0;
  /** What those said who ended by themselves. */
  readonly ends: string[] = [];
  private sitting: ProductProcess | null = null;
  private readonly all: ProductProcess[] = [];
  private client: { of: ProductProcess; api: ApiClient } | null = null;
  private closing = false;
  private stopped = false;

  private constructor(
    readonly name: string,
    private readonly program: Program,
    private readonly installation: Installation,
    readonly proxy: BrokerProxy,
    private readonly environment: Record<string, string>,
  ) {}

  static async make(
    name: string,
    program: Program,
    installation: Installation,
    environment: Record<string, string>,
  ): Promise<Seat> {
    const proxy = await BrokerProxy.before(() => installation.vhost.url);
    const own = program === 'subscriber' ? { activeInspectionSubscribe: 'true' } : {};
    const seat = new Seat(name, program, installation, proxy, { ...environment, ...own, AMQP_URL: proxy.url });
    seat.take();
    return seat;
  }

  /** Null between two processes. */
  get process(): ProductProcess | null {
    return this.sitting?.alive ? this.sitting : null;
  }

  /** How the API process of this seat is spoken to; null where it does not listen. */
  get api(): ApiClient | null {
    const { process } = this;
    if (process === null) return null;
    if (this.client?.of === process) return this.client.api;
    if (!process.log.some(({ url }) => typeof url === 'string')) return null;
    this.client = { of: process, api: this.installation.clientOf(process) };
    return this.client.api;
  }

  /** Everything that anybody wrote who has sat here. */
  get output(): string {
    return this.all.map((each) => `--- ${this.name}, process ${each.pid}\n${each.output}`).join('\n');
  }

  /** False where nobody sits here. */
  kill(): boolean {
    const { process } = this;
    process?.signal('SIGKILL');
    return process !== null;
  }

  /** SIGSTOP, and SIGCONT after so long. False where nobody sits here, or it is stopped already. */
  async stall(milliseconds: number): Promise<boolean> {
    const { process } = this;
    if (process === null || this.stopped) return false;
    this.stopped = true;
    process.signal('SIGSTOP');
    await sleep(milliseconds);
    process.signal('SIGCONT');
    this.stopped = false;
    return true;
  }

  /** The readers of this seat's process, children of any of its threads. */
  get readers(): number[] {
    const { process } = this;
    if (process === null) return [];
    try {
      return childrenOf(process.pid);
    } catch {
      // It ended meanwhile, or a thread of it did.
      return [];
    }
  }

  async close(): Promise<void> {
    this.closing = true;
    this.sitting?.signal('SIGCONT');
    await this.sitting?.stop();
    await this.proxy.close();
  }

  private take(): void {
    this.count += 1;
    const sitting = this.installation.spawn(this.program, this.environment, true);
    this.sitting = sitting;
    this.all.push(sitting);
    void sitting.ended.then(async (end) => {
      if (this.closing) return;
      if (end !== 'SIGKILL') this.ends.push(`${this.name} ended with ${end}: ${sitting.output.slice(-600)}`);
      await sleep(AGAIN_MS);
      if (!this.closing) this.take();
    });
  }
}
