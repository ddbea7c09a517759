import { statfsSync } from 'node:fs';
import { fsPath } from './folder';

/** Less than this is no room: what is written needs names, folders and journal beside its bytes. */
const LEAST_BYTES = 16 << 20;

/** Why nothing more should be written beneath a root for now, or null where there is room, or the file system does not say. */
export function noRoomIn(root: string): string | null {
  const { bavail, bsize, blocks } = statfsSync(fsPath(root));
  const free = bavail * bsize;
  return blocks > 0 && free < LEAST_BYTES ? `No room in '${root}': ${free} bytes are free` : null;
}
