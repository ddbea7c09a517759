import { type Roots, identityAt } from '@assay/files';
import type { Ending, Ledger, Unresolved } from '@assay/ledger';
import { setTimeout as sleep } from 'node:timers/promises';
import { finishSource } from './finish-source';
import { Folders } from './folders';
import { giveBack, reasonWith } from './give-back';
import { Placement } from './placement';
import { recover } from './recover';

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

  async resolve(row: Unresolved): Promise<void> {
    if (await this.look(row, false)) return;
    await sleep(this.lookAgain);
    // The claim of the first look raised the attempt.
    await this.look({ ...row, attempt: row.attempt + 1, holder: this.holder }, true);
  }

  /** One look. False where nothing of the file was seen, and it was not the last look. */
  private async look(row: Unresolved, last: boolean): Promise<boolean> {
    const file = await this.ledger.claimUnresolved(this.holder, row);
    if (!file) return true;
    const scan = await this.ledger.scan(file.scan);
    if (!scan) throw new Error(`The ledger claimed a file of scan ${file.scan} and does not know the scan`);
    const placement = new Placement(file, scan, true, (path) => this.roots.locate(path));
    return this.put(placement, file.outcome === 'pending', last);
  }

  private async put(placement: Placement, pending: boolean, last: boolean): Promise<boolean> {
    const folders = new Folders();
    try {
      recover(placement, folders);
      if (placement.at === 'placed') {
        placement.existingTarget(folders)?.folder.sync();
        finishSource(placement, folders);
        placement.source(folders)?.folder.sync();
        await this.end(placement, placement.placedOutcome, null);
        return true;
      }
      const wasStaged = placement.at === 'staged';
      giveBack(placement, folders);
      if (!pending) {
        await this.close(placement, folders);
        return true;
      }
      const source = placement.source(folders);
      const there = wasStaged || (source !== null && identityAt(source.folder, source.name) !== null);
      if (there) await this.end(placement, 'left', reasonWith('cancelled', placement, folders));
      else if (last) await this.end(placement, 'errored', 'gone');
      return there || last;
    } finally {
      folders.close();
    }
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
  ): Promise<void> {
    await this.ledger.end([{ scan, seq, attempt, outcome, reason, resolved: true }]);
  }
}
