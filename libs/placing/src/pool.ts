import {
  type Broker,
  type Delivery,
  HEADER,
  type Outgoing,
  type PlaceMessage,
  type Priority,
  again,
  dead,
  delayed,
  pathIn,
  placeMessage,
  readMessage,
} from '@assay/broker';
import { type Roots, noRoomFor } from '@assay/files';
import {
  type Assignment,
  type Claim,
  type Ending,
  type FileKey,
  type Ledger,
  LedgerUnavailable,
  type Scan,
  type Unresolved,
} from '@assay/ledger';
import { InHand } from './in-hand';
import type { Logger } from './logger';
import type { Pause } from './pause';
import { placeBatch, rounds } from './place-batch';
import { Placement } from './placement';
import type { RowResolver } from './resolve-row';
import { RootDevices } from './root-devices';
import type { OnStep } from './steps';
import type { Turnstile } from './turnstile';

export interface PoolOptions {
  publisher: Pick<Broker['publisher'], 'publish' | 'publishAll'>;
  ledger: Ledger;
  roots: Roots;
  resolver: RowResolver;
  turnstile: Turnstile;
  pause: Pause;
  logger: Logger;
  holder: string;
  maxAttempts: number;
  onStep: OnStep;
}

interface Task {
  delivery: Delivery;
  assignment: Assignment;
}

/** A batch gives up what it has not begun after this long: RabbitMQ takes back what is not acked within half an hour. */
const BATCH_MS = 5 * 60_000;

const stepOf = ({ headers }: Delivery): number => Number(headers[HEADER.step] ?? 0);

const assignmentsOf = ({ scan, generation, files }: PlaceMessage): Assignment[] =>
  files.map((file) => ({ scan, generation, seq: file.seq, path: pathIn(file) }));

/** Deliveries of file messages → claim → place → record → settle. When {@link take} resolves, every delivery may be acked. */
export class Pool {
  /** Deliveries that are held now. */
  held = 0;
  private readonly scans = new Map<string, Scan>();
  private readonly inHand = new InHand();

  constructor(private readonly options: PoolOptions) {}

  /** Rejects where ledger or broker failed: then everything comes again, and nothing of it is lost. */
  async take(priority: Priority, deliveries: Delivery[]): Promise<void> {
    this.held += deliveries.length;
    try {
      await this.options.turnstile.through(priority, async () => {
        await this.options.pause.over();
        const tasks = await this.readable(deliveries);
        const keys = tasks.map(({ assignment }) => assignment);
        await this.inHand.alone(keys, () => this.place(tasks));
      });
    } finally {
      this.held -= deliveries.length;
    }
  }

  /** What does not fit its schema is dead-lettered, and harms nothing of its batch. */
  private async readable(deliveries: Delivery[]): Promise<Task[]> {
    const tasks: Task[] = [];
    const malformed: Outgoing[] = [];
    for (const delivery of deliveries) {
      const read = readMessage(placeMessage, delivery.body);
      if (read.ok) tasks.push(...assignmentsOf(read.message).map((assignment) => ({ delivery, assignment })));
      else {
        this.options.logger.warn(`A file message was dead-lettered: ${read.reason}`);
        malformed.push(dead(again(delivery), read.reason));
      }
    }
    await this.options.publisher.publishAll(malformed);
    return tasks;
  }

  private async place(tasks: Task[]): Promise<void> {
    const { ledger, roots, holder, maxAttempts, onStep } = this.options;
    if (tasks.length === 0) return;
    const claims = await ledger.claim(
      holder,
      tasks.map(({ assignment }) => assignment),
      maxAttempts,
    );
    await onStep('claimed');
    const placements: { placement: Placement; delivery: Delivery }[] = [];
    for (const [index, claim] of claims.entries()) {
      const task = tasks[index];
      if (!task) continue;
      if (claim.kind === 'refused') await this.refused(claim, task);
      else {
        const scan = await this.scan(claim.file.scan);
        const placement = new Placement(claim.file, scan, stepOf(task.delivery) > 0);
        placements.push({ placement, delivery: task.delivery });
      }
    }
    const began = Date.now();
    const devices = new RootDevices(roots);
    for (const round of rounds(placements, ({ placement }) => placement.bytesToCopy(devices))) {
      if (Date.now() - began < BATCH_MS)
        await placeBatch(
          round.map(({ placement }) => placement),
          { ledger, roots, onStep },
        );
      await this.record(round);
    }
  }

  /** Everything of a scan that placing asks for never changes, so that it is read once. */
  private async scan(id: string): Promise<Scan> {
    const known = this.scans.get(id);
    if (known) return known;
    const scan = await this.options.ledger.scan(id);
    if (!scan) throw new Error(`The ledger claimed a file of scan ${id} and does not know the scan`);
    if (this.scans.size > 1_000) this.scans.clear();
    this.scans.set(id, scan);
    return scan;
  }

