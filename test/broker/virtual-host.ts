import { randomUUID } from 'node:crypto';

function required(name: string): string {
  const value = process.env[name];
  if (!value)
    throw new Error(`${name} is not set: tests that need RabbitMQ are run by npm test, which starts a private node`);
  return value;
}

/** A virtual host of its own on the test node, with its user: what one test does to it, no other sees. */
export class VirtualHost {
  private constructor(
    readonly name: string,
    /** With the credentials of the test's operator, who has all rights in it. */
    readonly amqpUrl: string,
    private readonly managementUrl: string,
    private readonly authorization: string,
  ) {}

  static async make(): Promise<VirtualHost> {
    const user = required('ASSAY_TEST_MANAGEMENT_USER');
    const password = required('ASSAY_TEST_MANAGEMENT_PASSWORD');
    const name = `test-${randomUUID()}`;
    const amqp = new URL(required('ASSAY_TEST_AMQP_URL'));
    const host = new VirtualHost(
      name,
      `amqp://${user}:${encodeURIComponent(password)}@${amqp.host}/${name}`,
      required('ASSAY_TEST_MANAGEMENT_URL'),
      `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
    );
    await host.call('PUT', `vhosts/${name}`, {});
    await host.call('PUT', `permissions/${name}/${user}`, { configure: '.*', write: '.*', read: '.*' });
    return host;
  }

  async remove(): Promise<void> {
    await this.call('DELETE', `vhosts/${this.name}`);
  }

  /** Throws away every message of a queue, as an operator would. */
  async purge(queue: string): Promise<void> {
    await this.call('DELETE', `queues/${this.name}/${queue}/contents`);
  }

  async deleteQueue(queue: string): Promise<void> {
    await this.call('DELETE', `queues/${this.name}/${queue}`);
  }

  /** Closes every client connection of this virtual host from the broker's side; returns how many there were. */
  async closeConnections(): Promise<number> {
    const connections = (await this.call('GET', `vhosts/${this.name}/connections`)) as { name: string }[];
    for (const { name } of connections) await this.call('DELETE', `connections/${encodeURIComponent(name)}`);
    return connections.length;
  }

  /** Takes up to `count` messages out of a queue. */
  async take(
    queue: string,
    count: number,
  ): Promise<{ payload: string; properties: { headers?: Record<string, unknown> } }[]> {
    return (await this.call('POST', `queues/${this.name}/${queue}/get`, {
      count,
      ackmode: 'ack_requeue_false',
      encoding: 'auto',
    })) as { payload: string; properties: { headers?: Record<string, unknown> } }[];
  }

  /** One call of the management HTTP API. Throws on any answer but success. */
  async call(method: string, path: string, body?: unknown): Promise<unknown> {
    const answer = await fetch(`${this.managementUrl}/api/${path}`, {
      method,
      headers: { authorization: this.authorization, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(10_000),
    });
    const text = await answer.text();
    if (!answer.ok && !(method === 'DELETE' && answer.status === 404))
      throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === '' ? null : JSON.parse(text);
  }
}
