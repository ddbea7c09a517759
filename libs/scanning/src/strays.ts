import {
  type OpenFolder as Folder,
  type Row,
  errnoOf,
  isProbeName,
  keepBeside,
  openFolder,
  putBack,
  removeStaleProbe,
  rowOfName,
} from '@assay/files';
import type { Ledger } from '@assay/ledger';
import { lstatSync } from 'node:fs';
import { posix } from 'node:path';

/** A folder that is walked. */
export interface WalkedFolder {
  root: string;
  /** From the root. */
  relative: string;
  absolute: string;
}

/** What the ledger knows of the file of a name of ours, its paths absolute. */
interface Known {
  source: string;
  destination: string | null;
  /** It has not ended: whoever has it, or takes it over, comes for its names. */
  open: boolean;
  size: number | null;
  modifiedAt: number | null;
}

async function knownOf(ledger: Ledger, { scan: id, seq }: Row): Promise<Known | null> {
  const scan = await ledger.scan(id);
  const [row] = scan === null ? [] : await ledger.files(id, { after: seq - 1, limit: 1 });
  if (scan === null || row?.seq !== seq) return null;
  const { path, destination, outcome, redriving, size, modifiedAt } = row;
  const open = outcome === 'pending' || redriving;
  return { source: `${scan.directory}/${path}`, destination, open, size, modifiedAt };
}

/** Whether somebody who works on the row looks for its names in this folder. */
function isAwaited({ source, destination, open }: Known, folder: string): boolean {
  if (!open) return false;
  return posix.dirname(source) === folder || (destination !== null && posix.dirname(destination) === folder);
}

/**
 * What becomes of names of ours that a walk meets in a folder. Attempts that died leave them, and the next attempt or the sweep comes for them by the
 * row's path; where the folder has another path since, or was away when they came, nobody does any more. Such a file gets its own name again where
 * it is, without replacing anything, so that this walk takes it for what it is; what is not the file as it was judged, half a copy for one, gets a
 * kept name. Whoever holds the row after all finds nothing under the name of ours, and leaves it. The names given, all of regular files. What the ledger
 * does not know stays as it is.
 */
export async function giveStraysBack(ledger: Ledger, where: WalkedFolder, names: readonly string[]): Promise<string[]> {
  const given: string[] = [];
  for (const name of names) {
    const row = rowOfName(name);
    const known = row && (await knownOf(ledger, row));
    if (known && isAwaited(known, where.absolute)) continue;
    let folder: Folder | null = null;
    try {
      folder = openFolder(where.root, where.relative);
      if (isProbeName(name)) removeStaleProbe(folder, name);
      const as = row && known && giveBack(folder, name, row, known);
      if (as) given.push(as);
    } catch (error) {
      // Somebody was quicker, or the folder is gone again; what else is wrong with it, its listing tells.
      if (errnoOf(error) === '') throw error;
    } finally {
      folder?.close();
    }
  }
  return given;
}

function giveBack(folder: Folder, own: string, row: Row, known: Known): string | null {
  const stats = lstatSync(folder.entry(own), { bigint: true, throwIfNoEntry: false });
  if (!stats?.isFile()) return null;
  const judged = Number(stats.size) === known.size && Number(stats.mtimeMs) === known.modifiedAt;
  const name = posix.basename(known.source);
  const put = judged ? putBack(folder, own, name, row) : keepBeside(folder, own, name, row);
  if (put.kind === 'absent') return null;
  return put.kind === 'back' ? name : put.as;
}
