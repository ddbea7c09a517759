import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

const required = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run the tests by npm test`);
  return value;
};

/** A broker whose operator may administer it, and how it is reached now: after a restart it may have other ports. */
export interface TestBroker {
  /** The application's user, with its least rights. */
  amqpUrl: string;
  managementUrl: string;
  user: string;
  password: string;
}

export interface TakenMessage {
  payload: string;
  properties: { headers?: Record<string, unknown> };
}

/** The one that `npm test` has started for this run. */
const brokerOfThisRun = (): TestBroker => ({
  amqpUrl: required('ASSAY_TEST_AMQP_URL'),
  managementUrl: required('ASSAY_TEST_MANAGEMENT_URL'),
  user: required('ASSAY_TEST_MANAGEMENT_USER'),
  password: required('ASSAY_TEST_MANAGEMENT_PASSWORD'),
});

/** The rights that the application has on a private node: its own exchanges and queues, nothing else. */
const OWN_NAMES = '^(inspection($|\\.)|amq\\.gen-)';

const RESTING_MS = 300;

/** A virtual host of one test's own, so that no test sees another's queues. */
export class Vhost {
  private removed = false;

  private constructor(
    readonly name: string,
    private readonly broker: TestBroker,
  ) {}

  static async make(broker = brokerOfThisRun()): Promise<Vhost> {
    const name = `test-${randomUUID()}`;
    const vhost = new Vhost(name, broker);
    await vhost.manage('PUT', `vhosts/${name}`, {});
    const own = { configure: OWN_NAMES, write: OWN_NAMES, read: OWN_NAMES };
    await vhost.manage('PUT', `permissions/${name}/${decodeURIComponent(new URL(broker.amqpUrl).username)}`, own);
    const all = { configure: '.*', write: '.*', read: '.*' };
    await vhost.manage('PUT', `permissions/${name}/${broker.user}`, all);
    return vhost;
  }

  /** For the application's user, with its least rights. */
  get url(): string {
    const url = new URL(this.broker.amqpUrl);
    url.pathname = `/${this.name}`;
    return url.href;
  }

  /** For a user who may do everything here, for what a test does to the broker. */
  get operatorUrl(): string {
    const url = new URL(this.url);
    url.username = encodeURIComponent(this.broker.user);
    url.password = encodeURIComponent(this.broker.password);
    return url.href;
  }

  /** A call of RabbitMQ's management API; `path` follows `/api/`. Throws where it is refused, but for a deletion of what is not there. */
  async manage(method: string, path: string, body?: object): Promise<unknown> {
    const user = `${this.broker.user}:${this.broker.password}`;
    const response = await fetch(`${this.broker.managementUrl}/api/${path}`, {
      method,
      headers: { authorization: `Basic ${Buffer.from(user).toString('base64')}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    // What is to be gone is gone.
    if (!response.ok && !(method === 'DELETE' && response.status === 404))
      throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === '' ? null : JSON.parse(text);
  }

  /** Throws away every message of a queue, as an operator would. */
  async purge(queue: string): Promise<void> {
    await this.manage('DELETE', `queues/${this.name}/${encodeURIComponent(queue)}/contents`);
  }

  async deleteQueue(queue: string): Promise<void> {
    await this.manage('DELETE', `queues/${this.name}/${encodeURIComponent(queue)}`);
  }

  /** Closes every client connection of this virtual host from the broker's side; returns how many there were. */
  async closeConnections(): Promise<number> {
    const connections = (await this.manage('GET', `vhosts/${this.name}/connections`)) as { name: string }[];
    for (const { name } of connections) await this.manage('DELETE', `connections/${encodeURIComponent(name)}`);
    return connections.length;
  }

  /** Takes up to `count` messages out of a queue. */
  async take(queue: string, count: number): Promise<TakenMessage[]> {
    const body = { count, ackmode: 'ack_requeue_false', encoding: 'auto' };
    return (await this.manage('POST', `queues/${this.name}/${encodeURIComponent(queue)}/get`, body)) as TakenMessage[];
  }

  /**
   * Idempotent. A queue that is deleted in the moment of its declaration can end a supervisor of RabbitMQ 3.10 for good, after which no queue of
   * ours can be made on that node (`rabbit_fifo_dlx_sup`, at-least-once dead-lettering). So what was being declared when its process
   * was killed is let come to rest, and queues go one by one before their vhost.
   */
  async remove(): Promise<void> {
    if (this.removed) return;
    this.removed = true;
    for (const queue of await this.restingQueues())
      await this.manage('DELETE', `queues/${this.name}/${encodeURIComponent(queue)}`);
    await this.manage('DELETE', `vhosts/${this.name}`);
  }

  /** Names of the queues, once no new one has come for a while. */
  private async restingQueues(): Promise<string[]> {
    let before: string[] | null = null;
    for (;;) {
      const queues = (await this.manage('GET', `queues/${this.name}?columns=name`)) as { name: string }[];
      const names = queues.map(({ name }) => name);
      if (before?.length === names.length) return names;
      before = names;
      await sleep(RESTING_MS);
    }
  }
}
