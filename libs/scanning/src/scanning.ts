import {
  Broker,
  BrokerUnavailable,
  type Delivery,
  HEADER,
  SCANS_QUEUE,
  TopologyMismatch,
  dead,
  delayed,
  again,
  readMessage,
  walk as walkMessageOf,
  walkMessage,
  walkOutgoing,
} from '@assay/broker';
import type { Config } from '@assay/config';
import {
  FactReaders,
  ReadersClosedError,
  ReadersUnavailableError,
  RootUnavailable,
  Roots,
  consequenceOf,
  errnoOf,
  selection,
  exiftoolAvailability,
} from '@assay/files';
import { type ProfileDefinition, compileProfile } from '@assay/inspection';
import { type Ledger, LedgerUnavailable, type Scan, type Walk, openLedger } from '@assay/ledger';
import type { LoggerService } from '@nestjs/common';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { threadId } from 'node:worker_threads';
import { BrokenDisk, type WalkContext } from './walk-folder';
import { type SliceEnd, SliceWalk } from './walk-slice';

/** Unconfirmed messages at once: enough to keep a quorum queue busy. */
const WINDOW = 2_000;
/** Steps of the delay ladder that a walk waits for a disk, or for its directory, to come back; then it fails. */
const STEPS_FOR_DISK = 8;
const STEPS_FOR_DIRECTORY = 3;
const ASK_AGAIN_MS = 1_000;

/** What a thread of the API app does: takes scans' messages and walks. */
export interface Scanning {
  /** Ends the slice under way, hands the rest to another walker, and closes; waits at most so long. */
  close(milliseconds: number): Promise<void>;
}

/** Consumes scan messages, one slice at a time. */
class Walker implements Scanning {
  private readonly stopping = new AbortController();

  constructor(
    private readonly broker: Broker,
    private readonly ledger: Ledger,
    private readonly readers: FactReaders,
    private readonly roots: Roots,
    private readonly logger: LoggerService,
    private readonly name: string,
  ) {}

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
        if (!(error instanceof BrokerUnavailable)) throw error;
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
    const read = readMessage(walkMessage, delivery.body);
    if (!read.ok) {
      this.logger.warn(`A scan message was dead-lettered: ${read.reason}`);
      await this.broker.publisher.publish(dead(again(delivery), read.reason));
      return;
    }
    const taken = await this.ledger.takeWalk(read.message.scan);
    if (!taken) return;
    const { scan, walk } = taken;
    const step = Number(delivery.headers[HEADER.step] ?? 0);
    try {
      const end = await this.slice(scan, walk);
      this.logger.debug?.({ scan: scan.id, requestId: scan.requestId, end }, 'A slice ended');
      await this.goOn(scan, end);
    } catch (error) {
      await this.afterFailure(scan, walk, step, error as Error);
    }
  }

  private slice(scan: Scan, walk: Walk): Promise<SliceEnd> {
    const definition = scan.profile.definition as ProfileDefinition;
    const context: WalkContext = {
      scan,
      profile: compileProfile(definition),
      directory: this.roots.locate(scan.directory),
      ledger: this.ledger,
      readers: this.readers,
      select: selection(definition.include ?? [], definition.exclude ?? []),
      settle: definition.settleSeconds * 1000,
    };
    return new SliceWalk(walk, context, this.ledger, this.broker, this.stopping.signal).run();
  }

  private async goOn(scan: Scan, end: SliceEnd): Promise<void> {
    const next = walkOutgoing(walkMessageOf(scan.id), scan.requestId);
    if (end === 'more') await this.broker.publisher.publish(next);
    if (end === 'later') await this.broker.publisher.publish(delayed(next, 0));
  }

  private async afterFailure(scan: Scan, walk: Walk, step: number, error: Error): Promise<void> {
    const said = { scan: scan.id, requestId: scan.requestId, step };
    // Not the scan's fault: its message returns to the queue and is taken again.
    if (error instanceof LedgerUnavailable || error instanceof BrokerUnavailable || error instanceof TopologyMismatch)
      throw error;
    if (error instanceof ReadersClosedError) throw error;
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
  const ledger = await openLedger({ url: config.databaseUrl });
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
