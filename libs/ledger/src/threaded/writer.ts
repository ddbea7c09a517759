import { Worker } from 'node:worker_threads';
import { LedgerUnavailable } from '../ledger';
import {
  type LedgerMethod,
  type ThreadAnswer,
  type ThreadCall,
  type ThreadOptions,
  unpackError,
} from './thread-messages';

interface Waiting {
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
  deadline: NodeJS.Timeout;
}

/** A thread that died is started again at once the first time, then after rests that double between these, in milliseconds. */
const FIRST_REST = 100;
const LONGEST_REST = 5_000;
/** A call carries a scan or a few keys. */
const YOUNG_MEGABYTES = 4;

export interface WriterOptions {
  entry: string;
  thread: ThreadOptions;
  /** Milliseconds after which a call without answer counts as failed, its effect unknown. */
  deadline: number;
}

/** The thread that writes, kept alive: where it ends, the calls under way fail with LedgerUnavailable and another takes its place. */
export class Writer {
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | null = null;
  #restart: NodeJS.Timeout | undefined;
  #rest = 0;
  #calls = 0;
  #closing = false;

  private constructor(private readonly options: WriterOptions) {}

  /** Resolves when the thread has opened the ledger; rejects with the error that kept it from that. */
  static async start(options: WriterOptions): Promise<Writer> {
    const writer = new Writer(options);
    try {
      await new Promise<void>((resolve, reject) => writer.#start(resolve, reject));
      return writer;
    } catch (error) {
      await writer.close();
      throw error;
    }
  }

  call(method: LedgerMethod, args: unknown[]): Promise<unknown> {
    const worker = this.#worker;
    if (worker === null || (this.#closing && method !== 'close')) {
      return Promise.reject(
        new LedgerUnavailable(this.#closing ? 'The ledger is closed' : 'The ledger thread is being started again'),
      );
    }
    return new Promise((resolve, reject) => {
      const id = ++this.#calls;
      const deadline = setTimeout(() => {
        this.#waiting.delete(id);
        reject(
          new LedgerUnavailable(`The ledger thread gave no answer within ${this.options.deadline} ms (${method})`),
        );
      }, this.options.deadline);
      this.#waiting.set(id, { resolve, reject, deadline });
      worker.postMessage({ id, method, args } satisfies ThreadCall);
    });
  }

  /** Ends the thread after the calls under way. */
  async close(): Promise<void> {
    this.#closing = true;
    clearTimeout(this.#restart);
    const worker = this.#worker;
    if (worker === null) return;
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    await this.call('close', []);
    await ended;
  }

  /** Ends the thread now, as a crash would. */
  async terminate(): Promise<void> {
    await this.#worker?.terminate();
  }

  #start(ready: () => void, failed: (error: Error) => void): void {
    const worker = new Worker(this.options.entry, {
      workerData: this.options.thread,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MEGABYTES },
    });
    this.#worker = worker;
    let death: Error | null = null;
    worker.on('message', (answer: ThreadAnswer) => {
      if (answer.kind === 'ready') {
        this.#rest = 0;
        ready();
      } else if (answer.kind === 'failed') death = unpackError(answer.error);
      else this.#answer(answer);
    });
    worker.on('error', (error) => (death = error));
    worker.on('exit', () => {
      this.#worker = null;
      const message = death === null ? 'The ledger thread ended' : `The ledger thread ended: ${death.message}`;
      failed(death ?? new LedgerUnavailable(message));
      for (const [id, { reject, deadline }] of this.#waiting) {
        clearTimeout(deadline);
        this.#waiting.delete(id);
        reject(new LedgerUnavailable(message, { cause: death }));
      }
      if (!this.#closing) this.#startAgain();
    });
  }

  #startAgain(): void {
    const rest = this.#rest;
    this.#rest = Math.min(LONGEST_REST, Math.max(FIRST_REST, 2 * rest));
    const nobody = () => {};
    this.#restart = setTimeout(() => this.#start(nobody, nobody), rest);
  }

  #answer(answer: Extract<ThreadAnswer, { id: number }>): void {
    const waiting = this.#waiting.get(answer.id);
    if (waiting === undefined) return;
    this.#waiting.delete(answer.id);
    clearTimeout(waiting.deadline);
    if (answer.kind === 'returned') waiting.resolve(answer.value);
    else waiting.reject(unpackError(answer.error));
  }
}
