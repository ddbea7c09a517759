import { type ChildProcess, fork } from 'node:child_process';
import { processorSeconds, residentBytes } from './process-usage';
import { shareProcessor } from '../time-slice';
import { type BatchMessage, type ReadResult, type ReaderMessage, SIGN_AFTER_MS } from './reader-messages';

/** Why a reader ended. `stalled`: it waited, for a disk or a processor, and did not compute. */
export type ReaderEnd = 'never-started' | 'timeout' | 'memory' | 'stalled' | 'crashed' | 'retired';

export interface ReaderLimits {
  entry: string;
  secondsPerFile: number;
  megabytesPerFile: number;
  niceness: number;
  realTime: boolean;
}

export interface ReaderEvents {
  ready(): void;
  results(batch: BatchMessage, results: ReadResult[]): void;
  /** Comes once, after every result that it sent. `unanswered` in the order in which it would have read them. */
  end(end: ReaderEnd, unanswered: BatchMessage[], detail: string): void;
}

const START_SECONDS = 30;
/** Time that we did not see pass (our own loop was busy, the machine slept) is not held against a reader. */
const MAX_TICK_MS = 200;
/** A reader that was given no processor gets this many times the limit. */
const PATIENCE = 4;
/** The processor's time is noted when a file takes this long, since nearly none does. */
const NOTE_PROCESSOR_AFTER_MS = 400;
/** As long as nearly every batch of one file takes at most; a reader of real time that takes longer goes on like other programs. */
const REAL_TIME_MS = 50;
const MAX_DETAIL = 2000;
/** A reader inherits none of our secrets. */
const ENVIRONMENT = ['PATH', 'LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH', 'LANG', 'LC_ALL', 'TMPDIR', 'SystemRoot'];

function environment(): NodeJS.ProcessEnv {
  const kept = ENVIRONMENT.filter((name) => process.env[name] !== undefined);
  return Object.fromEntries(kept.map((name) => [name, process.env[name]]));
}

/** One reader, seen from the process that started it: sends batches, watches time and memory, and kills it by its own id. */
export class ReaderProcess {
  private readonly child: ChildProcess;
  private readonly unanswered: BatchMessage[] = [];
  private ready = false;
  /** As the reader said; it is again with each batch. */
  private realTime = false;
  /** When the batch that is being read was begun; null where that takes so long that the reader is not of real time any more. */
  private begunAt: number | null = null;
  private silentMs = 0;
  private lastTickAt = performance.now();
  private processorAt: { silentMs: number; seconds: number } | null = null;
  private baselineBytes: number | null = null;
  private overdue = false;
  private retiring = false;
  private verdict: ReaderEnd | null = null;
  private ended = false;
  private detail = '';

  constructor(
    private readonly limits: ReaderLimits,
    private readonly events: ReaderEvents,
  ) {
    const { niceness, secondsPerFile, megabytesPerFile, realTime } = limits;
    this.child = fork(limits.entry, [niceness, secondsPerFile, megabytesPerFile, Number(realTime)].map(String), {
      // Plain values alone go to and fro, and JSON takes half the time of a structured clone.
      serialization: 'json',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: [`--max-old-space-size=${Math.max(64, Math.floor(megabytesPerFile * 0.75))}`],
      env: environment(),
      // A session of its own, so that it can yield to that of HTTP, which is ours.
      detached: niceness > 0,
    });
    this.listen();
    this.unref();
  }

  /** Batches sent and not answered. */
  get load(): number {
    return this.unanswered.length;
  }

  /** False where no more batches should be sent. */
  get usable(): boolean {
    return this.verdict === null && !this.ended && !this.retiring;
  }

  send(batch: BatchMessage): void {
    if (this.unanswered.length === 0) this.begin();
    this.unanswered.push(batch);
    // A failed send is followed by the end, which tells what is unanswered.
    this.child.send(batch, () => undefined);
  }

  /** To be called every few dozen milliseconds while anything is waited for. */
  watch(): void {
    const now = performance.now();
    const passed = Math.min(now - this.lastTickAt, MAX_TICK_MS);
    this.lastTickAt = now;
    if (this.verdict !== null || (this.ready && this.unanswered.length === 0)) return;
    this.silentMs += passed;
    if (!this.ready) {
      if (this.silentMs > START_SECONDS * 1000) this.kill('never-started');
      return;
    }
    this.watchPriority(now);
    this.watchMemory();
    this.watchTime();
  }

