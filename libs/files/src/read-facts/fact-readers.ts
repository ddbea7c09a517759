import { join } from 'node:path';
import { type Problem } from '@assay/inspection';
import { ReadCall } from './read-call';
import { type BatchMessage, type ReadRequest, type ReadResult } from './reader-messages';
import { type ReaderEnd, type ReaderLimits, ReaderProcess } from './reader-process';

export interface FactReadersOptions {
  /** Child processes; each is started when there is work for it. */
  processes: number;
  /** Default 5. */
  secondsPerFile?: number;
  /** Resident memory of a reader above what it had when idle. Watched on Linux alone. Default 256. */
  megabytesPerFile?: number;
  /** Default 19: reading yields to everything else. */
  niceness?: number;
  /** Go before every other program, where the system allows it, for the first moments of each batch; see `answerInRealTime`. Default false. */
  realTime?: boolean;
  /** The compiled entry of a reader. Default: the one beside this file. */
  entry?: string;
}

/** No reader could be started: a fault of the installation or the machine, and nothing is known of any file. */
export class ReadersUnavailableError extends Error {
  override readonly name = 'ReadersUnavailableError';
}

/** The readers were closed while, or before, the files were read. */
export class ReadersClosedError extends Error {
  override readonly name = 'ReadersClosedError';
}

const TICK_MS = 25;
/** One that is read, one that waits in the channel: the reader is never idle, and little is read again after a death. */
const IN_FLIGHT = 2;
const MAX_FAILED_STARTS = 3;
/** A reader may be killed by others, too (an operator, the kernel short of memory); twice over one file is no accident. */
const DEATHS_TO_CONDEMN = 2;

const isSegment = (name: string): boolean =>
  name !== '' && name !== '.' && name !== '..' && !name.includes('/') && !name.includes('\0');

type Blame = Exclude<ReaderEnd, 'never-started' | 'stalled' | 'retired'>;

/**
 * Reads file facts in child processes that may hang, bloat or crash over a hostile file without harm: the one that does
 * is killed, its batch is read again file by file, and the culprit gets a problem (`reader-timeout`, `reader-memory`,
 * `reader-crashed`) instead of metadata. Calls share the readers in turn. To be closed by the one who made it.
 */
export class FactReaders {
  private readonly limits: ReaderLimits;
  private readonly processes: number;
  private readonly readers = new Set<ReaderProcess>();
  /** Those with batches to send, the next one in turn first. */
  private readonly calls: ReadCall[] = [];
  private readonly sent = new Map<number, ReadCall>();
  private pending = 0;
  private ticking: NodeJS.Timeout | null = null;
  private failedStarts = 0;
  private closing: Promise<void> | null = null;
  private onLastEnd: (() => void) | null = null;

  constructor(options: FactReadersOptions) {
    this.processes = Math.max(1, options.processes);
    this.limits = {
      entry: options.entry ?? join(__dirname, 'reader.js'),
      secondsPerFile: options.secondsPerFile ?? 5,
      megabytesPerFile: options.megabytesPerFile ?? 256,
      niceness: options.niceness ?? 19,
      realTime: options.realTime ?? false,
    };
  }

  /**
   * Reads entries of one folder; results come in the order of the names. Nothing is changed on disk (not even the access
   * time, where the system lets us). Rejects with {@link ReadersUnavailableError}, {@link ReadersClosedError}, or
   * RangeError for a name that is not one segment; whatever is wrong with files or disks is in the results. Bound what you have in flight: names wait in memory.
   */
  read(request: ReadRequest): Promise<ReadResult[]> {
    if (this.closing !== null) return Promise.reject(new ReadersClosedError('the readers are closed'));
    if (request.names.length === 0) return Promise.resolve([]);
    const wrong = request.names.find((name) => !isSegment(name));
    if (wrong !== undefined)
      return Promise.reject(new RangeError(`not the name of an entry: ${JSON.stringify(wrong)}`));
    return new Promise((resolve, reject) => {
      const settle = () => {
        this.pending -= 1;
        if (this.pending === 0) this.stopTicking();
      };
      this.pending += 1;
      this.calls.push(
        new ReadCall(request, this.processes, {
          resolve: (results) => {
            settle();
            resolve(results);
          },
          reject: (error) => {
            settle();
            reject(error);
          },
        }),
      );
      this.startTicking();
      this.feed();
    });
  }

  /** Ends the readers; what is still being read is rejected. Resolves when every one of them is gone. Idempotent. */
  close(): Promise<void> {
    this.closing ??= new Promise<void>((resolve) => {
      this.rejectAll(new ReadersClosedError('the readers were closed'));
      if (this.readers.size === 0) {
        resolve();
        return;
      }
      this.onLastEnd = resolve;
      for (const reader of this.readers) reader.kill('retired');
    });
    return this.closing;
  }

