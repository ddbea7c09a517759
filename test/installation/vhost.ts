import { randomUUID } from 'node:crypto';

const required = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run the tests by npm test`);
  return value;
};

/** The rights that the application has on a private node: its own exchanges and queues, nothing else. */
const OWN_NAMES = '^(inspection($|\\.)|amq\\.gen-)';

/** A virtual host of one test's own on the broker of this run, so that no test sees another's queues. */
export class Vhost {
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

  /** Idempotent. */
  async remove(): Promise<void> {
    try {
      await this.manage('DELETE', `vhosts/${this.name}`);
    } catch (error) {
      if (!(error as Error).message.includes(': 404')) throw error;
    }
  }
}