  private async refused(claim: Claim & { kind: 'refused' }, { delivery, assignment }: Task): Promise<void> {
    const { publisher, logger } = this.options;
    const { key, attempt } = claim;
    switch (claim.why) {
      case 'ended':
      case 'stale':
        return;
      case 'cancelled':
        // A holder that died or failed with it can't end it any more; one that is only slow loses at its check.
        if (attempt > 0) await this.resolve({ ...key, attempt, outcome: 'pending', holder: '', cancelled: true });
        return;
      case 'unknown': {
        const reason = `unknown: no row ${assignment.seq} of scan ${assignment.scan} has this path`;
        logger.warn(`A file message was dead-lettered: ${reason}`);
        await publisher.publish(dead(again(delivery), reason));
        return;
      }
      case 'exhausted': {
        // The last attempt may be another subscriber's, under way: a message that was delivered several times must not end its row.
        if (stepOf(delivery) === 0) {
          await publisher.publish(delayed(again(delivery), 0));
          return;
        }
        const reason = `attempts-used-up: ${attempt} attempts`;
        await publisher.publish(dead(again(delivery), reason));
        await this.end([{ ...key, attempt, outcome: 'errored', reason, resolved: false }]);
      }
    }
  }

  /** Ends rows, and sees to those of which a name of ours may be left. */
  private async end(endings: Ending[]): Promise<void> {
    if (endings.length === 0) return;
    await this.options.ledger.end(endings);
    for (const { scan, seq, attempt, outcome, resolved } of endings)
      if (!resolved) await this.resolve({ scan, seq, attempt, outcome, holder: '', cancelled: false });
  }

  /** An error of the disk leaves one row to the sweep; it must not return the whole batch. */
  private async resolve(row: Unresolved): Promise<void> {
    try {
      await this.options.resolver.resolve(row);
    } catch (error) {
      if (error instanceof LedgerUnavailable) throw error;
      const { scan, seq } = row;
      this.options.logger.warn({ scan, seq }, `A row is not resolved yet: ${(error as Error).message}`);
    }
  }

  /**
   * Files that are errored, or are to come again, by attempts which lost their row meanwhile are not: another attempt has them, or has ended them, and
   * a second message would compete with it.
   */
  private async dropLost(round: { placement: Placement }[]): Promise<void> {
    const failed = round
      .map(({ placement }) => placement)
      .filter(({ result }) => result?.kind === 'errored' || result?.kind === 'later');
    if (failed.length === 0) return;
    const { ledger } = this.options;
    const standing = await ledger.check(failed.map(({ file: { scan, seq, attempt } }) => ({ scan, seq, attempt })));
    for (const [index, placement] of failed.entries()) {
      if (standing[index]) continue;
      const scan = await ledger.scan(placement.file.scan);
      if (scan?.cancelRequestedAt == null) placement.result = { kind: 'nothing' };
    }
  }

  /** Why a file for which there was no room still has none. A root that is away is seen without it. */
  private troubleOf({ destination, file: { size } }: Placement): string | null {
    const { roots } = this.options;
    try {
      return noRoomFor(size, roots.locate(destination));
    } catch {
      return null;
    }
  }

  /** Outcomes of order: dead letters are confirmed first, then the outcomes are recorded; what is to come again is given back, then published. */
  private async record(round: { placement: Placement; delivery: Delivery }[]): Promise<void> {
    const { publisher, ledger, logger, pause, onStep } = this.options;
    const endings: Ending[] = [];
    const deadLetters: Outgoing[] = [];
    const laters: Outgoing[] = [];
    const releases: (FileKey & { attempt: number; forgiven: boolean })[] = [];
    await this.dropLost(round);
    for (const { placement, delivery } of round) {
      const { scan, seq, attempt } = placement.file;
      const said = { scan, seq, attempt, requestId: delivery.headers[HEADER.requestId] };
      // Not begun in time.
      const result = placement.result ?? ({ kind: 'later', reason: 'late', forgiven: true, pause: false } as const);
      switch (result.kind) {
        case 'ended':
          endings.push({
            scan,
            seq,
            attempt,
            outcome: result.outcome,
            reason: result.reason,
            resolved: placement.resolved,
          });
          break;
        case 'errored':
          logger.warn(said, `A file is errored: ${result.reason}`);
          deadLetters.push(dead(again(delivery), result.reason));
          endings.push({ scan, seq, attempt, outcome: 'errored', reason: result.reason, resolved: placement.resolved });
          break;
        case 'later':
          logger.warn(said, `A file comes again: ${result.reason}`);
          if (result.pause) pause.begin(result.reason, () => this.troubleOf(placement));
          releases.push({ scan, seq, attempt, forgiven: result.forgiven });
          laters.push(delayed(again(delivery), stepOf(delivery)));
          break;
        case 'nothing':
          // Where nobody else has taken it, it is free for the sweep.
          releases.push({ scan, seq, attempt, forgiven: false });
          break;
      }
    }
    await publisher.publishAll(deadLetters);
    await onStep('dead-lettered');
    await this.end(endings);
    await onStep('ended');
    if (releases.length > 0) await ledger.release(releases);
    await onStep('released');
    await publisher.publishAll(laters);
  }
}
