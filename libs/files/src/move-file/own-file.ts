import { closeSync, fstatSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { type OpenFolder } from '../folder';
import { type FileIdentity, identityOf } from '../identity';

/**
 * A file that we write ourselves, under a name of ours until {@link flush} has made it whole. The name must be free (EEXIST is thrown) and is
 * the caller's to remove, also after an error. Closed by the one who made it.
 */
export class OwnFile {
  private readonly fd: number;
  private closed = false;

  constructor(folder: OpenFolder, own: string) {
    this.fd = openSync(folder.entry(own), 'wx');
  }

  /** Throws as node:fs does, ENOSPC where there is no room. */
  write(text: string): void {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length;) at += writeSync(this.fd, bytes, at);
  }

  /** Makes what was written survive a power cut. Its identity, which stands as long as nobody writes to it. */
  flush(): FileIdentity {
    fsyncSync(this.fd);
    return identityOf(fstatSync(this.fd, { bigint: true }));
  }

  /** Idempotent. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    closeSync(this.fd);
  }
}
