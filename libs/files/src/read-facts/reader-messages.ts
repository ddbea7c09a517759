import { type FactGroup, type FileFacts } from '@assay/inspection';
import { type FileIdentity } from '../identity';

/** What became of reading one name of a folder. */
export type ReadResult =
  | {
      kind: 'read';
      /** Of the open descriptor that the facts were read from. */
      identity: FileIdentity;
      /** Bytes. */
      size: number;
      /** Milliseconds since 1970 UTC, without the fraction. */
      modifiedAtMs: number;
      facts: FileFacts;
      /** Digest of its first bytes, see {@link ReadRequest.heads}; absent where the file is empty, or changed while it was read. */
      head?: string;
    }
  /** Not judged: `not-a-regular-file: symlink|socket|fifo|device`, `unreadable: EACCES`, `unreadable: reader-crashed`. */
  | { kind: 'skipped'; reason: string }
  /** No longer there. */
  | { kind: 'gone' }
  | { kind: 'folder' }
  /**
   * The disk, the network or the machine failed, not the file: nothing is known of it, and a later attempt may know.
   * `code` is the errno's name.
   */
  | { kind: 'broken-disk'; code: string };

/** Names of one folder to be read. */
export interface ReadRequest {
  /** Absolute, without symlinks. */
  root: string;
  /** Relative to the root, `''` for the root itself; text as `decodePath` gives it. */
  folder: string;
  /** Of entries of the folder, each one segment. */
  names: readonly string[];
  needs: readonly FactGroup[];
  /** The digest of each file's head (its first 64 KiB) is wanted too. Default false: nothing is read for it. */
  heads?: boolean;
  /** The folder's listing has just called each a regular file. Default false: each is looked at before it is opened. */
  listed?: boolean;
}

/** To a reader. */
export interface BatchMessage extends ReadRequest {
  id: number;
  /** No third-party code is let at the bytes: for a file that has killed a reader before. */
  bare: boolean;
}

/** From a reader. Every message is a sign of life; `progress` is sent before a file where the last sign is a while ago. */
export type ReaderMessage =
  | { kind: 'ready'; realTime: boolean }
  | { kind: 'progress'; id: number }
  | { kind: 'results'; id: number; results: ReadResult[] };

/** A reader gives a sign before each file that it begins this long after its last one. */
export const SIGN_AFTER_MS = 100;
