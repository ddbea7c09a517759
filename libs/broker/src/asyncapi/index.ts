import { asyncApiMessages, asyncApiSchemas } from './asyncapi-messages';
import {
  DEAD_QUEUE,
  EXCHANGE,
  EXCHANGES,
  filesQueue,
  LADDER,
  PRIORITIES,
  type Queue,
  QUEUES,
  SCANS_KEY,
  SCANS_QUEUE,
} from '../topology';

const DESCRIPTION = `What travels through RabbitMQ, and every exchange and queue that Assay declares. One persistent, versioned JSON message a file; each is checked on arrival, and one that does not fit goes to \`${DEAD_QUEUE}\` with the reason.

Messages come at least once: what they are about is claimed in the ledger, where a second one does nothing.`;

type MessageName = keyof ReturnType<typeof asyncApiMessages>;

const BINDING = '0.3.0';
const channelRef = (channel: string) => ({ $ref: `#/channels/${channel}` });
const messagesOf = (...names: MessageName[]) =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/messages/${name}` }]));

function exchange(name: string) {
  const found = EXCHANGES.find((one) => one.name === name);
  if (!found) throw new Error(`The topology has no exchange '${name}'`);
  return { name, type: found.type, durable: true, autoDelete: false };
}

const byExchange = (name: string) => ({
  amqp: { is: 'routingKey', exchange: exchange(name), bindingVersion: BINDING },
});

const priority = { enum: [...PRIORITIES], default: 'normal', description: 'The priority of the scan.' };
const anyKey = { description: 'The routing key with which it was published first, and with which it returns.' };

/** Where messages are published: an exchange, and the routing key as address. */
const exchanges = () => ({
  scans: {
    address: SCANS_KEY,
    title: 'Scans to be walked, and dead letters to be sent again',
    messages: messagesOf('walk', 'redrive'),
    bindings: byExchange(EXCHANGE.work),
  },
  files: {
    address: 'files.{priority}',
    title: 'Files to be placed',
    parameters: { priority },
    messages: messagesOf('place'),
    bindings: byExchange(EXCHANGE.work),
  },
  retry: {
    address: '{key}',
    title: 'What is to be tried again',
    description: `Routed by the header \`delay\` to a queue where it waits that long; the broker then returns it to \`${EXCHANGE.work}\` with its own routing key.`,
    parameters: { key: anyKey },
    messages: messagesOf('walkLater', 'redriveLater', 'placeLater'),
    bindings: byExchange(EXCHANGE.retry),
  },
  dead: {
    address: '{key}',
    title: 'What came to nothing',
    description: `Published with the reason, or dead-lettered by the broker after too many deliveries (then without \`assay-reason\`, and with its own \`x-death\`).`,
    parameters: { key: anyKey },
    messages: messagesOf('evidence'),
    bindings: byExchange(EXCHANGE.dead),
  },
  events: {
    address: '{key}',
    title: 'What happened',
    description: 'Declared, so that subscribers may bind to it; nothing is published there yet.',
    parameters: { key: { description: 'What happened.' } },
    messages: {},
    bindings: byExchange(EXCHANGE.events),
  },
  control: {
    address: null,
    title: 'What every process is told',
    description: 'Declared, so that subscribers may bind to it; nothing is published there yet.',
    messages: {},
    bindings: byExchange(EXCHANGE.control),
  },
});

/** What a queue can hold, by the exchange that it is bound to and its routing key. */
function messagesIn({ bindings }: Queue): MessageName[] {
  const names = bindings.flatMap((binding): MessageName[] => {
    switch (binding.exchange) {
      case EXCHANGE.work:
        return binding.key === SCANS_KEY ? ['walk', 'redrive'] : ['place'];
      case EXCHANGE.retry:
        return ['walkLater', 'redriveLater', 'placeLater'];
      case EXCHANGE.dead:
        return ['evidence'];
      default:
        throw new Error(`Nothing is known of what comes from exchange '${binding.exchange}'`);
    }
  });
  return [...new Set(names)];
}

const queueChannel = (name: string): string => `queue.${name}`;

/** Where messages rest and are consumed: every queue, with what it was declared with. */
const queues = () =>
  Object.fromEntries(
    QUEUES.map((queue) => [
      queueChannel(queue.name),
      {
        address: queue.name,
        title: `Queue ${queue.name}`,
        messages: messagesOf(...messagesIn(queue)),
        bindings: {
          amqp: {
            is: 'queue',
            queue: { name: queue.name, durable: queue.options.durable === true, exclusive: false, autoDelete: false },
            bindingVersion: BINDING,
            'x-arguments': queue.options.arguments as Record<string, string | number>,
            'x-bindings': queue.bindings,
          },
        },
      },
    ]),
  );

const sending = {
  amqp: { deliveryMode: 2, mandatory: true, timestamp: true, bindingVersion: BINDING },
};
const receiving = { amqp: { ack: true, bindingVersion: BINDING } };

function operation(action: 'send' | 'receive', channel: string, summary: string, names: MessageName[]) {
  return {
    action,
    channel: channelRef(channel),
    summary,
    messages: names.map((name) => ({ $ref: `#/channels/${channel}/messages/${name}` })),
    bindings: action === 'send' ? sending : receiving,
  };
}

const operations = () => ({
  askForWalk: operation('send', 'scans', 'The API and the walkers ask for the next slice of a scan.', ['walk']),
  walk: operation('receive', queueChannel(SCANS_QUEUE), 'Scan threads walk.', ['walk']),
  askForRedrive: operation('send', 'scans', 'The API and the walkers ask for the next letters of a redrive.', [
    'redrive',
  ]),
  redrive: operation('receive', queueChannel(SCANS_QUEUE), 'Scan threads send dead letters again.', ['redrive']),
  askForPlacing: operation('send', 'files', 'Walkers ask for files to be placed; the sweep asks again.', ['place']),
  ...Object.fromEntries(
    PRIORITIES.map((one) => [
      `place.${one}`,
      operation('receive', queueChannel(filesQueue(one)), `Subscribers place files of ${one} priority.`, ['place']),
    ]),
  ),
  tryLater: operation('send', 'retry', `What failed for now waits ${LADDER.map(({ delay }) => delay).join(', ')}.`, [
    'walkLater',
    'redriveLater',
    'placeLater',
  ]),
  giveUp: operation('send', 'dead', 'What can never be done is kept as evidence.', ['evidence']),
});

/** The AsyncAPI 3.0 document of everything on the broker, made from the topology and the schemas that messages are held to. */
export const asyncApiDocument = (version: string): Record<string, unknown> => ({
  asyncapi: '3.0.0',
  info: {
    title: 'Assay: messages',
    version,
    description: DESCRIPTION,
    license: { name: 'MIT', url: 'https://opensource.org/license/mit' },
  },
  defaultContentType: 'application/json',
  servers: {
    rabbitmq: {
      host: '127.0.0.1:5672',
      protocol: 'amqp',
      protocolVersion: '0.9.1',
      description: 'The broker of AMQP_URL; by default a private node.',
    },
  },
  channels: { ...exchanges(), ...queues() },
  operations: operations(),
  components: { messages: asyncApiMessages(), schemas: asyncApiSchemas() },
});
