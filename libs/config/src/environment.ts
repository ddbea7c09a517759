import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';

/** One named variable of the environment: the single place where its default and meaning are written. */
export interface Variable {
  readonly name: string;
  readonly default: string;
  readonly meaning: string;
}

/** Every variable that Assay reads, in the order in which a reader wants to meet them. */
export const VARIABLES: readonly Variable[] = [
  {
    name: 'activeInspectionSubscribe',
    default: 'false',
    meaning: 'exactly `true`: this process subscribes to file messages and moves files; anything else: it does not',
  },
  { name: 'ASSAY_HOME', default: './.assay', meaning: 'state: ledger, private broker, logs, pm2 home' },
  {
    name: 'INSPECTION_ROOTS',
    default: './data',
    meaning:
      '`:`-separated folders in which scans, accepted and quarantined files must lie; nothing outside is ever read or written',
  },
  { name: 'PROFILES_DIR', default: './profiles', meaning: 'folder of inspection profiles (YAML)' },
  { name: 'HOST', default: '127.0.0.1', meaning: 'address on which HTTP listens' },
  { name: 'PORT', default: '3000', meaning: 'port on which HTTP listens' },
  {
    name: 'API_KEYS',
    default: '',
    meaning:
      '`name:key`, comma-separated; required where HOST is not loopback. Sent as `Authorization: Bearer KEY` or `X-API-Key`',
  },
  {
    name: 'RATE_LIMIT',
    default: '',
    meaning:
      'requests a second for each key or address, counted in each process; empty: off on loopback, 100 elsewhere; 0: off',
  },
  {
    name: 'TRUST_PROXY',
    default: '',
    meaning: 'proxies whose X-Forwarded-* are believed: a number of hops, or comma-separated addresses or networks',
  },
  { name: 'BASE_PATH', default: '', meaning: 'path under which a proxy serves Assay, such as `/assay`' },
  {
    name: 'REAL_TIME',
    default: 'true',
    meaning:
      '`true`: threads that answer requests go before every other program, where the system allows it; `false`: they share the processor',
  },
  {
    name: 'AMQP_URL',
    default: '',
    meaning:
      '`amqp(s)://user:password@host:port/vhost`; empty: the private node that `npm start` runs under ASSAY_HOME',
  },
  {
    name: 'DATABASE_URL',
    default: '',
    meaning: '`sqlite:/path` or `postgres://…`; empty: SQLite in ASSAY_HOME/ledger.sqlite',
  },
  { name: 'LOG_LEVEL', default: 'info', meaning: 'trace, debug, info, warn, error, fatal or silent' },
  {
    name: 'SCAN_THREADS',
    default: '1',
    meaning: 'threads of each API process that walk and inspect; 0: this process walks nothing',
  },
  {
    name: 'READER_PROCESSES',
    default: '0',
    meaning: 'child processes of each scan thread that read metadata; 0: as many as there are cores, 4 at most',
  },
  { name: 'READ_SECONDS', default: '5', meaning: 'longest time that reading the metadata of one file may take' },
  { name: 'READ_MEGABYTES', default: '256', meaning: 'most memory that reading the metadata of one file may take' },
  { name: 'SUBSCRIBE_BATCH', default: '100', meaning: 'messages that a subscriber places at once' },
  {
    name: 'SUBSCRIBE_PREFETCH',
    default: '300',
    meaning: 'messages that a subscriber holds of each queue; at least twice SUBSCRIBE_BATCH',
  },
  {
    name: 'MAX_ATTEMPTS',
    default: '8',
    meaning: 'how often a file may be claimed before it is dead-lettered',
  },
  {
    name: 'SWEEP_SECONDS',
    default: '120',
    meaning:
      'age at which the sweep publishes a message again that no queue holds, or takes up what a dead process left',
  },
  {
    name: 'DRAIN_SECONDS',
    default: '20',
    meaning: 'longest time that a process finishes what it holds when it is stopped',
  },
  { name: 'PUBLISH_TIMEOUT_SECONDS', default: '5', meaning: 'longest wait for a confirm of the broker' },
];

const defaults = new Map(VARIABLES.map((variable) => [variable.name, variable.default]));

export interface ApiKey {
  name: string;
  key: string;
}

