import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { CommandFailure, say } from '../../deploy/local/say.mjs';
import { foldersOf } from '../peers/peer.mjs';
import { FactReaders } from '../peers/product-parts.mjs';
import { runPeer } from '../peers/run-peer.mjs';
import { median } from '../probe/percentiles.mjs';
import { interleaved, ratioOf } from '../rounds.mjs';

const NEEDS = ['signature', 'dimensions', 'metadata'];
/** Requests at once, as many as a walk has. */
const AHEAD = 4;
const BATCH = 500;

/** Metadata alone: one reader process beside exifr without any guard; and what a reader holds after very many files. */
export async function reading(bench) {
  const { plan } = bench;
  const photos = await bench.delivery({ count: plan.photos });
  const warmUp = await bench.delivery({ count: plan.naivePhotos, seed: 2 });
  say('\nReading metadata, one process each');
  const readers = new FactReaders({ processes: 1, niceness: 0 });
  bench.cleanUps.push(() => readers.close());
  await readAll(readers, warmUp);
  const contestants = {
    ours: async () => told('Assay, one reader', photos.count, await timed(() => readAll(readers, photos))),
    theirs: async () => {
      const { files, seconds } = await runPeer('exifr-alone.mjs', { from: photos.from, warmUp: { from: warmUp.from } });
      return told('exifr alone', files, seconds);
    },
  };
  const results = await interleaved(plan.rounds, contestants);
  const held = await holdings(readers, photos, plan.reading);
  await readers.close();
  return {
    measured: [
      {
        key: 'reading',
        value: ratioOf(results.ours, results.theirs),
        ours: median(results.ours),
        theirs: median(results.theirs),
        unit: 'files/s',
        rounds: results.ours.map((ours, round) => ({ ours, theirs: results.theirs[round] })),
      },
      ...held,
    ],
  };
}

function told(who, files, seconds) {
  say(`  ${who.padEnd(28)} ${files} files in ${seconds.toFixed(2)} s, ${Math.round(files / seconds)} files/s`);
  return files / seconds;
}

async function timed(act) {
  const began = performance.now();
  await act();
  return (performance.now() - began) / 1000;
}

/** Every photo once. Throws where one was not read, or has a problem. */
async function readAll(readers, delivery) {
  const underWay = new Set();
  for (const { relative, names } of foldersOf(delivery.from))
    for (let from = 0; from < names.length; from += BATCH) {
      const request = { root: delivery.from, folder: relative, names: names.slice(from, from + BATCH), needs: NEEDS };
      const work = readers.read({ ...request, listed: true }).then((read) => {
        const wrong = read.find((one) => one.kind !== 'read' || one.facts.problems.length > 0);
        if (wrong) throw new CommandFailure(`A photo was not read: ${JSON.stringify(wrong)}`);
        underWay.delete(work);
      });
      underWay.add(work);
      if (underWay.size >= AHEAD) await Promise.race(underWay);
    }
  await Promise.all(underWay);
}

/** Memory and descriptors of the reader after few and after many reads; nothing where there is no /proc. */
async function holdings(readers, delivery, reads) {
  if (process.platform !== 'linux' || reads === null) return [];
  const pass = async (files, counted) => {
    let done = counted;
    for (; done < files; done += delivery.count) await readAll(readers, delivery);
    await sleep(500);
    return { done, ...holdingOf(readerProcess()) };
  };
  const few = await pass(reads.few, 0);
  const many = await pass(reads.many, few.done);
  say(`  a reader after ${few.done} files      ${Math.round(few.megabytes)} MB, ${few.descriptors} descriptors`);
  say(`  a reader after ${many.done} files     ${Math.round(many.megabytes)} MB, ${many.descriptors} descriptors`);
  const row = (key, unit, field) => ({
    key,
    value: many[field] / few[field],
    ours: many[field],
    theirs: few[field],
    unit,
    rounds: [{ ours: many[field], theirs: few[field] }],
  });
  return [row('reading-memory', 'MB', 'megabytes'), row('reading-descriptors', 'descriptors', 'descriptors')];
}

/** The one child of this process that is a reader. */
function readerProcess() {
  const children = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && parentOf(name) === process.pid);
  const reader = children.find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('read-facts/reader'));
  if (reader === undefined) throw new CommandFailure('The reader has ended: it should have lived on');
  return reader;
}

function parentOf(pid) {
  try {
    return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  } catch {
    // It ended while the list was read.
    return null;
  }
}

function holdingOf(pid) {
  const kilobytes = Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  return { megabytes: (kilobytes * 1024) / 1e6, descriptors: readdirSync(`/proc/${pid}/fd`).length };
}
