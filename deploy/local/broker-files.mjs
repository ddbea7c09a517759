import { createHash, randomBytes } from 'node:crypto';
import path from 'node:path';

/** What the product's exchanges and queues are called; the server names the anonymous ones itself. */
const OWN_NAMES = '^(inspection($|\\.)|amq\\.gen-)';

/**
 * Where a private broker keeps its things under ASSAY_HOME. Only `broker.json` and `logs` are meant for other eyes.
 * @param {string} home absolute
 */
export function brokerPaths(home) {
  const folder = path.join(home, 'broker');
  return {
    folder,
    state: path.join(home, 'broker.json'),
    lock: path.join(folder, 'lock'),
    config: path.join(folder, 'rabbitmq.conf'),
    configFolder: path.join(folder, 'conf.d'),
    advancedConfig: path.join(folder, 'advanced.config'),
    definitions: path.join(folder, 'definitions.json'),
    plugins: path.join(folder, 'enabled_plugins'),
    pid: path.join(folder, 'node.pid'),
    cookie: path.join(folder, '.erlang.cookie'),
    storage: path.join(folder, 'storage'),
    logs: path.join(home, 'logs'),
    log: path.join(home, 'logs', 'broker.log'),
    output: path.join(home, 'logs', 'broker-output.log'),
  };
}

/**
 * Name of the node, the same for the same folder and another for any other; short, since the host part is fixed.
 * @param {string} home absolute
 */
export function nodeNameOf(home) {
  return `assay-${createHash('sha256').update(home).digest('hex').slice(0, 10)}@localhost`;
}

export function madeUpPassword() {
  return randomBytes(18).toString('base64url');
}

/**
 * Loaded by the node at every boot. The application's user may declare, write and read what belongs to the product,
 * in one vhost, and nothing else: not the default exchange, no administration, no management UI. The operator sees and
 * works everything of this vhost in the UI, but makes no users; in tests it administers, since suites make vhosts.
 * There is no guest.
 */
export function definitions({ vhost, user, password, operator, operatorPassword, forTests }) {
  return {
    rabbit_version: '3.10.0',
    vhosts: [{ name: vhost }],
    users: [
      { name: user, ...hashed(password), tags: [] },
      {
        name: operator,
        ...hashed(operatorPassword),
        tags: forTests ? ['administrator'] : ['monitoring', 'policymaker'],
      },
    ],
    permissions: [
      { user, vhost, configure: OWN_NAMES, write: OWN_NAMES, read: OWN_NAMES },
      { user: operator, vhost, configure: '.*', write: '.*', read: '.*' },
    ],
    topic_permissions: [],
    parameters: [],
    global_parameters: [],
    policies: [],
    exchanges: [],
    queues: [],
    bindings: [],
  };
}

/** RabbitMQ's salted form (rabbit_password_hashing_sha256): base64 of 4 bytes of salt and sha256(salt + password). */
function hashed(password) {
  const salt = randomBytes(4);
  const digest = createHash('sha256').update(salt).update(password).digest();
  return {
    password_hash: Buffer.concat([salt, digest]).toString('base64'),
    hashing_algorithm: 'rabbit_password_hashing_sha256',
  };
}

/** @param {{ amqp: number, management: number }} ports @param {ReturnType<typeof brokerPaths>} paths */
export function configuration(ports, paths) {
  return [
    `listeners.tcp.local = 127.0.0.1:${ports.amqp}`,
    'management.tcp.ip = 127.0.0.1',
    `management.tcp.port = ${ports.management}`,
    `load_definitions = ${paths.definitions}`,
    // The default (relative to nothing, 50 MB) lets a delivery fill the disk before publishers are held back.
    'disk_free_limit.absolute = 500MB',
    'vm_memory_high_watermark.relative = 0.3',
    // Of quorum queues: 64 MiB before the log is rolled over instead of 512; one machine holds more than the broker.
    'raft.wal_max_size_bytes = 67108864',
    'log.console = false',
    'log.file.level = info',
    'log.file.rotation.size = 10485760',
    'log.file.rotation.count = 3',
    '',
  ].join('\n');
}

/**
 * Environment of the node and of its epmd. All of RABBITMQ_*, ERL_* that the caller happens to have is dropped, so
 * that nothing of a system broker is read or written.
 */
export function brokerEnvironment({ nodeName, ports, paths, inherited = process.env }) {
  const own = Object.fromEntries(
    Object.entries(inherited).filter(([name]) => !/^(RABBITMQ_|ERL_|ERLANG_|NOTIFY_SOCKET$|CONF_ENV_FILE$)/.test(name)),
  );
  return {
    ...own,
    HOME: paths.folder, // the cookie lies there
    LC_ALL: 'C.UTF-8',
    detached: '1', // the start script then becomes the node instead of waiting beside it
    CONF_ENV_FILE: '/dev/null',
    RABBITMQ_CONF_ENV_FILE: '/dev/null',
    RABBITMQ_NODENAME: nodeName,
    RABBITMQ_CONFIG_FILE: paths.config,
    RABBITMQ_CONFIG_FILES: paths.configFolder,
    RABBITMQ_ADVANCED_CONFIG_FILE: paths.advancedConfig,
    RABBITMQ_ENABLED_PLUGINS_FILE: paths.plugins,
    RABBITMQ_MNESIA_BASE: paths.storage,
    RABBITMQ_LOG_BASE: paths.logs,
    RABBITMQ_LOGS: paths.log,
    RABBITMQ_PID_FILE: paths.pid,
    RABBITMQ_DIST_PORT: String(ports.distribution),
    // Bound schedulers fight for the same core with every other node that binds.
    RABBITMQ_SCHEDULER_BIND_TYPE: 'u',
    RABBITMQ_SCHEDULER_BUSY_WAIT_THRESHOLD: 'none',
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
    ERL_EPMD_PORT: String(ports.epmd),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    ERL_CRASH_DUMP_SECONDS: '0',
  };
}
