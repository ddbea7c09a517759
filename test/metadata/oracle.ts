import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { type Expected } from './accuracy';

const FIELDS = [
  ...['FileType', 'MIMEType', 'ImageWidth', 'ImageHeight', 'Make', 'Model', 'Orientation', 'Rotation'],
  ...['DateTimeOriginal', 'CreateDate', 'SubSecTimeOriginal', 'OffsetTimeOriginal', 'OffsetTime'],
  ...['GPSLatitude', 'GPSLongitude', 'Warning', 'Error'],
];
const FILES_AT_ONCE = 100;
const run = promisify(execFile);

/** The installed exiftool, else the one that the product brings along. */
async function exiftoolCommand(): Promise<[program: string, ...args: string[]]> {
  try {
    await run('exiftool', ['-ver']);
    return ['exiftool'];
  } catch {
    return ['perl', join(dirname(require.resolve('exiftool-vendored.pl/package.json')), 'bin', 'exiftool')];
  }
}

/** What exiftool reads of every file in a folder, in the form of an oracle; paths relative to it. */
export async function makeOracle(folder: string): Promise<Expected[]> {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
  const [program, ...before] = await exiftoolCommand();
  const expected: Expected[] = [];
  for (let start = 0; start < paths.length; start += FILES_AT_ONCE) {
    const some = paths.slice(start, start + FILES_AT_ONCE);
    const args = [...before, '-config', '', '-json', '-n', ...FIELDS.map((field) => `-${field}`), '--', ...some];
    // It ends with 1 where any file was bad, and has answered all the same.
    const { stdout } = await run(program, args, { cwd: folder, maxBuffer: 64 * 1024 * 1024 }).catch(
      (error: Error & { stdout?: string }) => ({ stdout: error.stdout ?? '' }),
    );
    const answers = stdout === '' ? [] : (JSON.parse(stdout) as (Expected & { SourceFile: string })[]);
    for (const { SourceFile, ...answer } of answers) expected.push({ ...answer, path: SourceFile });
  }
  return expected;
}
