import { FactReaders } from '@assay/files';
import { readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { AccuracyTable, type Expected, observe, observeReading } from './accuracy';
import { makeOracle } from './oracle';
import { shortfalls } from './targets';

const USAGE = `npm run test:metadata -- DIR EXPECTED.jsonl [--make-oracle]

Reads every file that EXPECTED.jsonl names (one JSON object a line, its "path" relative to DIR or to the folder of
EXPECTED.jsonl) and compares it with what is expected. --make-oracle writes EXPECTED.jsonl first, by exiftool.
Ends with 1 where a target is missed, with 2 where it could not be run.`;

const NEEDS = ['dimensions', 'metadata'] as const;

function readOracle(path: string): Expected[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as Expected);
}

function byFolder(oracle: readonly Expected[]): Map<string, Expected[]> {
  const folders = new Map<string, Expected[]>();
  for (const expected of oracle) {
    const folder = dirname(expected.path);
    folders.set(folder, [...(folders.get(folder) ?? []), expected]);
  }
  return folders;
}

async function compare(root: string, oracle: readonly Expected[]): Promise<{ table: AccuracyTable; unread: string[] }> {
  const table = new AccuracyTable();
  const unread: string[] = [];
  const readers = new FactReaders({ processes: 2 });
  try {
    for (const [folder, files] of byFolder(oracle)) {
      const names = files.map(({ path }) => basename(path));
      const results = await readers.read({ root, folder: folder === '.' ? '' : folder, names, needs: NEEDS });
      files.forEach((expected, index) => {
        const result = results[index];
        if (result?.kind === 'read')
          table.add([observeReading(expected, result.facts), ...observe(expected, result.facts)]);
        else unread.push(`${result?.kind ?? 'nothing'}: ${expected.path}`);
      });
    }
  } finally {
    await readers.close();
  }
  return { table, unread };
}

async function main(args: readonly string[]): Promise<number> {
  const [folder, oraclePath] = args.filter((arg) => !arg.startsWith('--'));
  if (folder === undefined || oraclePath === undefined) {
    console.error(USAGE);
    return 2;
  }
  const given = realpathSync(folder);
  if (args.includes('--make-oracle')) {
    const made = await makeOracle(given);
    writeFileSync(oraclePath, made.map((expected) => `${JSON.stringify(expected)}\n`).join(''));
    console.log(`${made.length} files by exiftool in ${oraclePath}`);
  }
  const oracle = readOracle(oraclePath);
  // Paths are relative to the folder, or to where the oracle lies.
  const beside = realpathSync(dirname(resolve(oraclePath)));
  const first = oracle[0]?.path ?? '';
  const root = [given, beside].find((candidate) => exists(join(candidate, first)));
  if (root === undefined) {
    console.error(`${first} is neither in ${given} nor in ${beside}.\n\n${USAGE}`);
    return 2;
  }
  const { table, unread } = await compare(root, oracle);
  console.log(table.toString());
  if (unread.length > 0) console.log(`\nnot read:\n${unread.join('\n')}`);
  const short = shortfalls(table);
  console.log(short.length === 0 ? '\nAll targets are met.' : `\nMissed:\n${short.join('\n')}`);
  return short.length === 0 && unread.length === 0 ? 0 : 1;
}

function exists(path: string): boolean {
  try {
    realpathSync(path);
    return true;
  } catch {
    return false;
  }
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error);
    process.exitCode = 2;
  },
);
