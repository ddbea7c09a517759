import { join } from 'node:path';
import { CHECKOUT, runNode } from './run-program';

interface Group {
  name: string;
  script: string;
  exec_mode: string;
  instances: number;
  wait_ready: boolean;
  treekill: boolean;
  kill_timeout: number;
  max_memory_restart: string;
  exp_backoff_restart_delay: number;
  out_file: string;
  error_file: string;
  [variables: `env${string}`]: Record<string, string>;
}

const unset = {
  API_PROCESSES: undefined,
  SUBSCRIBER_PROCESSES: undefined,
  DRAIN_SECONDS: undefined,
  LOG_LEVEL: undefined,
  ASSAY_HOME: undefined,
};

async function load(args: string[] = [], environment: Record<string, string | undefined> = {}) {
  const text = `console.log(JSON.stringify(require(${JSON.stringify(join(CHECKOUT, 'ecosystem.config.js'))}).apps))`;
  return runNode(['--eval', text, '--', 'start', ...args], { ...unset, ...environment });
}

async function groups(args: string[] = [], environment: Record<string, string | undefined> = {}) {
  const { stdout, stderr } = await load(args, environment);
  if (stdout === '') throw new Error(stderr);
  const [api, subscribers, ...rest] = JSON.parse(stdout) as Group[];
  expect(rest).toEqual([]);
  if (!api || !subscribers) throw new Error('both groups are there');
  return { api, subscribers };
}

it('has two groups: HTTP in a cluster that moves no file, and subscribers that do', async () => {
  const { api, subscribers } = await groups();
  expect([api.name, api.exec_mode, api.script]).toEqual(['assay-api', 'cluster', 'dist/apps/api/src/main.js']);
  expect([subscribers.name, subscribers.exec_mode, subscribers.script]).toEqual([
    'assay-subscriber',
    'fork',
    'dist/apps/subscriber/src/main.js',
  ]);
  for (const environment of ['env', 'env_local', 'env_development', 'env_production'] as const) {
    expect(api[environment]?.['activeInspectionSubscribe']).toBe('false');
    expect(subscribers[environment]?.['activeInspectionSubscribe']).toBe('true');
    for (const value of Object.values({ ...api[environment], ...subscribers[environment] })) {
      expect(typeof value).toBe('string');
    }
  }
});

it.each([
  [[], 2, 3],
  [['--env', 'local'], 2, 3],
  [['--env', 'development'], 1, 1],
  [['--env', 'production'], 12, 3],
  [['--env=production'], 12, 3],
])('counts by environment: %j', async (args, api, subscribers) => {
  const found = await groups(args);
  expect([found.api.instances, found.subscribers.instances]).toEqual([api, subscribers]);
});

it('takes other counts from the environment', async () => {
  const found = await groups(['--env', 'production'], { API_PROCESSES: '4', SUBSCRIBER_PROCESSES: '7' });
  expect([found.api.instances, found.subscribers.instances]).toEqual([4, 7]);
});

it.each([
  ['an unknown environment', ['--env', 'staging'], {}, /--env staging: there are local, development, production/],
  ['a count that is none', [], { API_PROCESSES: 'max' }, /API_PROCESSES: "max" is not a whole number from 1 on/],
  ['no processes at all', [], { SUBSCRIBER_PROCESSES: '0' }, /SUBSCRIBER_PROCESSES: "0"/],
])('refuses %s', async (_, args, environment, words) => {
  const { code, stderr } = await load(args, environment);
  expect(code).not.toBe(0);
  expect(stderr).toMatch(words);
});

it('waits for ready, backs off, bounds memory, and leaves time to drain to the process itself', async () => {
  for (const group of Object.values(await groups([], { DRAIN_SECONDS: '45' }))) {
    expect(group.wait_ready).toBe(true);
    expect(group.treekill).toBe(false);
    expect(group.kill_timeout).toBeGreaterThan(45_000);
    expect(group.max_memory_restart).toMatch(/^\d+[MG]$/);
    expect(group.exp_backoff_restart_delay).toBeGreaterThan(0);
  }
});

it('logs under ASSAY_HOME and passes LOG_LEVEL on', async () => {
  const { api, subscribers } = await groups([], { ASSAY_HOME: '/var/lib/elsewhere', LOG_LEVEL: 'warn' });
  for (const file of [api.out_file, api.error_file, subscribers.out_file, subscribers.error_file]) {
    expect(file.startsWith('/var/lib/elsewhere/logs/')).toBe(true);
  }
  expect(api['env_production']?.['LOG_LEVEL']).toBe('warn');
});