  /** Sends what can be sent: the least loaded reader takes the next batch of the call whose turn it is. */
  private feed(): void {
    for (let call = this.calls[0]; call !== undefined; call = this.calls[0]) {
      const reader = this.freeReader();
      if (reader === null) return;
      this.calls.shift();
      const batch = call.next();
      if (batch === undefined) continue;
      this.calls.push(call);
      this.sent.set(batch.id, call);
      reader.send(batch);
    }
  }

  private freeReader(): ReaderProcess | null {
    let best: ReaderProcess | null = null;
    for (const reader of this.readers)
      if (reader.usable && reader.load < IN_FLIGHT && (best === null || reader.load < best.load)) best = reader;
    const idle = best !== null && best.load === 0;
    if (!idle && this.readers.size < this.processes) return this.start();
    return best;
  }

  private start(): ReaderProcess {
    const reader: ReaderProcess = new ReaderProcess(this.limits, {
      ready: () => {
        this.failedStarts = 0;
      },
      results: (batch, results) => {
        this.take(batch)?.answer(batch, results);
        this.feed();
      },
      end: (end, unanswered, detail) => this.bury(reader, end, unanswered, detail),
    });
    this.readers.add(reader);
    return reader;
  }

  private take(batch: BatchMessage): ReadCall | undefined {
    const call = this.sent.get(batch.id);
    this.sent.delete(batch.id);
    return call;
  }

  private bury(reader: ReaderProcess, end: ReaderEnd, unanswered: BatchMessage[], detail: string): void {
    this.readers.delete(reader);
    if (this.closing !== null) {
      if (this.readers.size === 0) this.onLastEnd?.();
      return;
    }
    if (end === 'never-started') {
      this.failedStarts += 1;
      if (this.failedStarts >= MAX_FAILED_STARTS) {
        this.failedStarts = 0;
        this.rejectAll(new ReadersUnavailableError(`no reader of file facts could be started: ${detail}`));
        return;
      }
    }
    // Batches are read in order, so the first unanswered one held the file over which the reader ended.
    const [first, ...waiting] = unanswered;
    for (const batch of waiting.reverse()) this.putBack(batch);
    if (first !== undefined) this.judge(first, end, detail);
    this.feed();
  }

  private judge(batch: BatchMessage, end: ReaderEnd, detail: string): void {
    const call = this.sent.get(batch.id);
    if (call === undefined) return;
    if (end === 'never-started' || end === 'retired') {
      this.putBack(batch);
      return;
    }
    this.take(batch);
    if (end === 'stalled')
      call.answer(
        batch,
        batch.names.map(() => ({ kind: 'broken-disk', code: 'ETIMEDOUT' })),
      );
    else if (batch.bare) call.answer(batch, [{ kind: 'skipped', reason: `unreadable: reader-${end}` }]);
    else {
      const deaths = call.countDeath(batch);
      // Time and memory were measured, so they count against the culprit among many, too.
      if (batch.names.length > 1) call.splitIntoSingles(batch, end === 'crashed' ? 0 : deaths);
      else if (deaths < DEATHS_TO_CONDEMN) call.requeue(batch);
      else call.condemn(batch, this.problemOf(end, detail));
    }
    this.queueAgain(call);
  }

  private putBack(batch: BatchMessage): void {
    const call = this.take(batch);
    if (call === undefined) return;
    call.requeue(batch);
    this.queueAgain(call);
  }

  private queueAgain(call: ReadCall): void {
    if (!this.calls.includes(call)) this.calls.unshift(call);
  }

  private problemOf(end: Blame, detail: string): Problem {
    const { secondsPerFile, megabytesPerFile } = this.limits;
    const said = {
      timeout: `The reader needed more than ${secondsPerFile} s for this file and was ended.`,
      memory: `The reader needed more than ${megabytesPerFile} MB for this file and was ended.`,
      crashed: `The reader crashed on this file (${(detail.split('\n')[0] ?? '').slice(0, 100)}).`,
    };
    return { code: `reader-${end}`, message: said[end] };
  }

  private rejectAll(error: Error): void {
    const open = new Set([...this.calls, ...this.sent.values()]);
    this.calls.length = 0;
    this.sent.clear();
    for (const call of open) call.fail(error);
  }

  private startTicking(): void {
    this.ticking ??= setInterval(() => {
      for (const reader of this.readers) reader.watch();
    }, TICK_MS);
  }

  private stopTicking(): void {
    if (this.ticking !== null) clearInterval(this.ticking);
    this.ticking = null;
  }
}
