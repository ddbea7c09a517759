import { decodePath, encodePath } from '@assay/inspection';

/*
 * Paths, and reasons that may name one, are stored as bytes: a column of text would lose names that are not UTF-8.
 */

export function toBytes(text: string): Buffer {
  if (text.isWellFormed()) return Buffer.from(text, 'utf8');
  const bytes = encodePath(text);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export function fromBytes(bytes: Uint8Array): string {
  return decodePath(bytes);
}

export function toBytesOrNull(text: string | null): Buffer | null {
  return text === null ? null : toBytes(text);
}

export function fromBytesOrNull(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : decodePath(bytes);
}

/** The first bytes that sort after everything that starts with `prefix`; null where nothing does (only 0xff bytes). */
export function afterPrefix(prefix: Buffer): Buffer | null {
  for (let end = prefix.length; end > 0; end -= 1) {
    const last = prefix[end - 1] ?? 0xff;
    if (last < 0xff) {
      const bound = Buffer.from(prefix.subarray(0, end));
      bound[end - 1] = last + 1;
      return bound;
    }
  }
  return null;
}
