import type { FileFacts } from '@assay/inspection';
import type {
  Assignment,
  Claim,
  ClaimedFile,
  Ending,
  FileFilter,
  FileRecord,
  FoundFile,
  Ledger,
  NewRedrive,
  NewScan,
  Recorded,
  Republication,
  Scan,
  Walk,
  WalkBatch,
} from '../index';
import { type Counts, OUTCOMES } from '../scan';

/** One empty ledger of one implementation, for one test. */
export interface Bed {
  /** What another process opens the same ledger with. */
  url: string;
  /** What a ledger of its own would be made by, removed with the bed. */
  newUrl(): Promise<string>;
  /** Another connection to the same ledger, closed with the bed. */
  open(): Promise<Ledger>;
  /** The clock of every connection: it stands still until a test moves it. */
  clock: { now: number };
  /** How many courses of events a property is tried with: as many as the store runs through in some seconds. */
  courses: number;
  remove(): Promise<void>;
}

let made = 0;

export function newScan(over: Partial<NewScan> = {}): NewScan {
  made += 1;
  return {
    id: `0190a000-0000-7000-8000-${String(made).padStart(12, '0')}`,
    directory: `/data/in-${made}`,
    accept: '/data/accepted',
    quarantine: '/data/quarantined',
    profile: { name: 'photos', version: '1', digest: 'sha256:00', definition: { rules: [{ code: 'too-small' }] } },
    dryRun: false,
    priority: 'normal',
    label: null,
    startAt: null,
    requestedBy: null,
    requestId: null,
    ...over,
  };
}

export const FACTS: FileFacts = { mediaType: 'image/jpeg', extension: 'jpg', reader: 'exifr', problems: [] };

/** A file that passed and moves to its own name under /data/accepted. */
export function found(path: string, over: Partial<FoundFile> = {}): FoundFile {
  return {
    path,
    size: 1_000,
    modifiedAt: 1_700_000_000_000,
    identity: `1:${path}:1000:1:1`,
    inspection: { facts: FACTS, findings: [], verdict: 'pass' },
    plan: { kind: 'move', action: 'accept', destination: `/data/accepted/${path}`, onConflict: 'number' },
    ...over,
  };
}

export function foundMany(count: number, prefix = 'f'): FoundFile[] {
  return Array.from({ length: count }, (_, at) => found(`${prefix}${at}.jpg`));
}

export function batch(over: Partial<WalkBatch>): WalkBatch {
  return { files: [], folders: [], unsettled: [], settled: [], done: [], ...over };
}

export async function createScan(ledger: Ledger, over: Partial<NewScan> = {}): Promise<Scan> {
  const created = await ledger.createScan(newScan(over), null);
  if (created.kind !== 'created') throw new Error(`Expected a new scan, got ${created.kind}`);
  return created.scan;
}

export async function startWalk(ledger: Ledger, over: Partial<NewScan> = {}): Promise<Walk> {
  const scan = await createScan(ledger, over);
  const taken = await ledger.takeWalk(scan.id);
  if (taken === null) throw new Error('A new scan is there to be walked');
  return taken.walk;
}

export async function record(ledger: Ledger, walk: Walk, files: FoundFile[]): Promise<Recorded> {
  const recorded = await ledger.record(walk, batch({ files }));
  if (recorded === null) throw new Error('The walk was taken by another');
  return recorded;
}

/** Records files whose messages the broker confirms at once. */
export async function publish(ledger: Ledger, walk: Walk, files: FoundFile[]): Promise<Assignment[]> {
  const { publication } = await record(ledger, walk, files);
  if (publication === null) return [];
  await ledger.confirmPublication(walk.scan, publication.id);
  return publication.assignments;
}

/** A scan with files that are published, its walk ended. */
export async function publishedScan(ledger: Ledger, files: FoundFile[], over: Partial<NewScan> = {}) {
  const walk = await startWalk(ledger, over);
  const assignments = await publish(ledger, walk, files);
  await endWalk(ledger, walk);
  return { scan: walk.scan, walk, assignments };
}

