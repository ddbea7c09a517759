import { type OpenFolder, type Roots, copyFile, deviceOf, identityAt, moveNoReplace, stage } from '@assay/files';
import type { Ledger } from '@assay/ledger';
import { resultOf } from './failure';
import { finishSource } from './finish-source';
import { Folders, type Spot } from './folders';
import { giveBack, isNameLeft, reasonWith } from './give-back';
import type { Placement, Result } from './placement';
import { recover } from './recover';
import type { OnStep } from './steps';

export interface PlaceBatchOptions {
  ledger: Ledger;
  roots: Pick<Roots, 'locate'>;
  onStep: OnStep;
}

/** What copying may take of one round, so that outcomes are recorded in between. */
const ROUND_BYTES = 256 << 20;

/**
 * Places claimed files: recover, stage, copy where the destination is on another device, check, publish under the destination's name, make it durable.
 * When it resolves, each placement has its result; nothing is recorded or settled yet. A file's error is its own result; an error of the
 * ledger rejects, and leaves what is staged to the next attempt.
 */
export async function placeBatch(placements: Placement[], { ledger, roots, onStep }: PlaceBatchOptions): Promise<void> {
  const folders = new Folders(roots);
  try {
    await new BatchPlacing(ledger, onStep, folders).place(placements);
  } finally {
    folders.close();
  }
}

/** Splits a batch so that a round copies a bounded number of bytes; `size` is in bytes, 0 for what is only renamed. */
export function rounds<T>(all: T[], size: (one: T) => number): T[][] {
  const result: T[][] = [];
  let bytes = 0;
  for (const one of all) {
    const last = result.at(-1);
    if (!last || (bytes > 0 && size(one) > 0 && bytes + size(one) > ROUND_BYTES)) {
      result.push([one]);
      bytes = size(one);
    } else {
      last.push(one);
      bytes += size(one);
    }
  }
  return result;
}

class BatchPlacing {
  constructor(
    private readonly ledger: Ledger,
    private readonly onStep: OnStep,
    private readonly folders: Folders,
  ) {}

  async place(placements: Placement[]): Promise<void> {
    for (const placement of placements) this.guard(placement, () => recover(placement, this.folders));
    await this.onStep('taken-over');
    const sources = this.open(placements, 'source');
    for (const placement of sources) if (!placement.keepsSource) this.guard(placement, () => this.stage(placement));
    await this.onStep('staged');
    for (const placement of this.open(placements, 'staged'))
      if (this.otherDevice(placement)) await this.copyStaged(placement);
    for (const placement of sources) if (placement.keepsSource) await this.copySource(placement);
    await this.onStep('copied');
    await this.checkAndPublish(this.publishable(placements));
    await this.makeDurable(placements.filter(({ at }) => at === 'placed'));
    for (const placement of placements) this.conclude(placement);
  }

  private publishable(placements: Placement[]): Placement[] {
    return [...this.open(placements, 'staged'), ...this.open(placements, 'copied')];
  }

  private open(placements: Placement[], at: Placement['at']): Placement[] {
    return placements.filter((placement) => placement.result === null && placement.at === at);
  }

  /** Runs a step of one file; an error is that file's result, after what was done is undone where that is possible. */
  private guard(placement: Placement, step: () => void): void {
    try {
      step();
    } catch (error) {
      this.fail(placement, resultOf(error));
    }
  }

  private fail(placement: Placement, result: Result): void {
    placement.result = result;
    try {
      // Whoever has taken it over ends the row; or a later attempt does, where nobody has.
      if (giveBack(placement, this.folders) === 'taken') placement.result = { kind: 'nothing' };
    } catch (error) {
      // It stays under a name of ours: the row must not end, so that the next attempt finds it.
      placement.result = later(error as Error);
    }
  }