  /** Ends it, whatever it does; `end` comes later. Idempotent. */
  kill(verdict: ReaderEnd): void {
    if (this.verdict !== null) return;
    this.verdict = verdict;
    this.child.ref();
    this.child.kill('SIGKILL');
  }

  /** A file over which a reader computes for seconds must not take the processor from every other program meanwhile. */
  private watchPriority(now: number): void {
    const { pid } = this.child;
    if (!this.realTime || pid === undefined || this.begunAt === null || now - this.begunAt < REAL_TIME_MS) return;
    // Once: by the time of another try it may have ended this batch, and be of real time for the next one.
    this.begunAt = null;
    shareProcessor(pid);
  }

  private watchTime(): void {
    const { pid } = this.child;
    const limitMs = this.limits.secondsPerFile * 1000;
    if (this.processorAt === null && this.silentMs >= NOTE_PROCESSOR_AFTER_MS) {
      const seconds = pid === undefined ? null : processorSeconds(pid);
      if (seconds !== null) this.processorAt = { silentMs: this.silentMs, seconds };
    }
    if (this.silentMs < limitMs + SIGN_AFTER_MS) return;
    // One more turn of our loop, so that a sign that waits unread in the channel is seen first.
    if (!this.overdue) {
      this.overdue = true;
      return;
    }
    const now = pid === undefined ? null : processorSeconds(pid);
    const used = now === null || this.processorAt === null ? null : now - this.processorAt.seconds;
    if (used === null || used * 1000 >= limitMs / 2) this.kill('timeout');
    else if (this.silentMs >= limitMs * PATIENCE) this.kill(used * 1000 >= limitMs / 10 ? 'timeout' : 'stalled');
  }

  private watchMemory(): void {
    const { pid } = this.child;
    const resident = pid === undefined ? null : residentBytes(pid);
    if (resident === null) return;
    this.baselineBytes ??= resident;
    const grown = resident - this.baselineBytes;
    const limit = this.limits.megabytesPerFile * 1024 * 1024;
    if (grown > limit) this.kill('memory');
    // What the files before left behind would be held against the next one.
    else if (grown > limit / 2) this.retiring = true;
  }

  private begin(): void {
    this.begunAt = performance.now();
    this.sign();
  }

  private sign(): void {
    this.silentMs = 0;
    this.overdue = false;
    this.processorAt = null;
  }

  private listen(): void {
    const { child } = this;
    child.on('message', (message) => this.receive(message as ReaderMessage));
    child.stderr?.on(
      'data',
      (chunk: Buffer) => (this.detail = (this.detail + chunk.toString('utf8')).slice(-MAX_DETAIL)),
    );
    let exited: string | null = null;
    let disconnected = false;
    // Results may still lie in the channel when the exit is told.
    const settle = () => {
      if (exited !== null && disconnected) this.end(exited);
    };
    child.on('exit', (code, signal) => {
      exited = signal === null ? `exit code ${code}` : `signal ${signal}`;
      settle();
    });
    child.on('disconnect', () => {
      disconnected = true;
      // A reader without its channel is of no use; one that is exiting is not hurt by this.
      child.kill('SIGKILL');
      settle();
    });
    child.on('error', (error) => {
      if (child.pid === undefined) this.end(error.message);
    });
  }

  private receive(message: ReaderMessage): void {
    this.sign();
    if (message.kind === 'ready') {
      this.ready = true;
      this.realTime = message.realTime;
      if (this.child.pid !== undefined) this.baselineBytes = residentBytes(this.child.pid);
      this.events.ready();
    } else if (message.kind === 'results') {
      const batch = this.unanswered.shift();
      this.begin();
      if (batch?.id !== message.id) throw new Error(`a reader answered batch ${message.id} out of turn`);
      this.events.results(batch, message.results);
      if (this.retiring && this.unanswered.length === 0) this.kill('retired');
    }
  }

  private end(how: string): void {
    if (this.ended) return;
    this.ended = true;
    const ranOut = this.detail.includes('heap out of memory');
    const verdict = this.verdict ?? (!this.ready ? 'never-started' : ranOut ? 'memory' : 'crashed');
    this.events.end(verdict, this.unanswered.splice(0), `${how}${this.detail === '' ? '' : `: ${this.detail.trim()}`}`);
  }

  /** What waits for results keeps the program alive; an idle reader does not. */
  private unref(): void {
    this.child.unref();
    this.child.channel?.unref();
    (this.child.stderr as { unref?: () => void } | null)?.unref?.();
  }
}
