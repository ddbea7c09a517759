import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKOUT, read, section, tableRows } from './checkout';

/** What no clone has, or what belongs to tools: not part of the house. */
const NOT_OURS = /^(node_modules|dist|coverage|data|results|\.git|\.assay.*)$/;

const holdsFiles = (folder: string): boolean =>
  readdirSync(join(CHECKOUT, folder), { withFileTypes: true }).some(
    (entry) => !entry.isDirectory() || holdsFiles(`${folder}/${entry.name}`),
  );

const foldersIn = (folder: string): string[] =>
  readdirSync(join(CHECKOUT, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !NOT_OURS.test(entry.name))
    .map((entry) => (folder === '' ? entry.name : `${folder}/${entry.name}`))
    .filter(holdsFiles);

/** Folders of the house: the first level, and the second. */
const real = foldersIn('').flatMap((folder) => [folder, ...foldersIn(folder)]);

describe('the map of folders in ARCHITECTURE.md', () => {
  const rows = tableRows(section(read('ARCHITECTURE.md'), 'Folders'));

  it('has every room and every second-level folder once, and no other', () => {
    expect(rows.map(([folder]) => folder).sort()).toEqual(real.map((folder) => `\`${folder}/\``).sort());
  });

  it('says of each what it is, in one line', () => {
    expect(rows.filter(([, purpose]) => (purpose ?? '').length < 10)).toEqual([]);
  });
});