/** All that the environment says, parsed once. Paths are absolute. */
export interface Config {
  readonly subscribe: boolean;
  /** What `activeInspectionSubscribe` said, to be logged; undefined where it was not set. */
  readonly subscribeSaid: string | undefined;
  readonly home: string;
  readonly roots: readonly string[];
  readonly profilesDir: string;
  readonly http: {
    readonly host: string;
    readonly port: number;
    readonly loopback: boolean;
    readonly apiKeys: readonly ApiKey[];
    /** Requests a second for each key or address; null: unlimited. */
    readonly rateLimit: number | null;
    readonly trustProxy: number | readonly string[] | null;
    /** `''`, or `/…` without a slash at its end. */
    readonly basePath: string;
    /** Ask the system for real time. Never for a process that moves files as well. */
    readonly realTime: boolean;
  };
  readonly amqpUrl: string;
  readonly databaseUrl: string;
  readonly logLevel: (typeof LOG_LEVELS)[number];
  readonly scanning: { readonly threads: number };
  readonly reading: { readonly processes: number; readonly seconds: number; readonly megabytes: number };
  readonly placing: {
    readonly batch: number;
    readonly prefetch: number;
    readonly maxAttempts: number;
    readonly sweepSeconds: number;
  };
  readonly drainSeconds: number;
  readonly publishTimeoutSeconds: number;
}

/** The environment can't be used; `problems` names each variable, its value and the mend. */
export class BadEnvironment extends Error {
  override readonly name = 'BadEnvironment';
  constructor(readonly problems: readonly string[]) {
    super(`The environment can't be used:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
  }
}

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** Where the commands of deploy/local write the address of the private node that they started. */
export const PRIVATE_BROKER_FILE = 'broker.json';

const whole = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d+$/, `must be a whole number from ${least} to ${most}`)
    .transform(Number)
    .refine((n) => n >= least && n <= most, `must be a whole number from ${least} to ${most}`);

const apiKeys = z.string().transform((text, context): ApiKey[] =>
  text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .map((entry, index) => {
      const at = entry.indexOf(':');
      const name = entry.slice(0, at).trim();
      const key = entry.slice(at + 1).trim();
      // The value is a secret: the message counts entries and never repeats one.
      if (at < 1 || name === '' || key === '')
        context.addIssue({
          code: 'custom',
          message: `entry ${index + 1} must be name:key, such as ops:$(openssl rand -hex 24)`,
        });
      return { name, key };
    }),
);

const url = (schemes: readonly string[], example: string) =>
  z.string().refine((text) => {
    if (text === '') return true;
    const scheme = text.slice(0, text.indexOf(':'));
    return schemes.includes(scheme) && (scheme === 'sqlite' ? text.length > 'sqlite:'.length : URL.canParse(text));
  }, `must be like ${example}`);

const schema = z.object({
  activeInspectionSubscribe: z.string(),
  ASSAY_HOME: z.string().min(1, 'must name a folder'),
  INSPECTION_ROOTS: z
    .string()
    .refine(
      (text) => text.split(':').every((root) => root.trim() !== ''),
      'must name folders, separated by one `:` each',
    ),
  PROFILES_DIR: z.string().min(1, 'must name a folder'),
  HOST: z.string().min(1, 'must be an address, such as 127.0.0.1'),
  PORT: whole(0, 65535),
  API_KEYS: apiKeys,
  RATE_LIMIT: z.union([z.literal('').transform(() => null), whole(0, 1_000_000)]),
  TRUST_PROXY: z.string(),
  BASE_PATH: z.string().regex(/^(\/[\w.~-]+)*\/?$/, 'must be empty or a path such as /assay'),
  REAL_TIME: z.enum(['true', 'false'], 'must be true or false'),
  AMQP_URL: url(['amqp', 'amqps'], 'amqp://user:password@host:5672/vhost'),
  DATABASE_URL: url(
    ['sqlite', 'postgres', 'postgresql'],
    'sqlite:/var/lib/assay/ledger.sqlite or postgres://user:password@host/database',
  ),
  LOG_LEVEL: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`),
  SCAN_THREADS: whole(0, 64),
  READER_PROCESSES: whole(0, 64),
  READ_SECONDS: whole(1, 600),
  READ_MEGABYTES: whole(32, 8192),
  SUBSCRIBE_BATCH: whole(2, 5000),
  SUBSCRIBE_PREFETCH: whole(4, 20000),
  MAX_ATTEMPTS: whole(1, 1000),
  SWEEP_SECONDS: whole(1, 86400),
  DRAIN_SECONDS: whole(1, 600),
  PUBLISH_TIMEOUT_SECONDS: whole(1, 600),
});

const SECRET = new Set(['API_KEYS', 'AMQP_URL', 'DATABASE_URL']);

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

