import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

/*
 * What of a CPU profile belongs to which stage: a sample counts for the nearest frame on its stack, from the inside out, that a stage claims. So
 * what Node.js, SQLite's binding or a library does on a stage's behalf is that stage's.
 */

/** Samples that no stage claims. */
export const OTHER = 'runtime and the rest';
const COLLECTION = 'garbage collection';
const STARTING = 'start';

/** Native calls that wait for a disk and compute nothing. */
const WAITS = /^(fsync|fdatasync)$/;
const STARTS =
  /^node:internal\/(modules|main|bootstrap|process\/execution)|\/node_modules\/(swagger|reflect-metadata|koffi)\//;
const TRANSPORT = /node_modules\/(amqplib|@golevelup|amqp-connection-manager|buffer-more-ints)\/|dist\/libs\/broker\//;
const LEDGER = /node_modules\/better-sqlite3\//;

/** Stages by kind of thread: [name, test of a frame's URL]. The first that claims a frame has it. */
const STAGES = {
  scan: [
    [
      'rules',
      /dist\/libs\/inspection\/|libs\/scanning\/src\/judge|node_modules\/(liquidjs|micromatch|picomatch|re2js)\//,
    ],
    ['ledger', new RegExp(`dist/libs/ledger/|${LEDGER.source}`)],
    ['publish', new RegExp(`libs/scanning/src/(publications|backlog)|node_modules/zod/|${TRANSPORT.source}`)],
    ['hand over to readers', /libs\/files\/src\/read-facts\/|node:internal\/child_process|node:child_process/],
    ['walk', /libs\/files\/src\/|libs\/scanning\/src\//],
  ],
  subscriber: [
    ['claim', /libs\/ledger\/src\/sqlite\/claims/],
    ['record', /libs\/ledger\/src\/sqlite\/(endings|completion)/],
    ['transactions', new RegExp(`dist/libs/ledger/|${LEDGER.source}`)],
    ['consume', new RegExp(`node_modules/zod/|${TRANSPORT.source}`)],
    ['move', /libs\/(placing|files|inspection)\/src\//],
  ],
  http: [
    ['ledger', new RegExp(`dist/libs/ledger/|${LEDGER.source}`)],
    ['broker', TRANSPORT],
    ['HTTP', /dist\/apps\/api\/|node_modules\/(express|router|@nestjs|pino|pino-http|nestjs-pino|helmet|zod)\//],
  ],
  read: [
    [
      'parse',
      /node_modules\/exifr\/|libs\/files\/src\/read-facts\/(formats|exif|tiff|iso|location|capture|clean|signature|text|contents|file-facts|other|icc|jpeg)/,
    ],
    ['read', /libs\/files\/src\//],
  ],
};

/**
 * Shares of the busy time of one thread by stage, and its dearest functions.
 * @param {object[]} profiles of V8, of threads of one kind
 * @param {keyof typeof STAGES} kind
 * @param {{ began: number, ended: number } | null} [window] microseconds of the monotonic clock; what lies outside does not count
 * @returns {{ stages: Record<string, number>, waited: number, functions: { where: string, stage: string, share: number }[] }} shares of 1 of
 *   what was computed; `waited`: microseconds in calls that do nothing but wait for a disk
 */
export function attribute(profiles, kind, window = null) {
  let waited = 0;
  const stages = new Map();
  const functions = new Map();
  let all = 0;
  for (const profile of profiles) {
    const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
    for (const node of profile.nodes) for (const child of node.children ?? []) nodes.get(child).parent = node;
    let at = profile.startTime;
    for (const [index, id] of profile.samples.entries()) {
      const node = nodes.get(id);
      // A sample stands for the time until the next one.
      const microseconds = profile.timeDeltas[index + 1] ?? 0;
      at += profile.timeDeltas[index] ?? 0;
      if (window !== null && (at < window.began || at > window.ended)) continue;
      const stage = stageOf(node, kind);
      if (stage === null || stage === STARTING) continue;
      if (WAITS.test(node.callFrame.functionName)) {
        waited += microseconds;
        continue;
      }
      all += microseconds;
      stages.set(stage, (stages.get(stage) ?? 0) + microseconds);
      const where = nameOf(node);
      const known = functions.get(where) ?? { where, stage, share: 0 };
      known.share += microseconds;
      functions.set(where, known);
    }
  }
  const share = (microseconds) => (all === 0 ? 0 : microseconds / all);
  return {
    waited,
    stages: Object.fromEntries([...stages].map(([stage, microseconds]) => [stage, share(microseconds)])),
    functions: [...functions.values()]
      .sort((one, other) => other.share - one.share)
      .slice(0, 40)
      .map((one) => ({ ...one, share: share(one.share) })),
  };
}

/** Null for a sample in which the thread did nothing. */
function stageOf(node, kind) {
  if (node.stage !== undefined) return node.stage;
  return (node.stage = findStage(node, kind));
}

function findStage(node, kind) {
  const { functionName } = node.callFrame;
  if (functionName === '(idle)' || functionName === '(root)') return null;
  if (functionName === '(garbage collector)') return COLLECTION;
  let starting = false;
  for (let frame = node; frame; frame = frame.parent) {
    const { url } = frame.callFrame;
    if (STARTS.test(url)) starting = true;
    if (url === '') continue;
    const found = STAGES[kind].find(([, test]) => test.test(url));
    if (found && !starting && !isLoading(frame)) return found[0];
  }
  return starting ? STARTING : OTHER;
}

/** Code of a module itself, which runs once. */
function isLoading(node) {
  for (let frame = node; frame; frame = frame.parent) if (STARTS.test(frame.callFrame.url)) return true;
  return false;
}

function nameOf({ callFrame: { functionName, url, lineNumber }, parent }) {
  const name = functionName || '(anonymous)';
  if (url === '' && parent && name[0] !== '(') return `${name} [native] < ${nameOf(parent)}`;
  const short = url.replace(/^file:\/\//, '').replace(/^.*\/(dist|node_modules)\//, '');
  return url === '' ? name : `${name} ${short}:${lineNumber + 1}`;
}

/** The profiles that processes left in `folder`, each with the pid and thread that its name says. */
export function profilesIn(folder) {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.cpuprofile'))
    .map((name) => {
      const [, , , pid, thread] = name.split('.');
      return {
        pid: Number(pid),
        thread: Number(thread),
        profile: JSON.parse(readFileSync(path.join(folder, name), 'utf8')),
      };
    });
}

/** Whether any frame of the profile is of a file that `test` fits. */
export function hasFrame({ nodes }, test) {
  return nodes.some(({ callFrame }) => test.test(callFrame.url));
}
