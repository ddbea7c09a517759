import { createHash } from 'node:crypto';
import { createReadStream, mkdirSync, openSync, readdirSync, rmSync, statSync, writeSync, closeSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pipeline } from 'node:stream/promises';
import { say } from '../../deploy/local/say.mjs';
import { flush } from '../delivery/delivery.mjs';
import { randomFrom } from '../delivery/random.mjs';
import { runProgram } from '../peers/run-peer.mjs';
import { median } from '../probe/percentiles.mjs';
import { LostFiles } from '../rounds.mjs';

const BLOCK = 1 << 20;

/**
 * Large files there and back across two devices: the product verifies what it wrote and flushes it, `cp` and `rm` do neither. Seconds are of both
 * ways together.
 */
export async function largeFiles(bench) {
  if (bench.plan.large === null) return { measured: [] };
  const { files, bytes } = bench.plan.large;
  if (bench.otherDevice === null)
    return { measured: [], notes: ['Large files were not measured: there is no second device.'] };
  say(`\n${files} files of ${Math.round(bytes / 1e6)} MB across devices, there and back`);
  const here = path.join(bench.data, 'large');
  const there = path.join(bench.otherDevice, 'large');
  const place = (top, name) => path.join(top, name);
  for (const top of [here, there]) rmSync(top, { recursive: true, force: true });
  const start = place(here, 'start');
  const digests = make(start, files, bytes);
  flush(here);
  await sleep(2_500);
  const { client } = await bench.product();
  const rounds = [];
  let from = start;
  // The names change, since a scan may neither read nor write where another's files still are.
  const move = async (top, name, act) => {
    const to = place(top, name);
    mkdirSync(top, { recursive: true });
    const seconds = await act(from, to);
    await same(to, digests, name);
    rmSync(from, { recursive: true, force: true });
    from = to;
    flush(here);
    return seconds;
  };
  const byProduct = async (source, to) => {
    const began = Date.now();
    const { id } = await client.post('/v1/scans', {
      directory: source,
      accept: to,
      quarantine: `${to}-quarantined`,
      profile: 'any-file',
    });
    const scan = await client.finished(id);
    if (scan.counts.accepted !== files || !scan.balanced)
      throw new LostFiles(`Assay did not move every large file: ${JSON.stringify(scan.counts)}`);
    return (Date.parse(scan.finishedAt) - began) / 1000;
  };
  const byPrograms = async (source, to) => {
    const began = performance.now();
    await runProgram('cp', ['-p', '-R', source, to]);
    await runProgram('rm', ['-r', source]);
    return (performance.now() - began) / 1000;
  };
  const flushed = async (source, to) => {
    const began = performance.now();
    await byPrograms(source, to);
    flush(path.dirname(to));
    return (performance.now() - began) / 1000;
  };
  try {
    for (let round = 1; round <= bench.plan.rounds; round += 1) {
      const both = async (name, act) =>
        (await move(there, `${name}-${round}`, act)) + (await move(here, `${name}-${round}-back`, act));
      const ours = await both('assay', byProduct);
      const theirs = await both('cp', byPrograms);
      const durable = await both('cp-sync', flushed);
      say(
        `  round ${round}: Assay ${ours.toFixed(1)} s, cp and rm ${theirs.toFixed(1)} s, flushed ${durable.toFixed(1)} s`,
      );
      rounds.push({ ours, theirs, durable });
    }
  } finally {
    for (const top of [here, there]) rmSync(top, { recursive: true, force: true });
  }
  const perSecond = (which) => (2 * files * bytes) / 1e6 / median(rounds.map((round) => round[which]));
  const row = (key, which) => ({
    key,
    value: median(rounds.map((round) => round[which] / round.ours)),
    ours: perSecond('ours'),
    theirs: perSecond(which),
    unit: 'MB/s',
    rounds,
  });
  return { measured: [row('large-files', 'theirs'), row('large-files-flushed', 'durable')] };
}

/** Each of other bytes. @returns {Map<string, string>} digests by name */
function make(folder, files, bytes) {
  mkdirSync(folder, { recursive: true });
  const random = randomFrom(7);
  const block = Buffer.from(Array.from({ length: BLOCK }, () => Math.floor(random() * 256)));
  const digests = new Map();
  for (let number = 0; number < files; number += 1) {
    const name = `FILM_${String(number + 1).padStart(3, '0')}.dat`;
    const hash = createHash('sha256');
    const file = openSync(path.join(folder, name), 'w');
    for (let at = 0; at < bytes; at += BLOCK) {
      block.writeUInt32LE(number, 0);
      block.writeUInt32LE(at / BLOCK, 4);
      hash.update(block);
      writeSync(file, block);
    }
    closeSync(file);
    digests.set(name, hash.digest('hex'));
  }
  return digests;
}

/** Every byte is read again, whoever moved it. */
async function same(folder, digests, who) {
  const names = readdirSync(folder);
  const missing = [...digests.keys()].filter((name) => !names.includes(name));
  if (missing.length > 0) throw new LostFiles(`${who}: ${missing.length} large files are not there`);
  for (const [name, digest] of digests) {
    const hash = createHash('sha256');
    await pipeline(createReadStream(path.join(folder, name), { highWaterMark: BLOCK }), hash);
    if (hash.digest('hex') !== digest) throw new LostFiles(`${who}: ${name} has other bytes`);
  }
}

/** A folder on another device than `data`, where there is one with room enough in memory; else null. */
export function otherDeviceThan(data, name) {
  const stats = statSync('/dev/shm', { throwIfNoEntry: false });
  return stats && stats.dev !== statSync(data).dev ? `/dev/shm/${name}` : null;
}