  /** Says of a file that ends elsewhere than at its destination which names it has. */
  private conclude(placement: Placement): void {
    const { result } = placement;
    if (placement.at === 'placed' || (result?.kind !== 'errored' && result?.kind !== 'ended')) return;
    placement.resolved = !isNameLeft(placement, this.folders);
    try {
      if (result.kind === 'errored' && result.reason === 'gone' && (!placement.resolved || this.isThere(placement))) {
        // Absent, and yet an earlier attempt has it in hands, or has put it back: the next one sees it.
        placement.result = { kind: 'later', reason: 'gone', forgiven: false, pause: false };
        return;
      }
      if (result.reason !== null)
        placement.result = { ...result, reason: reasonWith(result.reason, placement, this.folders) };
    } catch (error) {
      // What can't be looked at now may hold a name of ours; the outcome itself stands.
      placement.resolved = false;
      placement.result = {
        ...result,
        reason: `${result.reason}: its folder can't be read: ${(error as Error).message}`,
      };
    }
  }

  private isThere(placement: Placement): boolean {
    const source = placement.source(this.folders);
    return source !== null && identityAt(source.folder, source.name) !== null;
  }

  private stage(placement: Placement): void {
    const source = placement.source(this.folders);
    // Before the source is touched: a destination that can't be made must not cost a move and a move back.
    if (source) placement.target(this.folders);
    const { file } = placement;
    const staged = source && stage(source.folder, source.name, placement.own, file.identity, file);
    switch (staged?.kind) {
      case 'staged':
        placement.at = 'staged';
        return;
      case 'changed':
        placement.result = { kind: 'errored', reason: 'changed-since-inspection' };
        return;
      case 'absent':
      case undefined:
        placement.result = absence(placement);
    }
  }

  private otherDevice(placement: Placement): boolean {
    try {
      const { folder } = placement.target(this.folders);
      return deviceOf(placement.file.identity) !== this.folders.device(folder);
    } catch (error) {
      this.fail(placement, resultOf(error));
      return false;
    }
  }

  private async copyStaged(placement: Placement): Promise<void> {
    const copied = await this.copy(placement, placement.own);
    if (copied === 'absent') this.fail(placement, { kind: 'nothing' });
  }

  private async copySource(placement: Placement): Promise<void> {
    const copied = await this.copy(placement, null);
    if (copied === 'copied') placement.at = 'copied';
    if (copied === 'absent') this.fail(placement, absence(placement));
  }

  /** Copies what has the name `own` beside the source, or the source itself, to the own name beside the destination. */
  private async copy(placement: Placement, own: string | null): Promise<'copied' | 'absent' | 'failed'> {
    try {
      const source = placement.source(this.folders);
      if (!source) return 'absent';
      const target = placement.target(this.folders);
      // From here on there may be a copy to remove, whole or not.
      placement.copy = '';
      const name = own ?? source.name;
      const copied = await copyFile(source.folder, name, target.folder, placement.own, placement.file.identity);
      if (copied.kind === 'copied') placement.copy = copied.identity;
      if (copied.kind !== 'changed') return copied.kind;
      this.fail(placement, { kind: 'errored', reason: 'changed-since-inspection' });
    } catch (error) {
      this.fail(placement, resultOf(error));
    }
    return 'failed';
  }

  private async checkAndPublish(staged: Placement[]): Promise<void> {
    if (staged.length === 0) return;
    const standing = await this.ledger.check(
      staged.map(({ file: { scan, seq, attempt }, copy }) =>
        copy ? { scan, seq, attempt, copyIdentity: copy } : { scan, seq, attempt },
      ),
    );
    await this.onStep('checked');
    const again: Placement[] = [];
    for (const [index, placement] of staged.entries())
      if (!standing[index]) await this.loseClaim(placement);
      else if (await this.publish(placement)) again.push(placement);
    await this.onStep('published');
    // The kernel says of some mounts only now that they are another device.
    for (const placement of again) await this.copyStaged(placement);
    await this.checkAndPublish(this.publishable(again));
  }

  /** The scan was cancelled, or another attempt has the row: then that one ends it. */
  private async loseClaim(placement: Placement): Promise<void> {
    const scan = await this.ledger.scan(placement.file.scan);
    this.fail(
      placement,
      scan?.cancelRequestedAt != null ? { kind: 'ended', outcome: 'left', reason: 'cancelled' } : { kind: 'nothing' },
    );
  }

  /** True where it has to be copied first. */
  private async publish(placement: Placement): Promise<boolean> {
    for (;;) {
      const moved = this.tryPublish(placement);
      if (moved === 'other-device') return true;
      if (moved === 'ended') return false;
      const next = await this.ledger.renumber(placement.file);
      if (next === null) {
        await this.loseClaim(placement);
        return false;
      }
      placement.renumbered(next);
    }
  }

