import type * as FastGlob from 'fast-glob';
import type { Dirent, Stats } from 'node:fs';
import { posix } from 'node:path';

/** Which of the names of one folder are selected; `folder` is relative to where the walk began, `''` for that itself. */
export type Selection = (folder: string, names: readonly string[]) => Set<string>;

/*
 * Patterns mean what fast-glob means by them because fast-glob itself is asked: over a file system of ours that holds nothing but the names in
 * question. It could not walk for us: it lists on its own, knows nothing of folders held open, and loses names that are not UTF-8.
 */
const CWD = '/walk';

type Kind = 'file' | 'folder';

const absent = (path: string): NodeJS.ErrnoException =>
  Object.assign(new Error(`ENOENT: no such file or directory, '${path}'`), { code: 'ENOENT' });

const no = (): boolean => false;

/** All that fast-glob asks of an entry or its stats. */
const kindMethods = (kind: Kind): Record<string, () => boolean> => ({
  isFile: () => kind === 'file',
  isDirectory: () => kind === 'folder',
  isSymbolicLink: no,
  isBlockDevice: no,
  isCharacterDevice: no,
  isFIFO: no,
  isSocket: no,
});

const entryOf = (name: string, kind: Kind): Dirent => ({ name, ...kindMethods(kind) }) as unknown as Dirent;
const statsOf = (kind: Kind): Stats => kindMethods(kind) as unknown as Stats;

/** A file system of one folder's names and the folders on the way to it. */
function fileSystemOf(folder: string, names: readonly string[]): Partial<FastGlob.FileSystemAdapter> {
  const listings = new Map<string, Map<string, Kind>>();
  let path = CWD;
  for (const segment of folder === '' ? [] : folder.split('/')) {
    listings.set(path, new Map([[segment, 'folder']]));
    path += `/${segment}`;
  }
  listings.set(path, new Map(names.map((name) => [name, 'file'])));

  const statSync = (asked: string): Stats => {
    const bare = asked.length > 1 ? asked.replace(/\/+$/, '') : asked;
    if (listings.has(bare)) return statsOf('folder');
    const slash = bare.lastIndexOf('/');
    const kind = listings.get(bare.slice(0, slash))?.get(bare.slice(slash + 1));
    if (kind === undefined || bare !== asked) throw absent(asked);
    return statsOf(kind);
  };
  const readdirSync = (asked: string): Dirent[] => {
    const listing = listings.get(asked.length > 1 ? asked.replace(/\/+$/, '') : asked);
    if (!listing) throw absent(asked);
    return [...listing].map(([name, kind]) => entryOf(name, kind));
  };
  return { lstatSync: statSync, statSync, readdirSync } as unknown as Partial<FastGlob.FileSystemAdapter>;
}

/** Characters that a regular expression's dot does not match: with them in its name, no file would match `**`. */
const LINE_ENDS = /[\n\r\u2028\u2029]/g;
const withoutLineEnds = (text: string): string => text.replace(LINE_ENDS, '\ue000');

/**
 * Includes and excludes as one question, or null where every file is selected. Without includes hidden files count like others; a pattern of
 * `include` names them as fast-glob's defaults do, by a dot of its own.
 */
export function selection(include: readonly string[], exclude: readonly string[]): Selection | null {
  if (include.length === 0 && exclude.length === 0) return null;
  // Loaded here, since few profiles select and subscribers never do.
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- as said
  const fastGlob = require('fast-glob') as typeof FastGlob;
  const patterns = include.length === 0 ? ['**'] : [...include];
  return (folder, names) => {
    const asked = names.map(withoutLineEnds);
    const paths = fastGlob.sync(patterns, {
      cwd: CWD,
      dot: include.length === 0,
      ignore: [...exclude],
      followSymbolicLinks: false,
      fs: fileSystemOf(withoutLineEnds(folder), asked),
    });
    // Nothing but these names are files here; a pattern that begins or ends with a slash of its own gives paths that do.
    const selected = new Set(paths.map((path) => posix.basename(path)));
    return new Set(names.filter((_, index) => selected.has(asked[index] ?? '')));
  };
}
