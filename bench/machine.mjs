import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { CHECKOUT } from '../deploy/local/checkout.mjs';

/** Where and with what was measured. */
export function machine() {
  const [cpu] = os.cpus();
  return {
    date: new Date().toISOString().slice(0, 16).replace('T', ' '),
    processor: cpu?.model.trim() ?? 'unknown',
    cores: os.availableParallelism(),
    memoryGigabytes: Math.round(os.totalmem() / 1e9),
    system: `${os.type()} ${os.release()}`,
    node: process.version,
    rabbitmq: rabbitmqVersion(),
    commit: git(['rev-parse', '--short', 'HEAD']),
    changed: git(['status', '--porcelain', '--', 'apps', 'libs', 'deploy']) !== '',
    /** Of the last minute: above the number of cores, something else was running too. */
    loadAtEnd: os.loadavg()[0],
    versions: Object.fromEntries(
      ['exifr', 'fast-glob', 'better-sqlite3', 'amqplib', '@golevelup/nestjs-rabbitmq'].map((name) => [
        name,
        versionOf(name),
      ]),
    ),
  };
}

function versionOf(name) {
  return JSON.parse(readFileSync(path.join(CHECKOUT, 'node_modules', name, 'package.json'), 'utf8')).version;
}

function git(args) {
  try {
    return execFileSync('git', args, { cwd: CHECKOUT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return 'unknown';
  }
}

function rabbitmqVersion() {
  const { stdout } = spawnSync('dpkg-query', ['-W', '-f', '${Version}', 'rabbitmq-server'], { encoding: 'utf8' });
  return stdout?.trim() || 'unknown';
}
