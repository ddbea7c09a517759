import { getPriority, setPriority } from 'node:os';
import { Worker } from 'node:worker_threads';
import { type OpenFolder, fsPath, openFolder } from '../folder';
import { otherMediaType } from './other-media-type';
import { Exiftool } from './exiftool';
import { answerInRealTime } from '../time-slice';
import { yieldSession } from '../yield-session';
import { resultOfFolderError } from './errno-result';
import { type OutsideCode, readEntry } from './read-entry';
import { type BatchMessage, type ReadResult, type ReaderMessage, SIGN_AFTER_MS } from './reader-messages';

/*
 * The entry of a reader: a child process that reads batches of files and may be killed at any moment. Started by
 * FactReaders, whose arguments are its niceness, the seconds and megabytes that exiftool may need for a file, and 1 where it is of real time.
 */

let lastSignAt = 0;
/** The batch that is being read. */
let current = 0;

function send(message: ReaderMessage): void {
  lastSignAt = performance.now();
  // Without a callback a failed send is thrown as an event; the parent is gone then, and so are we.
  process.send?.(message, undefined, undefined, (error) => {
    if (error !== null) process.exit(0);
  });
}

/** Says that we live, where the last sign is a while ago. */
function sign(id: number): void {
  current = id;
  if (performance.now() - lastSignAt > SIGN_AFTER_MS) send({ kind: 'progress', id });
}

/**
 * Makes the folder the working directory, so that its entries are named by their bare names: as safe against a swapped
 * parent as its descriptor, and 2 µs faster for each call. Left again after the batch, so that no mount is kept busy.
 */
function enter(root: string, relative: string): void {
  let folder: OpenFolder | null = null;
  try {
    folder = openFolder(root, relative);
    // Text on every platform: a path of /proc, or one of a system whose names are all UTF-8.
    process.chdir(folder.self().toString());
  } finally {
    folder?.close();
  }
}

async function readBatch({ id, root, folder, names, needs, heads, listed, bare }: BatchMessage): Promise<ReadResult[]> {
  try {
    enter(root, folder);
  } catch (error) {
    const result = resultOfFolderError(error);
    return names.map(() => result);
  }
  try {
    const results: ReadResult[] = [];
    const outside = bare ? null : outsideCode;
    const how = { onWait: () => sign(id), head: heads === true, listed: listed === true };
    for (const name of names) {
      sign(id);
      const result = readEntry(fsPath(name), name, needs, outside, how);
      results.push(result instanceof Promise ? await result : result);
    }
    return results;
  } finally {
    process.chdir('/');
  }
}

/** To begin at once with the next batch: the parent ends it where one takes long. True where the system allows it. */
const beginAtOnce = (): boolean => realTime === 1 && answerInRealTime('asked');

/** A reader that hangs in a file does not notice that its parent is gone; a thread of its own does. */
function dieWithParent(): void {
  const watch = `const parent = ${process.ppid};
    setInterval(() => { if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL'); }, 500);`;
  new Worker(watch, { eval: true, resourceLimits: { maxOldGenerationSizeMb: 16 }, execArgv: [] }).unref();
  process.on('disconnect', () => process.exit(0));
}

const [niceness = NaN, secondsPerFile = 5, megabytesPerFile = 256, realTime = 0] = process.argv.slice(2).map(Number);
const outsideCode: OutsideCode = {
  rareMediaTypes: otherMediaType,
  exiftool: new Exiftool({ secondsPerFile, megabytesPerFile, onWait: () => sign(current) }),
};

// Never a smaller one than inherited, which only the superuser may set.
if (Number.isInteger(niceness)) setPriority(0, Math.max(niceness, getPriority(0)));
if (niceness > 0) void yieldSession();
// The parent decides when a reader ends; a signal to the whole group must not look like a crash in a file.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
dieWithParent();

let queue = Promise.resolve();
process.on('message', (message) => {
  const batch = message as BatchMessage;
  queue = queue.then(async () => {
    // So that the time before this batch does not count as the time of its first file.
    sign(batch.id);
    const results = await readBatch(batch);
    beginAtOnce();
    send({ kind: 'results', id: batch.id, results });
  });
});
send({ kind: 'ready', realTime: beginAtOnce() });
