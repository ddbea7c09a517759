import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as FsExtra from 'fs-extra';
import { LedgerUnavailable } from './ledger';

/** In an installation's home: the absolute path of the file in which its ledger was begun. */
const NOTE = 'ledger-begun';

/**
 * Throws {@link LedgerUnavailable} where the ledger of this installation was begun in this file, and the file is not there: its disk is not mounted,
 * or somebody has moved it. With a new and empty one, scans would be taken that nobody finds again once the ledger is back.
 */
export function assertNotGone(home: string, file: string): void {
  if (existsSync(file) || noted(home) !== file) return;
  throw new LedgerUnavailable(
    `The ledger ${file} is gone. Bring it back; or, to begin a new one that knows of no scan, remove ${join(home, NOTE)}`,
  );
}

/** Idempotent; safe beside other processes that start at the same moment. */
export function noteBegun(home: string, file: string): void {
  if (noted(home) === file) return;
  // Loaded here, since this is come to once in the life of an installation.
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- as said
  const { ensureDirSync } = require('fs-extra') as typeof FsExtra;
  try {
    ensureDirSync(home, 0o700);
    const written = join(home, `${NOTE}.${process.pid}`);
    writeFileSync(written, file, { mode: 0o600 });
    renameSync(written, join(home, NOTE));
  } catch (cause) {
    throw new LedgerUnavailable(`It can't be noted in ${home} that the ledger was begun`, { cause });
  }
}

function noted(home: string): string | null {
  try {
    return readFileSync(join(home, NOTE), 'utf8');
  } catch {
    // Nothing was begun here yet; what else is wrong with the folder shows when it is written to.
    return null;
  }
}
