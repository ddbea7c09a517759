import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const DIST = resolve(__dirname, '../../dist');

/** Packages of which a process that loads these files of the product, and runs `then`, has loaded anything. */
function loaded(files: readonly string[], then = ''): string[] {
  const paths = files.map((file) => join(DIST, `${file}.js`));
  for (const path of paths) if (!existsSync(path)) throw new Error(`${path} is not built: run the tests by npm test`);
  const program = `
    require('reflect-metadata');
    const loaded = ${JSON.stringify(paths)}.map((path) => require(path));
    (async () => {
      ${then}
      const name = (path) => /.*node_modules.((?:@[^/]+.)?[^/]+)/.exec(path)?.[1];
      const packages = new Set(Object.keys(require.cache).map(name));
      process.stdout.write(JSON.stringify([...packages].filter(Boolean)), () => process.exit());
    })();`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--eval', program], {
    cwd: DIST,
    env: { ...process.env, NODE_OPTIONS: '' },
    encoding: 'utf8',
  });
  if (stdout === '') throw new Error(stderr);
  return (JSON.parse(stdout) as string[]).sort();
}

const OF_PROFILES = ['ajv', 'liquidjs', 're2js', 'yaml'];
const openLedger = (url: string): string => `const { openLedger } = loaded[0];
  await openLedger({ url: ${JSON.stringify(url)}, patience: 100 }).catch(() => undefined);`;

describe('a process', () => {
  it('that places files loads nothing of profiles, of HTTP or of walking', () => {
    const packages = loaded(['apps/subscriber/src/subscriber', 'apps/subscriber/src/log', 'libs/config/src/index']);
    expect(packages).toEqual(expect.arrayContaining(['@golevelup/nestjs-rabbitmq', 'koffi', 'zod']));
    const others = [
      ...OF_PROFILES,
      'pg',
      'better-sqlite3',
      'fast-glob',
      'express',
      '@nestjs/swagger',
      'exifr',
      'sharp',
    ];
    expect(packages.filter((name) => others.includes(name))).toEqual([]);
  });

  it('that walks parses no profile, and loads no compiler before a profile wants it', () => {
    const packages = loaded(['libs/scanning/src/index']);
    expect(packages).toContain('liquidjs');
    const others = ['ajv', 're2js', 'yaml', 'pg', 'better-sqlite3', 'fast-glob', 'express', '@nestjs/swagger'];
    expect(packages.filter((name) => others.includes(name))).toEqual([]);
  });

  it('that stores loads the driver of its own ledger alone', () => {
    const folder = mkdtempSync(join(tmpdir(), 'assay-loaded-'));
    const sqlite = loaded(['libs/ledger/src/open-ledger'], openLedger(`sqlite:${folder}/ledger.sqlite`));
    rmSync(folder, { recursive: true });
    expect(sqlite.filter((name) => !['bindings', 'file-uri-to-path'].includes(name))).toEqual([
      'better-sqlite3',
      'reflect-metadata',
    ]);
    const postgres = loaded(['libs/ledger/src/open-ledger'], openLedger('postgres://nobody@127.0.0.1:1/nowhere'));
    expect(postgres).toContain('pg');
    expect(postgres).not.toContain('better-sqlite3');
  });
});
