import { fitted } from './template/segment';

/**
 * The n-th variant of a destination that is taken, for n >= 2: `a/photo.jpg` becomes `a/photo-2.jpg`, as Lightroom and
 * cameras' own programs write it; without blank or bracket, so that shells and web servers need no quoting. A dotfile or a
 * name without extension gets it at its end. The name stays within 255 bytes, its stem being shortened where it must, and
 * the variants of one path are distinct for distinct n. The path must be relative or absolute text without a slash at
 * its end. Throws a RangeError for another n.
 */
export function numbered(path: string, n: number): string {
  if (!Number.isSafeInteger(n) || n < 2) throw new RangeError(`The variants of a destination count from 2, not ${n}`);
  const slash = path.lastIndexOf('/') + 1;
  return path.slice(0, slash) + fitted(path.slice(slash), `-${n}`);
}
