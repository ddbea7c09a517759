import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { aptInstall, mayInstall } from '../../deploy/local/apt.mjs';
import { answers, freePort } from '../../deploy/local/ports.mjs';
import { endProgram, programOf } from '../../deploy/local/program.mjs';
import { findOnPath } from '../../deploy/local/rabbitmq-server.mjs';
import { say } from '../../deploy/local/say.mjs';

const POLICY = '/usr/sbin/policy-rc.d';
const READY_MS = 10_000;

/** Path of redis-server, installed first where that can be done; null where there is none. */
export function redisProgram() {
  const found = findOnPath('redis-server');
  if (found || !mayInstall()) return found;
  say('Installing the package redis-server, for BullMQ …');
  // Its own service is not wanted: Debian's way to say so.
  const guarded = !existsSync(POLICY);
  if (guarded) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    aptInstall(['redis-server'], 'Install redis-server in another way, or do without BullMQ.');
  } finally {
    if (guarded) rmSync(POLICY, { force: true });
  }
  return findOnPath('redis-server');
}

export function redisVersion(program) {
  return /v=(\S+)/.exec(spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout)?.[1] ?? 'unknown';
}

/**
 * A Redis of one's own that writes down what it is told (append-only file, flushed every second: what BullMQ advises).
 * @param {{ program: string, folder: string }} options
 * @returns {Promise<{ port: number, stop: () => Promise<void> }>}
 */
export async function startRedis({ program, folder }) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const port = await freePort(6390);
  const settings = {
    port,
    bind: '127.0.0.1',
    dir: folder,
    appendonly: 'yes',
    appendfsync: 'everysec',
    save: '',
    'maxmemory-policy': 'noeviction',
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child = spawn(program, [...args, '--logfile', path.join(folder, 'redis.log')], { stdio: 'ignore' });
  const running = programOf(child.pid);
  for (const deadline = Date.now() + READY_MS; !(await answers(port)); await sleep(50)) {
    if (Date.now() > deadline) throw new Error(`redis-server does not answer; see ${folder}/redis.log`);
  }
  return { port, stop: () => endProgram(running) };
}
