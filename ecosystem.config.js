/**
 * The two pm2 groups. `pm2 start ecosystem.config.js --env local|development|production` (`npm start` does it, with a pm2
 * of the installation's own). Counts by environment stand below; API_PROCESSES and SUBSCRIBER_PROCESSES override them:
 * on a machine of N cores, N API processes and as many subscribers as its disk can use are plenty.
 */
const path = require('node:path');

const COUNTS = {
  local: { api: 2, subscribers: 3 },
  development: { api: 1, subscribers: 1 },
  // An example for a large host: change it to yours.
  production: { api: 12, subscribers: 3 },
};

const ENVIRONMENTS = {
  local: { NODE_ENV: 'production', LOG_LEVEL: 'info' },
  development: { NODE_ENV: 'development', LOG_LEVEL: 'debug' },
  production: { NODE_ENV: 'production', LOG_LEVEL: 'info' },
};

const counts = COUNTS[chosenEnvironment()];
const drainSeconds = wholeNumber('DRAIN_SECONDS', 20, 0);
const logs = path.join(path.resolve(__dirname, process.env.ASSAY_HOME || '.assay'), 'logs');

module.exports = {
  apps: [
    {
      ...group('assay-api', 'dist/apps/api/src/main.js', 'api', 'false'),
      // Requests leave little behind: by default V8 takes 48 MB for it, which it fills while the program loads and never gives back. Each
      // thread collects for itself: V8's own threads are not at nice 19 like the scan thread, and would take the processor from HTTP.
      node_args: '--max-semi-space-size=4 --single-threaded-gc',
      exec_mode: 'cluster',
      instances: wholeNumber('API_PROCESSES', counts.api, 1),
    },
    {
      ...group('assay-subscriber', 'dist/apps/subscriber/src/main.js', 'subscriber', 'true'),
      exec_mode: 'fork',
      instances: wholeNumber('SUBSCRIBER_PROCESSES', counts.subscribers, 1),
    },
  ],
};

function group(name, script, log, subscribes) {
  return {
    name,
    namespace: 'assay',
    script,
    cwd: __dirname,
    ...environments(subscribes),
    // Online means: it has said `ready` itself, after its subscription or its listener is live.
    wait_ready: true,
    listen_timeout: 60_000,
    // pm2 asks by SIGINT, and kills after this: what a process holds must be settled before.
    kill_timeout: (drainSeconds + 10) * 1000,
    // The signal is for the process alone: it ends its readers itself, once they are no longer needed.
    treekill: false,
    max_memory_restart: '1G',
    exp_backoff_restart_delay: 200,
    merge_logs: true,
    out_file: path.join(logs, `${log}.log`),
    error_file: path.join(logs, `${log}-error.log`),
    vizion: false,
    pmx: false,
  };
}

/** pm2's `env_<name>` for each environment, and `env` for a start without `--env`. Values are strings. */
function environments(subscribes) {
  const forEnvironment = (name) => {
    const { LOG_LEVEL, ...fixed } = ENVIRONMENTS[name];
    // What stands here wins over the shell: so a LOG_LEVEL of the shell is passed on.
    return { ...fixed, LOG_LEVEL: process.env.LOG_LEVEL || LOG_LEVEL, activeInspectionSubscribe: subscribes };
  };
  return {
    env: forEnvironment('local'),
    env_local: forEnvironment('local'),
    env_development: forEnvironment('development'),
    env_production: forEnvironment('production'),
  };
}

/** pm2 has variables by environment, but no counts: so its own `--env` is read here. */
function chosenEnvironment() {
  const args = process.argv;
  const at = args.indexOf('--env');
  const name = at >= 0 ? args[at + 1] : args.find((arg) => arg.startsWith('--env='))?.slice('--env='.length);
  if (name === undefined) return 'local';
  if (!Object.hasOwn(COUNTS, name)) {
    throw new Error(`--env ${name}: there are ${Object.keys(COUNTS).join(', ')}`);
  }
  return name;
}

function wholeNumber(name, byDefault, least) {
  const text = process.env[name];
  if (text === undefined || text.trim() === '') return byDefault;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < least) {
    throw new Error(`${name}: "${text}" is not a whole number from ${least} on`);
  }
  return value;
}
