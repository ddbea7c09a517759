import { createHash } from 'node:crypto';

/** What stands for a key that may be too long for an index. */
export function digestOf(key: Buffer | string): Buffer {
  return createHash('sha256').update(key).digest();
}
