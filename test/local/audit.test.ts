import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKOUT, evaluate, runNode, temporaryFolder } from './run-program';

jest.setTimeout(120_000);

interface Advice {
  id: number;
  url: string;
  title: string;
  severity: string;
  vulnerable_versions: string;
}
const advice = (severity: string): Advice => ({
  ...{ id: 1, url: 'https://advisories.example/GHSA-aaaa-bbbb-cccc', title: 'Everything is possible' },
  ...{ severity, vulnerable_versions: '*' },
});

/** Of the version that the lock has. */
function packument(name: string): object {
  const lock = JSON.parse(readFileSync(join(CHECKOUT, 'package-lock.json'), 'utf8')) as Lock;
  const { version = '0.0.0' } = lock.packages[`node_modules/${name}`] ?? {};
  return { name, versions: { [version]: { name, version } }, 'dist-tags': { latest: version } };
}

interface Lock {
  packages: Record<string, { version?: string }>;
}

describe('npm run audit', () => {
  let registry: Server;
  let answer: { status: number; body: Record<string, Advice[]> };
  let asked: string[];
  const caches: string[] = [];
  beforeAll(async () => {
    registry = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      const isAudit = request.url?.endsWith('/advisories/bulk') === true;
      // npm looks at what depends on a package that is not well.
      const name = decodeURIComponent(request.url?.slice(1) ?? '');
      const status = isAudit ? answer.status : 200;
      const body = isAudit ? answer.body : packument(name);
      request.resume().on('end', () => response.writeHead(status).end(status === 200 ? JSON.stringify(body) : ''));
    });
    await new Promise<void>((listening) => registry.listen(0, '127.0.0.1', listening));
  });
  beforeEach(() => (asked = []));
  afterAll(() => {
    registry.close();
    for (const cache of caches) rmSync(cache, { recursive: true, force: true });
  });

  const audit = (status: number, body: Record<string, Advice[]>) => {
    answer = { status, body };
    const url = `http://127.0.0.1:${(registry.address() as AddressInfo).port}/`;
    // Of its own: npm remembers what it was told of a package.
    const cache = temporaryFolder();
    caches.push(cache);
    return runNode(['deploy/local/audit.mjs'], {
      ...{ npm_config_registry: url, npm_config_fetch_retries: '0', npm_config_cache: cache },
    });
  };

  it('asks the registry that npm is set to, and passes where nothing grave is known', async () => {
    const { code, stdout } = await audit(200, { yaml: [advice('moderate')] });
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/^No package of \d+ is known to be vulnerable/) as string,
    ]);
    expect(asked).toContain('POST /-/npm/v1/security/advisories/bulk');
  });

  it.each(['high', 'critical'])('fails for what is %s, and names it', async (severity) => {
    const { code, stderr } = await audit(200, { yaml: [advice(severity)] });
    expect(code).toBe(1);
    expect(stderr).toContain(
      `yaml: ${severity}: Everything is possible (https://advisories.example/GHSA-aaaa-bbbb-cccc)`,
    );
  });

  it('says that nothing is known where the registry has no audit', async () => {
    const { code, stderr } = await audit(405, {});
    expect(code).toBe(1);
    expect(stderr).toContain('Nothing is known: the registry that npm is set to has no audit');
  });

  it('passes what is explained, until the day that is said, and names explanations that nothing needs', async () => {
    const judged = (exceptions: object[], advisories: object[]) =>
      evaluate(
        `import { judged } from './audit.mjs';
         console.log(JSON.stringify(judged(${JSON.stringify(advisories)}, ${JSON.stringify(exceptions)}, '2026-11-20')));`,
      );
    const known = { id: 'GHSA-1', name: 'p', severity: 'high', title: 't', url: 'u' };
    const why = 'never reached';
    expect(await judged([{ id: 'GHSA-1', why, until: '2026-11-20' }], [known])).toEqual([]);
    expect(await judged([{ id: 'GHSA-1', why, until: '2026-11-19' }], [known])).toEqual([
      'p: the exception for GHSA-1 ran out on 2026-11-19',
    ]);
    expect(await judged([{ id: 'GHSA-2', why, until: '2027-01-01' }], [known])).toEqual([
      'p: high: t (u)',
      'the exception for GHSA-2 is not needed any more: remove it',
    ]);
  });
});
