import { type Roots, identityAt } from '@assay/files';
import type { Ending, Ledger, Unresolved } from '@assay/ledger';
import { setTimeout as sleep } from 'node:timers/promises';
import { finishSource } from './finish-source';
import { Folders, filePath } from './folders';
import { giveBack, isNameLeft, reasonWith } from './give-back';
import { Placement, keepsSources } from './placement';
import { recover } from './recover';

/** `changed`: the row is not what it was, and nothing was done. `away`: the row has ended, but its source's folder may come back. */
type Look = 'resolved' | 'unseen' | 'changed' | 'away';

/**
 * A folder that is not there may come back, with a file of ours in it that an attempt staged before it died. For so long after its end a row waits for that;
 * later the file is met by the next walk of that folder.
 */
const AWAY_MS = 24 * 3600_000;

/** Long enough for an attempt that was between two steps to have made the next. */
const LOOK_AGAIN_MS = 1_000;

/**
 * Resolves the names of ours of a row on which nobody works: a row of a cancelled scan that was claimed, or one that ended while a name of ours
 * was left. It claims the row first, so that a holder that was only slow loses at its check. The file gets its source's name again;
 * where it turns out to be placed, the row says so. Idempotent. After an error the next sweep meets the row again.
 */
export class RowResolver {
  constructor(
    private readonly ledger: Ledger,
    private readonly roots: Roots,
    /** A name that gives no signs of life, so that a row which was not resolved is taken for left behind at once. */
    private readonly holder: string,
    private readonly lookAgain = LOOK_AGAIN_MS,
  ) {}

  /**
   * False where there is nothing to resolve any more; or the file was not seen and yet somebody has it in hands, or its folder is away: that is for a
   * later call.
   */
  async resolve(row: Unresolved): Promise<boolean> {
    if (await this.isAway(row)) return false;
    const first = await this.look(row, false);
    if (first !== 'unseen') return first === 'resolved';
    await sleep(this.lookAgain);
    // The claim of the first look raised the attempt.
    return (await this.look({ ...row, attempt: row.attempt + 1, holder: this.holder }, true)) === 'resolved';
  }

  /** One look. `unseen` where nothing of the file was there, unless this is the last look, which may call it gone. */
  private async look(row: Unresolved, last: boolean): Promise<Look> {
    const file = await this.ledger.claimUnresolved(this.holder, row);
    if (!file) return 'changed';
    const scan = await this.ledger.scan(file.scan);
    if (!scan) throw new Error(`The ledger claimed a file of scan ${file.scan} and does not know the scan`);
    const placement = new Placement(file, scan, true);
    const folders = new Folders(this.roots);
    try {
      return await this.put(placement, folders, file.open, last);
    } finally {
      folders.close();
    }
  }

  private async put(placement: Placement, folders: Folders, open: boolean, last: boolean): Promise<Look> {
    recover(placement, folders);
    if (placement.at === 'placed') {
      placement.existingTarget(folders)?.folder.sync();
      finishSource(placement, folders);
      placement.source(folders)?.folder.sync();
      await this.end(placement, placement.placedOutcome, null);
      return 'resolved';
    }
    const wasStaged = placement.at === 'staged';
    giveBack(placement, folders);
    if (!open) await this.close(placement, folders);
    else if (wasStaged || this.isThere(placement, folders))
      await this.end(placement, 'left', reasonWith('cancelled', placement, folders));
    else if (last && !isNameLeft(placement, folders)) {
      const away = placement.source(folders) === null;
      await this.end(placement, 'errored', 'gone', !away);
      return away ? 'away' : 'resolved';
    } else return 'unseen';
    return 'resolved';
  }

  /** Looked at before the row is claimed, so that waiting writes nothing. */
  private async isAway({ scan: id, seq, outcome }: Unresolved): Promise<boolean> {
    if (outcome === 'pending') return false;
    const scan = await this.ledger.scan(id);
    const [row] = await this.ledger.files(id, { after: seq - 1, limit: 1 });
    if (scan === null || row?.seq !== seq || Date.now() - row.updatedAt > AWAY_MS || keepsSources(scan)) return false;
    const folders = new Folders(this.roots);
    try {
      return folders.existing(filePath(`${scan.directory}/${row.path}`)) === null;
    } finally {
      folders.close();
    }
  }

  private isThere(placement: Placement, folders: Folders): boolean {
    const source = placement.source(folders);
    return source !== null && identityAt(source.folder, source.name) !== null;
  }

  /** The outcome stands; its reason may have to name a kept file now. */
  private async close(placement: Placement, folders: Folders): Promise<void> {
    const { scan, seq } = placement.file;
    const [row] = await this.ledger.files(scan, { after: seq - 1, limit: 1 });
    const reason = row?.seq === seq ? row.reason : undefined;
    const named = reason != null ? reasonWith(reason, placement, folders) : reason;
    if (row === undefined || reason === named || row.outcome === 'pending' || row.outcome === 'skipped')
      await this.ledger.resolve(placement.file);
    else await this.end(placement, row.outcome, named ?? null);
  }

  private async end(
    { file: { scan, seq, attempt } }: Placement,
    outcome: Ending['outcome'],
    reason: string | null,
    resolved = true,
  ): Promise<void> {
    await this.ledger.end([{ scan, seq, attempt, outcome, reason, resolved }]);
  }
}
