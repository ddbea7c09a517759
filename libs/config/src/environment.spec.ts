import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BadEnvironment, VARIABLES, readConfig } from './environment';

const broker = { AMQP_URL: 'amqp://u:p@127.0.0.1:5672/v' };
const problemsOf = (environment: NodeJS.ProcessEnv): string => {
  try {
    readConfig(environment, '/srv');
  } catch (error) {
    if (error instanceof BadEnvironment) return error.problems.join('\n');
    throw error;
  }
  return '';
};

describe('the environment', () => {
  it('gives every default, with paths resolved, as one frozen object', () => {
    const config = readConfig(broker, '/srv');
    expect(config).toMatchObject({
      subscribe: false,
      home: '/srv/.assay',
      roots: ['/srv/data'],
      profilesDir: '/srv/profiles',
      http: {
        host: '127.0.0.1',
        port: 3000,
        loopback: true,
        apiKeys: [],
        rateLimit: null,
        basePath: '',
        realTime: true,
      },
      databaseUrl: 'sqlite:/srv/.assay/ledger.sqlite',
      drainSeconds: 20,
    });
    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.isFrozen(config.http)).toBe(true);
  });

  it.each([
    ['true', true],
    ['True', false],
    ['TRUE', false],
    ['1', false],
    ['yes', false],
    ['true ', false],
    ['false', false],
    ['', false],
    [undefined, false],
  ])('subscribes only where activeInspectionSubscribe is exactly true (%j: %j)', (said, subscribes) => {
    expect(readConfig({ ...broker, activeInspectionSubscribe: said }).subscribe).toBe(subscribes);
  });

  it.each([
    ['true', 'false', true],
    ['false', 'false', false],
    ['true', 'true', false],
  ])(
    'lets requests go first by REAL_TIME (%j), unless the process moves files as well (%j): %j',
    (said, subscribes, allowed) => {
      const config = readConfig({ ...broker, REAL_TIME: said, activeInspectionSubscribe: subscribes });
      expect(config.http.realTime).toBe(allowed);
    },
  );

  it.each([
    [{ PORT: '99999' }, /^PORT is '99999' and must be a whole number from 0 to 65535/],
    [{ PORT: 'http' }, /^PORT is 'http'/],
    [{ LOG_LEVEL: 'loud' }, /^LOG_LEVEL is 'loud' and must be one of trace/],
    [{ INSPECTION_ROOTS: '/a::/b' }, /^INSPECTION_ROOTS is '\/a::\/b' and must name folders/],
    [{ DATABASE_URL: 'mysql://x' }, /^DATABASE_URL must be like sqlite:/],
    [{ AMQP_URL: 'http://x' }, /^AMQP_URL must be like amqp:/],
    [{ RATE_LIMIT: 'many' }, /^RATE_LIMIT is 'many' and must be/],
    [{ BASE_PATH: 'assay' }, /^BASE_PATH is 'assay' and must be empty or a path/],
    [{ REAL_TIME: 'yes' }, /^REAL_TIME is 'yes' and must be true or false/],
    [{ HOST: '0.0.0.0' }, /^API_KEYS must be set where HOST is not loopback/],
    [{ SUBSCRIBE_BATCH: '200', SUBSCRIBE_PREFETCH: '300' }, /^SUBSCRIBE_PREFETCH is '300' and must be at least twice/],
    [{ API_KEYS: 'a:0123456789abcdef,a:fedcba9876543210' }, /must not give one name twice/],
  ])('names the variable, its value and the mend: %j', (bad, problem) => {
    expect(problemsOf({ ...broker, ...bad })).toMatch(problem);
  });

  it('never repeats a secret in a problem', () => {
    const problems = problemsOf({ ...broker, API_KEYS: 'bob:,hunter2' });
    expect(problems).toMatch(/^API_KEYS entry 1 must be name:key/);
    expect(problems).not.toContain('hunter2');
  });

  it('tells all problems at once', () => {
    expect(problemsOf({ ...broker, PORT: 'x', LOG_LEVEL: 'y' }).split('\n')).toHaveLength(2);
  });

  it('finds the private node where no AMQP_URL is set, and says so where there is none', () => {
    const home = mkdtempSync(join(tmpdir(), 'config-'));
    expect(problemsOf({ ASSAY_HOME: home })).toMatch(/^AMQP_URL is not set and no private node was started/);
    writeFileSync(join(home, 'broker.json'), JSON.stringify({ amqpUrl: 'amqp://a:b@127.0.0.1:1234/assay' }));
    expect(readConfig({ ASSAY_HOME: home }).amqpUrl).toBe('amqp://a:b@127.0.0.1:1234/assay');
    rmSync(home, { recursive: true });
  });

  it('limits requests by default only where HOST is not loopback', () => {
    const keys = { API_KEYS: 'ops:0123456789abcdef' };
    expect(readConfig({ ...broker, ...keys, HOST: '0.0.0.0' }).http.rateLimit).toBe(100);
    expect(readConfig({ ...broker, ...keys, HOST: '0.0.0.0', RATE_LIMIT: '0' }).http.rateLimit).toBeNull();
    expect(readConfig({ ...broker, RATE_LIMIT: '7' }).http.rateLimit).toBe(7);
  });

  it('documents each variable once', () => {
    const names = VARIABLES.map((variable) => variable.name);
    expect(new Set(names).size).toBe(names.length);
  });
});
