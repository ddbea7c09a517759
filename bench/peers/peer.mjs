import { readdirSync } from 'node:fs';

/**
 * A peer is a program of its own: it gets what to do as JSON, moves every photo beneath `from` to the same path beneath `to`, and prints what it
 * did as one line of JSON. The time is its own, so that nobody pays for the start of Node.js.
 * @typedef {{ from: string, to: string }} Way
 */

/**
 * Runs `work` once over `warmUp` (so that the compiler has seen the code) and then, timed, over the way itself.
 * @param {(way: Way) => Promise<number> | number} work returns how many files it moved
 */
export async function asPeer(work) {
  const { warmUp, ...way } = JSON.parse(process.argv[2]);
  if (warmUp) await work(warmUp);
  const began = performance.now();
  const files = await work(way);
  process.stdout.write(`${JSON.stringify({ files, seconds: (performance.now() - began) / 1000 })}\n`);
}

/** Folders of a folder, itself first as `''`, depth first. */
export function* foldersOf(root, relative = '') {
  const inner = [];
  const names = [];
  for (const entry of readdirSync(relative === '' ? root : `${root}/${relative}`, { withFileTypes: true })) {
    if (entry.isDirectory()) inner.push(relative === '' ? entry.name : `${relative}/${entry.name}`);
    else if (entry.isFile()) names.push(entry.name);
  }
  yield { relative, names };
  for (const folder of inner) yield* foldersOf(root, folder);
}
