import { createHash } from 'node:crypto';
import { type Dirent, lstatSync, readFileSync, readdirSync } from 'node:fs';
import { decodePath, encodePath } from '@assay/inspection';

const fsPath = (text: string): string | Buffer => (text.isWellFormed() ? text : Buffer.from(encodePath(text)));

/**
 * Everything beneath a folder, by its path relative to it (text as `decodePath` gives it): the sha256 of a regular file, else what it is
 * (`folder` only where it is empty, `symlink`, `fifo`, …).
 */
export function tree(folder: string, below = ''): Record<string, string> {
  const found: Record<string, string> = {};
  const entries = readdirSync(fsPath(folder), {
    withFileTypes: true,
    encoding: 'buffer',
  }) as unknown as Dirent<Buffer>[];
  if (entries.length === 0 && below !== '') found[below] = 'folder';
  for (const entry of entries) {
    const name = decodePath(entry.name);
    const relative = below === '' ? name : `${below}/${name}`;
    if (entry.isDirectory()) Object.assign(found, tree(`${folder}/${name}`, relative));
    else found[relative] = contentOf(`${folder}/${name}`);
  }
  return found;
}

function contentOf(path: string): string {
  const stats = lstatSync(fsPath(path));
  if (stats.isFile()) return digest(readFileSync(fsPath(path)));
  if (stats.isSymbolicLink()) return 'symlink';
  if (stats.isFIFO()) return 'fifo';
  return stats.isSocket() ? 'socket' : 'device';
}

/** As {@link tree} tells of a file with this content. */
export const digest = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex');
