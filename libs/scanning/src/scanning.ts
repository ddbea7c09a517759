import {
  Broker,
  BrokerUnavailable,
  type Delivery,
  HEADER,
  SCANS_QUEUE,
  dead,
  delayed,
  again,
  readMessage,
  walk as walkMessageOf,
  scansMessage,
  walkOutgoing,
} from '@assay/broker';
import type { Config } from '@assay/config';
import {
  FactReaders,
  ReadersUnavailableError,
  RootUnavailable,
  Roots,
  consequenceOf,
  errnoOf,
  exiftoolAvailability,
} from '@assay/files';
import { type Ledger, type Scan, type Walk, openLedger } from '@assay/ledger';
import type { LoggerService } from '@nestjs/common';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { threadId } from 'node:worker_threads';
import { BrokenDisk } from './broken-disk';
import { isOurs } from './our-failure';
import { Redriver } from './redriver';
import { walkContext } from './walk-folder';
import { type SliceEnd, SliceWalk } from './walk-slice';

/** Unconfirmed messages at once: enough to keep a quorum queue busy. */
const WINDOW = 2_000;
/** Steps of the delay ladder that a walk waits for a disk, or for its directory, to come back; then it fails. */
const STEPS_FOR_DISK = 8;
const STEPS_FOR_DIRECTORY = 3;
const ASK_AGAIN_MS = 1_000;
/** Whoever asked for a scan has his answer before its walk takes the processor, the broker and the ledger. */
const ANSWER_FIRST_MS = 25;

/** What a thread of the API app does: takes scans' messages and walks. */
export interface Scanning {
  /** Ends the slice under way, hands the rest to another walker, and closes; waits at most so long. */
  close(milliseconds: number): Promise<void>;
}

/** Consumes scan messages, one slice at a time. */
class Walker implements Scanning {
  private readonly stopping = new AbortController();
  private readonly redriver: Redriver;

  constructor(
    private readonly broker: Broker,
    private readonly ledger: Ledger,
    private readonly readers: FactReaders,
    private readonly roots: Roots,
    private readonly logger: LoggerService,
    private readonly name: string,
  ) {
    this.redriver = new Redriver({ broker, ledger, readers, roots, logger, stopping: this.stopping.signal });
  }

  /** Subscribes as soon as RabbitMQ is there, however long that takes. */
  async begin(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      try {
        await this.broker.ready(ASK_AGAIN_MS);
        await this.broker.subscribe([
          {
            prefetch: 1,
            options: {
              name: this.name,
              queue: SCANS_QUEUE,
              batch: 1,
              patience: 1,
              onDeliveries: async (deliveries) => {
                for (const delivery of deliveries) await this.take(delivery);
              },
              onReturned: (error, count) => {
                this.logger.warn(`${count} scan messages returned: ${error.message}`);
              },
            },
          },
        ]);
        this.logger.log(`Walking scans of '${SCANS_QUEUE}'`);
        return;
      } catch (error) {
        if (!(error instanceof BrokerUnavailable)) this.logger.error(`Not subscribed yet: ${(error as Error).stack}`);
        await sleep(ASK_AGAIN_MS, undefined, { ref: false });
      }
    }
  }

  async close(milliseconds: number): Promise<void> {
    this.stopping.abort();
    await this.broker.close(milliseconds);
    await this.readers.close();
    await this.ledger.close();
  }

  private async take(delivery: Delivery): Promise<void> {
    const read = readMessage(scansMessage, delivery.body);
    if (!read.ok) {
      this.logger.warn(`A scan message was dead-lettered: ${read.reason}`);
      await this.broker.publisher.publish(dead(again(delivery), read.reason));
      return;
    }
    const step = Number(delivery.headers[HEADER.step] ?? 0);
    if (read.message.task === 'redrive') await this.redriver.take(read.message.redrive, step);
    else await this.walk(read.message.scan, step);
  }

  private async walk(id: string, step: number): Promise<void> {
    await sleep(ANSWER_FIRST_MS);
    const taken = await this.ledger.takeWalk(id);
    if (!taken) return;
    const { scan, walk } = taken;
    try {
      const end = await this.slice(scan, walk);
      this.logger.debug?.({ scan: scan.id, requestId: scan.requestId, end }, 'A slice ended');
      await this.goOn(scan, end);
    } catch (error) {
      await this.afterFailure(scan, walk, step, error as Error);
    }
  }

  private slice(scan: Scan, walk: Walk): Promise<SliceEnd> {
    const context = walkContext(scan, this.ledger, this.readers, this.roots);
    return new SliceWalk(walk, context, this.ledger, this.broker, this.stopping.signal).run();
  }

  private async goOn(scan: Scan, end: SliceEnd): Promise<void> {
    const next = walkOutgoing(walkMessageOf(scan.id), scan.requestId);
    if (end === 'more') await this.broker.publisher.publish(next);
    if (end === 'later') await this.broker.publisher.publish(delayed(next, 0));
  }

  private async afterFailure(scan: Scan, walk: Walk, step: number, error: Error): Promise<void> {
    const said = { scan: scan.id, requestId: scan.requestId, step };
    if (isOurs(error)) throw error;
    const away =
      error instanceof BrokenDisk ||
      error instanceof RootUnavailable ||
      error instanceof ReadersUnavailableError ||
      (errnoOf(error) !== '' && consequenceOf(error) !== 'permanent');
    const steps = away ? STEPS_FOR_DISK : errnoOf(error) === 'ENOENT' ? STEPS_FOR_DIRECTORY : 0;
    if (step < steps) {
      this.logger.warn(said, `The walk waits: ${error.message}`);
      await this.broker.publisher.publish(delayed(walkOutgoing(walkMessageOf(scan.id), scan.requestId), step));
      return;
    }
    this.logger.error(said, `The walk failed: ${error.stack ?? error.message}`);
    await this.ledger.endWalk(walk, error.message);
  }
}

/**
 * Begins to walk scans in this thread, with connections of its own to broker and ledger and readers in child processes. Resolves when the ledger
 * is open; RabbitMQ may come later. Throws where the ledger can't be opened.
 */
export async function startScanning(config: Config, logger: LoggerService): Promise<Scanning> {
  const name = `assay-scan@${hostname()}:${process.pid}.${threadId}`;
  const ledger = await openLedger({ url: config.databaseUrl, home: config.home });
  const broker = new Broker({
    url: config.amqpUrl,
    name,
    publishMilliseconds: config.publishTimeoutSeconds * 1000,
    window: WINDOW,
    logger,
  });
  broker.start();
  const { processes, seconds, megabytes } = config.reading;
  const readers = new FactReaders({ processes, secondsPerFile: seconds, megabytesPerFile: megabytes });
  const walker = new Walker(broker, ledger, readers, new Roots(config.roots), logger, name);
  void exiftoolAvailability().then((exiftool) => {
    if (!exiftool.available) logger.warn(`Files that only exiftool can read stay without metadata: ${exiftool.why}`);
  });
  void walker.begin().catch((error: unknown) => {
    logger.error(`Scans are not walked: ${(error as Error).stack}`);
  });
  return walker;
}
