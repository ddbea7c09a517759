import { createRequire } from 'node:module';
import path from 'node:path';
import { CHECKOUT } from '../../deploy/local/checkout.mjs';
import { foldersOf } from '../peers/peer.mjs';

/*
 * What a reader does with each file, in a process of its own that can be profiled (readers are started with options of their own and end by
 * SIGKILL): the same functions on the same files, without the messages. Prints the processor's microseconds of one file.
 */

const require = createRequire(import.meta.url);
const { readEntry } = require(path.join(CHECKOUT, 'dist/libs/files/src/read-facts/read-entry.js'));
const { openFolder } = require(path.join(CHECKOUT, 'dist/libs/files/src/folder.js'));

const { root, warmUp } = JSON.parse(process.argv[2]);
const NEEDS = ['metadata', 'dimensions'];
/** A delivery of photos needs neither; null would mean that nothing of others may look at the bytes. */
const outside = { rareMediaTypes: () => Promise.resolve(undefined), exiftool: null };

async function readAll(top) {
  let files = 0;
  for (const { relative, names } of foldersOf(top)) {
    const folder = openFolder(top, relative);
    for (const name of names) {
      await readEntry(folder.entry(name), name, NEEDS, outside, { listed: true });
      files += 1;
    }
    folder.close();
  }
  return files;
}

await readAll(warmUp);
const before = process.cpuUsage();
const files = await readAll(root);
const { user, system } = process.cpuUsage(before);
process.stdout.write(`${JSON.stringify({ files, microseconds: (user + system) / files })}\n`);
