import { connect, type Channel, type ChannelModel } from 'amqplib';
import { evaluate } from './run-program';

/** What the application's user of a private node may do, and what not. `npm test` provides the node. */

jest.setTimeout(60_000);

const required = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run this by npm test`);
  return value;
};

const appUrl = required('ASSAY_TEST_AMQP_URL');
const managementUrl = required('ASSAY_TEST_MANAGEMENT_URL');
const { username, password, pathname } = new URL(appUrl);
const vhost = pathname.slice(1);
let connection: ChannelModel;

beforeAll(async () => {
  connection = await connect(appUrl);
  connection.on('error', () => undefined);
});

afterAll(() => connection.close());

/** Runs `act` on a channel of its own: a refusal closes it. Null: allowed; else the broker's words. */
async function refusal(act: (channel: Channel) => Promise<unknown>): Promise<string | null> {
  const channel = await connection.createConfirmChannel();
  const refused = new Promise<string>((resolve) => channel.once('error', (error: Error) => resolve(error.message)));
  try {
    await act(channel);
  } catch {
    return await refused;
  }
  await channel.close();
  return null;
}

async function api(path: string, user: string, secret: string, method = 'GET', body?: object): Promise<number> {
  const authorization = `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}`;
  const headers = { authorization, 'content-type': 'application/json' };
  const init = body ? { method, headers, body: JSON.stringify(body) } : { method, headers };
  return (await fetch(`${managementUrl}${path}`, init)).status;
}

/** The broker's own words, which amqplib keeps to itself. */
const handshake = (url: string): Promise<unknown> =>
  evaluate(
    `import { amqpHandshake } from './amqp-handshake.mjs';
     const words = await amqpHandshake(process.env.URL).then(() => 'open', (error) => error.message);
     console.log(JSON.stringify(words));`,
    { URL: url },
  );

const operator = (path: string, method: string, body?: object): Promise<number> =>
  api(path, required('ASSAY_TEST_MANAGEMENT_USER'), required('ASSAY_TEST_MANAGEMENT_PASSWORD'), method, body);

it('declares, binds, writes and reads what belongs to the product', async () => {
  const denied = await refusal(async (channel) => {
    await channel.assertExchange('inspection.rights', 'topic', { durable: false, autoDelete: true });
    const { queue } = await channel.assertQueue('inspection.rights.own', { exclusive: true });
    const anonymous = await channel.assertQueue('', { exclusive: true });
    await channel.bindQueue(queue, 'inspection.rights', '#');
    await channel.bindQueue(anonymous.queue, 'inspection.rights', '#');
    channel.publish('inspection.rights', 'any', Buffer.from('x'));
    await channel.consume(queue, () => undefined);
  });
  expect(denied).toBeNull();
});

it.each([
  ['declare a foreign queue', (channel: Channel) => channel.assertQueue('other', { exclusive: true })],
  ['declare a queue that only begins alike', (channel: Channel) => channel.assertQueue('inspections')],
  ['declare a foreign exchange', (channel: Channel) => channel.assertExchange('other', 'topic')],
  [
    'bind to an exchange of the broker',
    async (channel: Channel) => {
      const { queue } = await channel.assertQueue('', { exclusive: true });
      await channel.bindQueue(queue, 'amq.topic', '#');
    },
  ],
  [
    'publish to the default exchange',
    async (channel: Channel) => {
      channel.publish('', 'anywhere', Buffer.from('x'));
      // The refusal of a publish comes later: the next answer is never given.
      await channel.assertExchange('inspection.rights', 'topic', { durable: false, autoDelete: true });
    },
  ],
] as [string, (channel: Channel) => Promise<unknown>][])('may not %s', async (_, act) => {
  expect(await refusal(act)).toMatch(/ACCESS.REFUSED/);
});

it('may not enter another vhost', async () => {
  expect(await operator('/api/vhosts/rights-other', 'PUT')).toBe(201);
  try {
    const url = new URL(appUrl);
    url.pathname = '/rights-other';
    expect(await handshake(url.href)).toMatch(/access to vhost 'rights-other' refused for user/);
    expect(await handshake(appUrl)).toBe('open');
  } finally {
    await operator('/api/vhosts/rights-other', 'DELETE');
  }
});

it('may not administer, nor look into the management API', async () => {
  for (const path of ['/api/overview', '/api/users', `/api/queues/${vhost}`, '/api/definitions']) {
    expect(await api(path, username, password)).toBe(401);
  }
  expect(await api('/api/users/intruder', username, password, 'PUT', { password: 'x', tags: 'administrator' })).toBe(
    401,
  );
});

it('has no guest beside it', async () => {
  const url = new URL(appUrl);
  url.username = 'guest';
  url.password = 'guest';
  await expect(connect(url.href)).rejects.toThrow(/403|ACCESS.REFUSED/);
});
