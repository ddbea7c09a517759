import { errnoOf, identityAt, openFolder } from '@assay/files';
import type { FoundFile, Letter } from '@assay/ledger';
import { BrokenDisk } from './broken-disk';
import { type MetFile, type ReadFile, foundFile } from './judge';
import { comparisonOf } from './judge-met';
import { unsettledFound, whenSettled } from './unsettled';
import { type WalkContext, beneathRoot, foundNothing, pathOf, readNames, sortResult } from './walk-folder';

/** The quiet period of a file that is worth waiting for; one that is younger goes as it stands. */
const SHORT_WAIT_MS = 3_000;

interface ChangedFile {
  path: string;
  read: ReadFile;
}

const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

/**
 * Which of these letters' files are others than were judged, by path, each read and judged anew. What is as it was judged is not read.
 * Nor is there anything for what can't be judged now, since it is gone, unreadable, no regular file any more or still being written: it
 * goes as it stands, and placing says what is the matter with it.
 */
export async function judgeAgain(context: WalkContext, letters: Letter[]): Promise<Map<string, FoundFile>> {
  const changed = await changedFiles(context, letters);
  const { scan, profile } = context;
  const comparison = comparisonOf(context);
  if (comparison === null || changed.length === 0)
    return new Map(changed.map(({ path, read }) => [path, foundFile(scan, path, read, profile)]));
  const compared = await orNothing(
    comparison.compare(changed.map(({ path, read }) => ({ path, at: `${scan.directory}/${path}`, read }))),
  );
  return new Map(
    compared.flatMap((one, index) => {
      const file = changed[index];
      return file ? [[file.path, foundFile(scan, file.path, file.read, profile, one)] as const] : [];
    }),
  );
}

/** In the order of their numbers. */
async function changedFiles(context: WalkContext, letters: Letter[]): Promise<ChangedFile[]> {
  const found = foundNothing();
  for (const [folder, members] of byFolder(letters)) {
    const names = changedNames(context, folder, members);
    const results = names.length === 0 ? [] : await readNames(context, folder, names, { listed: false });
    for (const [index, result] of results.entries())
      if (result.kind === 'read') sortResult(context, pathOf(folder, names[index] ?? ''), result, found);
  }
  const { unsettled } = found;
  if (unsettled.length > 0 && (await whenSettled(unsettled, context.settle, SHORT_WAIT_MS)))
    found.files.push(...(await orNothing(unsettledFound(context, unsettled).then(({ files }) => files))));
  const numbers = new Map(letters.map(({ path, seq }) => [path, seq]));
  const numberOf = ({ path }: MetFile): number => numbers.get(path) ?? 0;
  return found.files
    .flatMap((file) => ('read' in file ? [file] : []))
    .sort((one, other) => numberOf(one) - numberOf(other));
}

/** A disk that can't be read says nothing of what changed. */
async function orNothing<T>(list: Promise<T[]>): Promise<T[]> {
  try {
    return await list;
  } catch (error) {
    if (error instanceof BrokenDisk) return [];
    throw error;
  }
}

function byFolder(letters: Letter[]): Map<string, Letter[]> {
  const folders = new Map<string, Letter[]>();
  for (const letter of letters) {
    const folder = folderOf(letter.path);
    const members = folders.get(folder);
    if (members) members.push(letter);
    else folders.set(folder, [letter]);
  }
  return folders;
}

/** Names in a folder under which another file lies than was judged. */
function changedNames(context: WalkContext, folder: string, letters: Letter[]): string[] {
  try {
    const open = openFolder(context.directory.root, beneathRoot(context, folder));
    try {
      return letters.flatMap(({ path, identity, held }) => {
        const name = path.slice(folder === '' ? 0 : folder.length + 1);
        const there = held ? null : identityAt(open, name);
        return there === null || there === identity ? [] : [name];
      });
    } finally {
      open.close();
    }
  } catch (error) {
    if (errnoOf(error) === '') throw error;
    // The folder is gone or can't be looked into: so it is for all that lies in it.
    return [];
  }
}
