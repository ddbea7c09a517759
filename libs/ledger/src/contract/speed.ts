import { performance } from 'node:perf_hooks';
import { type Assignment, type Ledger, openLedger } from '../index';
import { attemptOf, batch, claimed, ending, endWalk, foundMany, scanOf, startWalk } from './bed';

/*
 * How fast a ledger is: `node --require ./libs/ledger/src/contract/typescript-hook.cjs libs/ledger/src/contract/speed.ts URL [FILES] [HOLDERS]`.
 * The ledger at URL is to be an empty one of its own. Prints what each step took; figures of one machine compare with each other alone.
 */

const RECORDED = 500;
const PLACED = 100;
const READS = 40;

const say = (line: string) => process.stdout.write(`${line}\n`);

async function timed<T>(act: () => Promise<T>): Promise<[milliseconds: number, result: T]> {
  const start = performance.now();
  const result = await act();
  return [performance.now() - start, result];
}

/** As a walk does: batches recorded, each confirmed. */
async function recordAll(ledger: Ledger, files: number): Promise<{ scan: string; assignments: Assignment[] }> {
  const walk = await startWalk(ledger);
  const assignments: Assignment[] = [];
  for (let at = 0; at < files; at += RECORDED) {
    const folder = Math.floor(at / (10 * RECORDED));
    const recorded = await ledger.record(walk, batch({ files: foundMany(RECORDED, `folder-${folder}/${at}-`) }));
    const { publication } = recorded ?? {};
    if (!publication) throw new Error('The ledger is not empty');
    assignments.push(...publication.assignments);
    await ledger.confirmPublication(walk.scan, publication.id);
  }
  await endWalk(ledger, walk);
  return { scan: walk.scan, assignments };
}

/** As subscribers do: claim, check and end, batch after batch. Mean milliseconds of each for a batch. */
async function placeAll(ledgers: Ledger[], assignments: Assignment[]): Promise<Record<string, number>> {
  const means = { claim: 0, check: 0, end: 0 };
  const batches: Assignment[][] = [];
  for (let at = 0; at < assignments.length; at += PLACED) batches.push(assignments.slice(at, at + PLACED));
  const count = batches.length;
  await Promise.all(
    ledgers.map(async (ledger, holder) => {
      for (let next = batches.pop(); next !== undefined; next = batches.pop()) {
        const mine = next;
        const [claiming, claims] = await timed(() => ledger.claim(`holder-${holder}`, mine, 8));
        const files = claims.map(claimed);
        const [checking] = await timed(() => ledger.check(files.map(attemptOf)));
        const [ended] = await timed(() => ledger.end(files.map((file) => ending(file))));
        means.claim += claiming / count;
        means.check += checking / count;
        means.end += ended / count;
      }
    }),
  );
  return means;
}

async function read(name: string, act: (round: number) => Promise<unknown>): Promise<void> {
  const all: number[] = [];
  for (let round = 0; round < READS; round += 1) all.push((await timed(() => act(round)))[0]);
  all.sort((one, other) => one - other);
  say(`${name}: median ${all[READS / 2]?.toFixed(2)} ms, worst ${all.at(-1)?.toFixed(2)} ms`);
}

async function main([url = '', files = '100000', holders = '3']: string[]): Promise<void> {
  const ledger = await openLedger({ url });
  const [recording, { scan, assignments }] = await timed(() => recordAll(ledger, Number(files)));
  const total = assignments.length;
  say(`record and confirm, ${RECORDED} at once: ${Math.round((total / recording) * 1_000)} files/s`);
  const ledgers = await Promise.all(Array.from({ length: Number(holders) }, () => openLedger({ url })));
  const [placing, means] = await timed(() => placeAll(ledgers, assignments));
  say(`claim, check and end, ${PLACED} at once by ${holders}: ${Math.round((total / placing) * 1_000)} files/s`);
  for (const [name, mean] of Object.entries(means)) say(`${name} of ${PLACED}: mean ${mean.toFixed(2)} ms`);
  const { state, balanced } = await scanOf(ledger, scan);
  if (state !== 'completed' || !balanced)
    throw new Error(`The scan is ${state}, balanced ${balanced}: no figure counts`);
  await read('a scan', () => ledger.scan(scan));
  await read('the first page of 100', () => ledger.files(scan, { after: 0, limit: 100 }));
  await read('the last page of 100', () => ledger.files(scan, { after: total - 100, limit: 100 }));
  await read('a page by outcome', (at) => ledger.files(scan, { after: at * 100, limit: 100, outcome: 'accepted' }));
  await read('a page by a prefix of all', (at) => ledger.files(scan, { after: at * 100, limit: 100, path: 'folder-' }));
  await read('the summary', () => ledger.summary(scan));
  for (const one of [ledger, ...ledgers]) await one.close();
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
