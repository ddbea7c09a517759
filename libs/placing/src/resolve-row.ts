import { type Roots, identityAt, removeOwn, stage } from '@assay/files';
import type { Ledger, Unresolved } from '@assay/ledger';
import { setTimeout as sleep } from 'node:timers/promises';
import { Folders } from './folders';
import { giveBack, reasonWith } from './give-back';
import { Placement } from './placement';
import { recover } from './recover';

/** Long enough for an attempt that was between two steps to have made the next. */
const LOOK_AGAIN_MS = 1_000;

/**
 * Resolves the names of ours of a row on which nobody works: a row of a cancelled scan that was claimed, or one that ended while a name of ours
 * was left. It claims the row first, so that a holder that was only slow loses at its check. The file gets its source's name again;
 * where it turns out to be placed, the row says so. Idempotent.
 */
export class RowResolver {
  constructor(
    private readonly ledger: Ledger,
    private readonly roots: Roots,
    private readonly holder: string,
  ) {}

  async resolve(row: Unresolved): Promise<void> {
    if (await this.look(row, false)) return;
    await sleep(LOOK_AGAIN_MS);
    // The claim of the first look raised the attempt.
    await this.look({ ...row, attempt: row.attempt + 1, holder: this.holder }, true);
  }

  /** One look. False where nothing of the file was seen, and it was not the last look. */
  private async look(row: Unresolved, last: boolean): Promise<boolean> {
    const file = await this.ledger.claimUnresolved(this.holder, row);
    const scan = file && (await this.ledger.scan(file.scan));
    if (!file || !scan) return true;
    const folders = new Folders();
    try {
      const placement = new Placement(file, scan, true, (path) => this.roots.locate(path));
      recover(placement, folders);
      if (placement.at === 'placed') {
        this.finish(placement, folders);
        await this.end(placement, placement.placedOutcome, null);
        return true;
      }
      const wasStaged = placement.at === 'staged';
      const kept = giveBack(placement, folders);
      if (file.outcome !== 'pending') {
        await this.ledger.resolve(file);
        return true;
      }
      const source = placement.source(folders);
      const there = wasStaged || (source !== null && identityAt(source.folder, source.name) !== null);
      if (there) await this.end(placement, 'left', reasonWith('cancelled', kept));
      else if (last) await this.end(placement, 'errored', 'gone');
      return there || last;
    } finally {
      folders.close();
    }
  }

  private finish(placement: Placement, folders: Folders): void {
    placement.existingTarget(folders)?.folder.sync();
    const source = placement.source(folders);
    if (!source) return;
    const { file, own } = placement;
    if (identityAt(source.folder, source.name) === file.identity)
      stage(source.folder, source.name, own, file.identity, file);
    removeOwn(source.folder, own);
    source.folder.sync();
  }

  private async end(
    { file: { scan, seq, attempt } }: Placement,
    outcome: 'accepted' | 'quarantined' | 'left' | 'errored',
    reason: string | null,
  ): Promise<void> {
    await this.ledger.end([{ scan, seq, attempt, outcome, reason, resolved: true }]);
  }
}