export async function endWalk(ledger: Ledger, walk: Walk, error: string | null = null): Promise<boolean> {
  const open = await ledger.openFolders(walk.scan, 10_000);
  await ledger.record(walk, batch({ done: open.map(({ id }) => id) }));
  return ledger.endWalk(walk, error);
}

export function claimed(claim: Claim | undefined): ClaimedFile {
  if (claim?.kind !== 'claimed') throw new Error(`Expected a claim, got ${JSON.stringify(claim)}`);
  return claim.file;
}

export async function claimAll(ledger: Ledger, holder: string, assignments: Assignment[], maxAttempts = 5) {
  return (await ledger.claim(holder, assignments, maxAttempts)).map(claimed);
}

export function attemptOf({ scan, seq, attempt }: ClaimedFile): Pick<ClaimedFile, 'scan' | 'seq' | 'attempt'> {
  return { scan, seq, attempt };
}

export function ending(file: { scan: string; seq: number; attempt: number }, over: Partial<Ending> = {}): Ending {
  const { scan, seq, attempt } = file;
  return { scan, seq, attempt, outcome: 'accepted', reason: null, resolved: true, ...over };
}

export function newRedrive(over: Partial<NewRedrive> = {}): NewRedrive {
  made += 1;
  const id = `0190b000-0000-7000-8000-${String(made).padStart(12, '0')}`;
  return { id, scan: null, reason: null, requestedBy: null, requestId: null, ...over };
}

/** Sends one errored row again as it stands; what is to be published for that, nothing where the row is no letter. */
export async function redriveRow(ledger: Ledger, scan: string, seq: number): Promise<Republication[]> {
  const { id } = newRedrive();
  await ledger.createRedrive(newRedrive({ id, scan }));
  const letters = (await ledger.nextLetters(id, 10_000))?.letters ?? [];
  const letter = letters.find((one) => one.seq === seq);
  if (letter === undefined) return [];
  return ledger.redrive(id, scan, seq, [{ seq, generation: letter.generation, judged: null }]);
}

export async function scanOf(ledger: Ledger, id: string): Promise<Scan> {
  const scan = await ledger.scan(id);
  if (scan === null) throw new Error(`No scan ${id}`);
  return scan;
}

export async function fileOf(ledger: Ledger, scan: string, seq: number): Promise<FileRecord> {
  const [record] = await ledger.files(scan, { after: seq - 1, limit: 1 });
  if (record?.seq !== seq) throw new Error(`No file ${seq}`);
  return record;
}

export async function everyPage(ledger: Ledger, scan: string, filter: Partial<FileFilter> = {}, limit = 1_000) {
  const records: FileRecord[] = [];
  for (;;) {
    const page = await ledger.files(scan, { ...filter, after: records.at(-1)?.seq ?? 0, limit });
    records.push(...page);
    if (page.length < limit) return records;
  }
}

/** The counts as the rows themselves give them. */
export async function recount(ledger: Ledger, scan: string): Promise<Counts> {
  const records = await everyPage(ledger, scan);
  const counts = Object.fromEntries(
    OUTCOMES.map((outcome) => [outcome, records.filter((record) => record.outcome === outcome).length]),
  ) as Record<(typeof OUTCOMES)[number], number>;
  return { found: records.length, ...counts };
}

export async function expectBalance(ledger: Ledger, scan: string): Promise<void> {
  const { counts } = await scanOf(ledger, scan);
  const { found: total, ...others } = counts;
  expect(counts).toEqual(await recount(ledger, scan));
  const reasons = await ledger.deadLetterReasons(scan);
  expect(new Map(reasons.map(({ reason, count }) => [reason, count]))).toEqual(await reasonsOf(ledger, scan));
  expect(Object.values(others).reduce((sum, count) => sum + count, 0)).toBe(total);
}

/** As the rows themselves give them. */
async function reasonsOf(ledger: Ledger, scan: string): Promise<Map<string, number>> {
  const reasons = new Map<string, number>();
  for (const { reason } of await everyPage(ledger, scan, { outcome: 'errored' })) {
    const code = reason?.split(':')[0] ?? '';
    reasons.set(code, (reasons.get(code) ?? 0) + 1);
  }
  return reasons;
}
