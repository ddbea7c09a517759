import { type BigIntStats } from 'node:fs';

/**
 * Which file this is, and in which state: device, inode, size in bytes, modification and birth time in nanoseconds, as
 * one opaque text that is compared for equality alone. An inode is reused soon after its file is gone, so it never
 * stands alone; a rename changes none of the five, a write changes size or modification time.
 */
export type FileIdentity = string;

/** Identity from `lstat` or `fstat` with `{ bigint: true }`. */
export function identityOf(stats: BigIntStats): FileIdentity {
  return `${stats.dev}:${stats.ino}:${stats.size}:${stats.mtimeNs}:${stats.birthtimeNs}`;
}

/** The device of an identity, so that a destination can be compared with it. */
export function deviceOf(identity: FileIdentity): string {
  return identity.slice(0, identity.indexOf(':'));
}
