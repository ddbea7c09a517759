import { type ChildProcess, spawn } from 'node:child_process';
import { type Problem } from '@assay/inspection';
import type * as Vendored from 'exiftool-vendored';
import { exiftoolAvailability, stayOpenCall } from './exiftool-program';
import { processorSeconds, residentBytes } from './process-usage';

/** Tags by group and name, such as `QuickTime:CreateDate`, as exiftool's JSON gives them. */
export type ExiftoolTags = Readonly<Record<string, unknown>>;

export type ExiftoolAnswer = { kind: 'tags'; tags: ExiftoolTags } | { kind: 'problem'; problem: Problem };

export interface ExiftoolLimits {
  secondsPerFile: number;
  megabytesPerFile: number;
  /** Called every few dozen milliseconds while an answer is waited for. */
  onWait: () => void;
}

const WATCH_MS = 50;
/** A program that was given no processor gets this many times the limit; its start counts, too. */
const PATIENCE = 4;
const FILES_PER_PROCESS = 500;

/** `#`: as a number, not in words. */
const ARGUMENTS = [
  ...['-fast', '-G0', '-api', 'LargeFileSupport=1'],
  ...['-FileType', '-ImageWidth#', '-ImageHeight#', '-Orientation#', '-Rotation#', '-Duration#'],
  ...['-Make', '-Model', '-LensModel', '-SerialNumber', '-Software'],
  ...['-DateTimeOriginal', '-CreateDate', '-SubSecTimeOriginal', '-OffsetTimeOriginal'],
  ...['-GPSLatitude#', '-GPSLongitude#', '-GPSAltitude#', '-GPSAltitudeRef#'],
  ...['-Rating#', '-Title', '-Creator', '-Artist', '-Copyright', '-CompressorID', '-VideoCodec', '-Error'],
];

type Killing = 'timeout' | 'memory';

/**
 * exiftool in a process that stays open, started with the first file that needs it. Reads one file at a time; a file over
 * which it hangs or bloats costs the process, and the next file gets a new one. To be closed by the one who made it; it
 * ends by itself when our process does.
 */
export class Exiftool {
  private library: Promise<Vendored.ExifTool | Problem> | null = null;
  private child: ChildProcess | null = null;

  constructor(private readonly limits: ExiftoolLimits) {}

  /** What exiftool reads of the file at `path`, an absolute path without line breaks. Never rejects. */
  async read(path: string): Promise<ExiftoolAnswer> {
    this.library ??= this.open();
    const library = await this.library;
    if ('code' in library) return { kind: 'problem', problem: library };
    const watch = this.watch();
    try {
      const tags = await library.readRaw(path, { readArgs: ARGUMENTS });
      return { kind: 'tags', tags: tags as ExiftoolTags };
    } catch (error) {
      return { kind: 'problem', problem: this.problemOf(watch.killing, error) };
    } finally {
      watch.stop();
    }
  }

  async close(): Promise<void> {
    const library = await this.library;
    this.library = null;
    if (library !== null && !('code' in library)) await library.end(false);
  }

  private async open(): Promise<Vendored.ExifTool | Problem> {
    const availability = await exiftoolAvailability();
    if (!availability.available)
      return { code: 'reader-unavailable', message: `Only exiftool reads this file. ${availability.why}` };
    const { ExifTool } = await import('exiftool-vendored');
    const { secondsPerFile } = this.limits;
    const longest = secondsPerFile * PATIENCE * 2;
    const { command, args, environment } = stayOpenCall(longest);
    return new ExifTool({
      maxProcs: 1,
      maxTasksPerProcess: FILES_PER_PROCESS,
      minDelayBetweenSpawnMillis: 0,
      // Behind our own watch, which knows what the process uses.
      taskTimeoutMillis: longest * 1000,
      taskRetries: 0,
      processFactory: () => {
        this.child = spawn(command, args, { stdio: 'pipe', env: environment, cwd: '/' });
        return Promise.resolve(this.child);
      },
    });
  }

  private watch(): { killing: Killing | null; stop: () => void } {
    const startedAt = performance.now();
    const limitMs = this.limits.secondsPerFile * 1000;
    let watched: { pid: number; seconds: number } | null = null;
    const watch = {
      killing: null as Killing | null,
      stop: () => {
        clearInterval(timer);
      },
    };
    const timer = setInterval(() => {
      this.limits.onWait();
      const pid = this.child?.pid;
      if (pid === undefined || watch.killing !== null) return;
      const seconds = processorSeconds(pid);
      if (watched?.pid !== pid && seconds !== null) watched = { pid, seconds };
      const spent = performance.now() - startedAt;
      const used = seconds === null || watched === null ? null : seconds - watched.seconds;
      const idle = used !== null && used * 1000 < limitMs / 2;
      if (spent > limitMs * (idle ? PATIENCE : 1)) watch.killing = 'timeout';
      else if ((residentBytes(pid) ?? 0) > this.limits.megabytesPerFile * 1024 * 1024) watch.killing = 'memory';
      if (watch.killing !== null) this.child?.kill('SIGKILL');
    }, WATCH_MS);
    return watch;
  }

  private problemOf(killing: Killing | null, error: unknown): Problem {
    const { secondsPerFile, megabytesPerFile } = this.limits;
    if (killing === 'timeout')
      return {
        code: 'reader-timeout',
        message: `exiftool needed more than ${secondsPerFile} s for this file and was ended.`,
      };
    if (killing === 'memory')
      return {
        code: 'reader-memory',
        message: `exiftool needed more than ${megabytesPerFile} MB for this file and was ended.`,
      };
    const said = error instanceof Error ? error.message : String(error);
    return {
      code: 'reader-crashed',
      message: `exiftool gave no answer (${(said.split('\n')[0] ?? '').slice(0, 100)}).`,
    };
  }
}
