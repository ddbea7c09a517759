import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const CHECKOUT = resolve(__dirname, '../..');
const ROOMS = ['inspection', 'files', 'broker', 'ledger', 'scanning', 'placing', 'config'];
/** Stand-ins of packages: where they lie is all that the walls look at. */
const PACKAGES = ['amqplib', '@golevelup/nestjs-rabbitmq', '@nestjs/common', 'better-sqlite3', 'pm2'];

export interface Violation {
  rule: string;
  /** The file that imports, or that should not exist. */
  from: string;
}

/** A small house with the walls of this checkout: each room has an index and something private, each app its entry. */
export class PlantedHouse {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'assay-walls-')));

  constructor() {
    for (const name of ['.dependency-cruiser.js', 'tsconfig.json'])
      copyFileSync(join(CHECKOUT, name), join(this.folder, name));
    this.write('package.json', JSON.stringify({ name: 'planted', type: 'commonjs' }));
    for (const name of PACKAGES) {
      this.write(`node_modules/${name}/package.json`, JSON.stringify({ name, version: '1.0.0', main: 'index.js' }));
      this.write(`node_modules/${name}/index.js`, 'module.exports = {};');
      this.write(`node_modules/${name}/index.d.ts`, 'export declare const thing: number;');
    }
    for (const room of ROOMS) {
      this.write(`libs/${room}/src/index.ts`, "export * from './private';");
      this.write(`libs/${room}/src/private.ts`, `export const ${room} = 1;`);
    }
    this.write('libs/inspection/src/profile/index.ts', "export { inspection as profile } from '../private';");
    for (const app of ['api', 'subscriber']) this.write(`apps/${app}/src/main.ts`, `export const ${app} = 1;`);
    this.write('apps/api/src/second-door.ts', "export { profile } from '@assay/inspection/profile';");
    this.write('test/suite.ts', 'export const suite = 1;');
  }

  write(path: string, text: string): void {
    const absolute = join(this.folder, path);
    mkdirSync(dirname(absolute), { recursive: true });
    writeFileSync(absolute, text);
  }

  /** What dependency-cruiser says, as `npm test` calls it, and how many errors its exit code counts. */
  cruise(): { violations: Violation[]; code: number | null } {
    const program = join(CHECKOUT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
    const args = ['--config', '.dependency-cruiser.js', '--output-type', 'json', 'apps', 'libs', 'test'];
    const asJson = spawnSync(process.execPath, [program, ...args], {
      cwd: this.folder,
      env: { ...process.env, NODE_OPTIONS: '' },
      encoding: 'utf8',
      maxBuffer: 64 << 20,
    });
    if (asJson.stdout === '') throw new Error(asJson.stderr);
    const { summary } = JSON.parse(asJson.stdout) as {
      summary: { error: number; violations: { from: string; rule: { name: string; severity: string } }[] };
    };
    const violations = summary.violations
      .filter(({ rule }) => rule.severity === 'error')
      .map(({ rule, from }) => ({ rule: rule.name, from }));
    return { violations, code: summary.error };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