function privateBrokerUrl(home: string): string | null {
  const file = join(home, PRIVATE_BROKER_FILE);
  if (!existsSync(file)) return null;
  const state = z.object({ amqpUrl: z.string().min(1) }).safeParse(JSON.parse(readFileSync(file, 'utf8')));
  return state.success ? state.data.amqpUrl : null;
}

function trustProxy(text: string): Config['http']['trustProxy'] {
  if (text === '') return null;
  if (/^\d+$/.test(text)) return Number(text);
  return text.split(',').map((address) => address.trim());
}

/**
 * Parses the environment into one frozen object. Unset and empty variables take their defaults. Relative paths are
 * resolved against `directory`. Throws {@link BadEnvironment} with every problem at once.
 */
export function readConfig(environment: NodeJS.ProcessEnv = process.env, directory = process.cwd()): Config {
  const given = Object.fromEntries(
    VARIABLES.map(({ name }) => [
      name,
      environment[name] === undefined || environment[name] === '' ? defaults.get(name) : environment[name],
    ]),
  );
  const parsed = schema.safeParse(given);
  const problems: string[] = [];
  if (!parsed.success)
    for (const issue of parsed.error.issues) {
      const name = String(issue.path[0]);
      const value = SECRET.has(name) ? '' : ` is '${String(given[name])}' and`;
      const text =
        issue.code === 'invalid_union' ? 'must be a whole number of requests a second, or empty' : issue.message;
      problems.push(`${name}${value} ${text}`);
    }
  if (!parsed.success) throw new BadEnvironment(problems);

  const v = parsed.data;
  const loopback = isLoopback(v.HOST);
  if (!loopback && v.API_KEYS.length === 0)
    problems.push(
      `API_KEYS must be set where HOST is not loopback (HOST is '${v.HOST}'): name:key, comma-separated; or set HOST=127.0.0.1`,
    );
  if (v.SUBSCRIBE_PREFETCH < 2 * v.SUBSCRIBE_BATCH)
    problems.push(
      `SUBSCRIBE_PREFETCH is '${v.SUBSCRIBE_PREFETCH}' and must be at least twice SUBSCRIBE_BATCH ('${v.SUBSCRIBE_BATCH}')`,
    );
  const names = v.API_KEYS.map((entry) => entry.name);
  if (new Set(names).size !== names.length) problems.push('API_KEYS must not give one name twice');

  const home = resolve(directory, v.ASSAY_HOME);
  const amqpUrl = v.AMQP_URL || privateBrokerUrl(home);
  if (!amqpUrl)
    problems.push(
      `AMQP_URL is not set and no private node was started under ASSAY_HOME ('${home}'): run npm start, or set AMQP_URL`,
    );
  if (problems.length > 0 || !amqpUrl) throw new BadEnvironment(problems);

  return deepFreeze({
    subscribe: v.activeInspectionSubscribe === 'true',
    subscribeSaid: environment['activeInspectionSubscribe'],
    home,
    roots: v.INSPECTION_ROOTS.split(':').map((root) => resolve(directory, root.trim())),
    profilesDir: resolve(directory, v.PROFILES_DIR),
    http: {
      host: v.HOST,
      port: v.PORT,
      loopback,
      apiKeys: v.API_KEYS,
      rateLimit: v.RATE_LIMIT === null ? (loopback ? null : 100) : v.RATE_LIMIT || null,
      trustProxy: trustProxy(v.TRUST_PROXY),
      basePath: v.BASE_PATH.replace(/\/$/, ''),
      realTime: v.REAL_TIME === 'true' && v.activeInspectionSubscribe !== 'true',
    },
    amqpUrl,
    databaseUrl: v.DATABASE_URL || `sqlite:${join(home, 'ledger.sqlite')}`,
    logLevel: v.LOG_LEVEL,
    scanning: { threads: v.SCAN_THREADS },
    reading: {
      processes: v.READER_PROCESSES || Math.min(4, availableParallelism()),
      seconds: v.READ_SECONDS,
      megabytes: v.READ_MEGABYTES,
    },
    placing: {
      batch: v.SUBSCRIBE_BATCH,
      prefetch: v.SUBSCRIBE_PREFETCH,
      maxAttempts: v.MAX_ATTEMPTS,
      sweepSeconds: v.SWEEP_SECONDS,
    },
    drainSeconds: v.DRAIN_SECONDS,
    publishTimeoutSeconds: v.PUBLISH_TIMEOUT_SECONDS,
  });
}

function deepFreeze<T extends object>(value: T): T {
  for (const inner of Object.values(value))
    if (typeof inner === 'object' && inner !== null) deepFreeze(inner as object);
  return Object.freeze(value);
}
