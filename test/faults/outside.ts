import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Everything that would tell of a hand laid on a folder: names, contents by their identity, sizes and times, the folder's own too. */
export function traces(folder: string): string {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .map((entry) => join(entry.parentPath, entry.name))
    .concat(folder)
    .sort()
    .map((path) => {
      const { ino, size, mtimeNs, mode } = lstatSync(path, { bigint: true });
      return `${path} ${ino} ${size} ${mtimeNs} ${mode}`;
    })
    .join('\n');
}
