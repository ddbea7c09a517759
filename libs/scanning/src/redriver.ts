import {
  type Broker,
  type Outgoing,
  delayed,
  place,
  placeOutgoing,
  redrive as redriveOf,
  walkOutgoing,
} from '@assay/broker';
import { type FactReaders, OutsideRoots, type Roots } from '@assay/files';
import type { Ledger, Letters, Redrive, Republication } from '@assay/ledger';
import type { LoggerService } from '@nestjs/common';
import { Backlog } from './backlog';
import { judgeAgain } from './judge-again';
import { isOurs } from './our-failure';
import { GROUP, walkContext } from './walk-folder';

export interface RedriverOptions {
  broker: Broker;
  ledger: Ledger;
  readers: FactReaders;
  roots: Roots;
  logger: LoggerService;
  /** Aborted when the process is to end: the rest is for another. */
  stopping: AbortSignal;
}

/** Letters after which a redrive makes way where scans wait. */
const FAIR_LETTERS = 5_000;
/** Letters after which its message is settled even where nobody waits. */
const MOST_LETTERS = 200_000;

type SliceEnd = 'done' | 'more' | 'later';

/**
 * Sends dead letters again, as the ledger says: a file that changed since it was judged is read and judged anew first. The ledger decides and remembers;
 * a crash between its commit and the messages is mended by the sweep. Several may work on one redrive: each letter is sent by one.
 */
export class Redriver {
  constructor(private readonly options: RedriverOptions) {}

  /** One slice of a redrive. `step`: of the delay ladder, that the message came by. Rejects where its message is to return to the queue. */
  async take(id: string, step: number): Promise<void> {
    const { broker, ledger, logger } = this.options;
    const redrive = await ledger.takeRedrive(id);
    if (redrive === null) return;
    const { requestId } = redrive;
    const next = walkOutgoing(redriveOf(id), requestId);
    try {
      const end = await this.slice(redrive);
      if (end === 'more') await broker.publisher.publish(next);
      if (end === 'later') await broker.publisher.publish(delayed(next, 0));
    } catch (error) {
      if (isOurs(error)) throw error;
      // It never gives up: the letters wait until what keeps them is mended.
      logger.error({ redrive: id, requestId, step }, `A redrive waits: ${(error as Error).stack}`);
      await broker.publisher.publish(delayed(next, step));
    }
  }

  private async slice(redrive: Redrive): Promise<SliceEnd> {
    const { broker, ledger, logger, roots, stopping } = this.options;
    for (let sent = 0; !stopping.aborted && sent < MOST_LETTERS;) {
      const next = await ledger.nextLetters(redrive.id, GROUP);
      if (next === null) {
        await ledger.endRedrive(redrive.id);
        logger.log({ redrive: redrive.id, requestId: redrive.requestId }, 'A redrive has sent all its letters again');
        return 'done';
      }
      const backlog = new Backlog(broker, next.scan.priority);
      if (!(await backlog.mayGoOn())) return 'later';
      if (backlog.othersWait && sent >= FAIR_LETTERS) return 'more';
      // What lies on a disk that is away has not changed.
      roots.check();
      await this.send(redrive, next);
      sent += next.letters.length;
    }
    return 'more';
  }

  private async send(redrive: Redrive, { scan, letters }: Letters): Promise<void> {
    const { broker, ledger } = this.options;
    const judged = await this.judgeAgain({ scan, letters });
    const upTo = letters.at(-1)?.seq ?? 0;
    const open = await ledger.redrive(
      redrive.id,
      scan.id,
      upTo,
      letters.map(({ seq, generation, path }) => ({ seq, generation, judged: judged.get(path) ?? null })),
    );
    await broker.publisher.publishAll(open.map(outgoing));
  }

  private async judgeAgain({ scan, letters }: Letters): ReturnType<typeof judgeAgain> {
    const { ledger, readers, roots } = this.options;
    try {
      return await judgeAgain(walkContext(scan, ledger, readers, roots), letters);
    } catch (error) {
      // The roots are others than when it was scanned: placing says so of each.
      if (error instanceof OutsideRoots) return new Map();
      throw error;
    }
  }
}

const outgoing = ({ scan, generation, seq, path, priority, requestId }: Republication): Outgoing =>
  placeOutgoing(place(scan, generation, [{ seq, path }]), priority, requestId);
