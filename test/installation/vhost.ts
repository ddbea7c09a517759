import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

const required = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run the tests by npm test`);
  return value;
};

/** The rights that the application has on a private node: its own exchanges and queues, nothing else. */
const OWN_NAMES = '^(inspection($|\\.)|amq\\.gen-)';

const RESTING_MS = 300;

/** A virtual host of one test's own on the broker of this run, so that no test sees another's queues. */
export class Vhost {
  private removed = false;

  private constructor(
    readonly name: string,
    /** For the application's user, with its least rights. */
    readonly url: string,
  ) {}

  static async make(): Promise<Vhost> {
    const url = new URL(required('ASSAY_TEST_AMQP_URL'));
    const name = `test-${randomUUID()}`;
    url.pathname = `/${name}`;
    const vhost = new Vhost(name, url.href);
    await vhost.manage('PUT', `vhosts/${name}`, {});
    const own = { configure: OWN_NAMES, write: OWN_NAMES, read: OWN_NAMES };
    await vhost.manage('PUT', `permissions/${name}/${decodeURIComponent(url.username)}`, own);
    const all = { configure: '.*', write: '.*', read: '.*' };
    await vhost.manage('PUT', `permissions/${name}/${required('ASSAY_TEST_MANAGEMENT_USER')}`, all);
    return vhost;
  }

  /** For a user who may do everything here, for what a test does to the broker. */
  get operatorUrl(): string {
    const url = new URL(this.url);
    url.username = encodeURIComponent(required('ASSAY_TEST_MANAGEMENT_USER'));
    url.password = encodeURIComponent(required('ASSAY_TEST_MANAGEMENT_PASSWORD'));
    return url.href;
  }

  /** A call of RabbitMQ's management API; `path` follows `/api/`. Throws where it is refused. */
  async manage(method: string, path: string, body?: object): Promise<unknown> {
    const user = `${required('ASSAY_TEST_MANAGEMENT_USER')}:${required('ASSAY_TEST_MANAGEMENT_PASSWORD')}`;
    const response = await fetch(`${required('ASSAY_TEST_MANAGEMENT_URL')}/api/${path}`, {
      method,
      headers: { authorization: `Basic ${Buffer.from(user).toString('base64')}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === '' ? null : JSON.parse(text);
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