  /** One look and one move; `taken` where another number is to be tried. */
  private tryPublish(placement: Placement): 'ended' | 'taken' | 'other-device' {
    try {
      const target = placement.target(this.folders);
      const result = this.moveToTarget(placement, target);
      if (result === 'other-device') return result;
      if (result === 'moved') {
        placement.at = 'placed';
        placement.placedAsCopy = placement.copy !== null;
      } else if (result === 'absent') this.fail(placement, { kind: 'nothing' });
      else if (!placement.seenPlaced(identityAt(target.folder, target.name))) {
        if (placement.file.onConflict === 'number') return 'taken';
        this.conflict(placement, target);
      }
    } catch (error) {
      this.fail(placement, resultOf(error));
    }
    return 'ended';
  }

  private moveToTarget(placement: Placement, target: Spot): ReturnType<typeof moveNoReplace> {
    const { own, copy, file } = placement;
    if (copy !== null) return moveNoReplace(target.folder, own, target.folder, target.name, copy);
    const source = placement.source(this.folders);
    return source ? moveNoReplace(source.folder, own, target.folder, target.name, file.identity) : 'absent';
  }

  private conflict(placement: Placement, target: Spot): void {
    this.fail(placement, { kind: 'ended', outcome: 'conflicted', reason: 'destination-taken' });
    // An earlier attempt may have come through between the first look and now: the next attempt finds that.
    const { identity, copyIdentity } = placement.file;
    const there = identityAt(target.folder, target.name);
    if (there !== null && (there === identity || there === copyIdentity))
      placement.result = { kind: 'later', reason: 'destination-taken', forgiven: false, pause: false };
  }

  /** Destinations first, then the own names of what was copied, then the sources: at no moment is a power cut without a whole file. */
  private async makeDurable(placed: Placement[]): Promise<void> {
    await this.flush(placed, (placement) => placement.existingTarget(this.folders));
    await this.onStep('destinations-synced');
    for (const placement of placed)
      if (placement.result === null && (placement.copy !== null || placement.untidy)) this.finish(placement);
    await this.flush(placed, (placement) => (placement.keepsSource ? null : placement.source(this.folders)));
    await this.onStep('sources-finished');
    for (const placement of placed)
      placement.result ??= { kind: 'ended', outcome: placement.placedOutcome, reason: null };
  }

  /** Flushes each folder once, beside each other. What fails is placed, but perhaps not for good: the next attempt finds it at its destination and flushes again. */
  private async flush(placed: Placement[], spot: (placement: Placement) => Spot | null): Promise<void> {
    const inFolders = new Map<OpenFolder, Placement[]>();
    for (const placement of placed.filter(({ result }) => result === null)) {
      const failure = failureOf(() => {
        const folder = spot(placement)?.folder;
        if (folder) grouped(inFolders, folder).push(placement);
      });
      if (failure) placement.result = later(failure);
    }
    await Promise.all(
      [...inFolders].map(async ([folder, inFolder]) => {
        try {
          await folder.flush();
        } catch (error) {
          for (const placement of inFolder) placement.result = later(error as Error);
        }
      }),
    );
  }

  private finish(placement: Placement): void {
    const failure = failureOf(() => finishSource(placement, this.folders));
    if (failure) placement.result = later(failure);
  }
}

/** Another attempt may have it in its hands: an absence counts when it is seen twice, with a delay between. */
function absence({ delayedBefore }: Placement): Result {
  return delayedBefore
    ? { kind: 'errored', reason: 'gone' }
    : { kind: 'later', reason: 'gone', forgiven: false, pause: false };
}

function failureOf(act: () => void): Error | null {
  try {
    act();
    return null;
  } catch (error) {
    return error as Error;
  }
}

/** Never an ending: the file is at its destination, and the next attempt has to say so. */
function later(error: Error): Result {
  const result = resultOf(error);
  return result.kind === 'later' ? result : { kind: 'later', reason: error.message, forgiven: false, pause: false };
}

function grouped<K, T>(groups: Map<K, T[]>, key: K): T[] {
  let group = groups.get(key);
  if (!group) groups.set(key, (group = []));
  return group;
}
