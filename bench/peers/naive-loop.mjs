import { mkdir, rename } from 'node:fs/promises';
import path from 'node:path';
import exifr from 'exifr';
import glob from 'fast-glob';
import { asPeer } from './peer.mjs';

/* What one writes first: it moves with `rename`, which replaces whatever has the name. */

await asPeer(async ({ from, to }) => {
  let moved = 0;
  for await (const file of glob.stream('**/*', { cwd: from })) {
    const facts = await exifr.parse(path.join(from, file));
    if (!facts?.DateTimeOriginal) continue;
    await mkdir(path.dirname(path.join(to, file)), { recursive: true });
    await rename(path.join(from, file), path.join(to, file));
    moved += 1;
  }
  return moved;
});
