import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { findOnPath } from '../../deploy/local/rabbitmq-server.mjs';
import { runProgram } from './run-peer.mjs';

/** The very program that the product has for rare formats; null where there is no perl to run it. */
export function exiftoolProgram() {
  const perl = findOnPath('perl');
  if (perl === null) return null;
  const found = createRequire(import.meta.url).resolve('exiftool-vendored.pl/package.json');
  return { perl, script: path.join(path.dirname(found), 'bin', 'exiftool') };
}

/** exiftool's own way to sort by date, one process; it never replaces a file. @param {import('./peer.mjs').Way} way */
export async function moveByExiftool({ from, to }) {
  const { perl, script } = exiftoolProgram();
  const { seconds } = await runProgram(perl, [
    script,
    '-q',
    '-fast2',
    '-r',
    '-d',
    `${to}/%Y/%m/%d`,
    '-directory<DateTimeOriginal',
    from,
  ]);
  const files = readdirSync(to, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length;
  return { files, seconds };
}

export async function exiftoolVersion() {
  const { perl, script } = exiftoolProgram();
  return (await runProgram(perl, [script, '-ver'])).output.trim();
}
