import { type Delivery, HEADER, type Outgoing, place } from '@assay/broker';
import { Roots, identityOf, resolveRoot } from '@assay/files';
import type { Finding } from '@assay/inspection';
import {
  type Assignment,
  type FileRecord,
  type FoundFile,
  type Ledger,
  OUTCOMES,
  type Scan,
  openLedger,
} from '@assay/ledger';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pause } from '../pause';
import { Pool } from '../pool';
import { RowResolver } from '../resolve-row';
import type { OnStep, Step } from '../steps';
import { Turnstile } from '../turnstile';

/** What a killed process says last. */
export class CrashError extends Error {
  override readonly name = 'CrashError';
}

export const crashAt =
  (...steps: Step[]): OnStep =>
  (step) => {
    if (step === steps[0]) {
      steps.shift();
      throw new CrashError(step);
    }
  };

/** A subscriber that stops in the middle, as SIGSTOP does, until it is let go on. */
export class Stall {
  readonly reached: Promise<void>;
  private arrive = (): void => undefined;
  private release = (): void => undefined;
  private readonly released = new Promise<void>((resolve) => (this.release = resolve));
  private over = false;

  constructor(
    private readonly at: Step,
    private readonly then: OnStep = () => undefined,
  ) {
    this.reached = new Promise((resolve) => (this.arrive = resolve));
  }

  readonly onStep: OnStep = async (step) => {
    if (this.over) return this.then(step);
    if (step !== this.at) return;
    this.over = true;
    this.arrive();
    await this.released;
    await this.then(step);
  };

  goOn(): void {
    this.release();
  }
}

/** The folders above a path, from the top. */
const foldersOf = (path: string): string[] =>
  path.split('/').flatMap((_, at, all) => (at === 0 ? [] : all.slice(0, at).join('/')));

let made = 0;
const silent = { log: () => undefined, warn: () => undefined, error: () => undefined };
export const MAX_ATTEMPTS = 8;

/** A second device, for destinations that must be copied to; null where this machine has none beside the temp folder's. */
export const OTHER_DEVICE = ((): string | null => {
  try {
    return fs.statSync('/dev/shm').dev === fs.statSync(tmpdir()).dev ? null : '/dev/shm';
  } catch {
    return null;
  }
})();

export interface Plan {
  path: string;
  content: string;
  /** Beneath the destination folder; the path itself where it is not given. */
  to?: string;
  onConflict?: 'fail' | 'number';
  /** It failed with these findings, and moves to the folder for quarantined files. */
  findings?: Finding[];
  /** An earlier path of the same file: this one becomes a hard link of it. */
  linkOf?: string;
}

/** Everything that placing needs but a broker: a ledger, folders on the disk, and queues that are arrays. */
export class Workbench {
  readonly top: string;
  readonly elsewhere: string | null;
  readonly roots: Roots;
  queue: Delivery[] = [];
  dead: string[] = [];
  private holders = 0;

  private constructor(
    readonly ledger: Ledger,
    private readonly ledgerFolder: string,
  ) {
    // In memory where that can be: thousands of crashes would else wait for the disk's fsync, which no test here looks at.
    this.top = resolveRoot(fs.mkdtempSync(join(OTHER_DEVICE ?? tmpdir(), 'placing-')));
    this.elsewhere = OTHER_DEVICE && resolveRoot(fs.mkdtempSync(join(tmpdir(), 'placing-')));
    this.roots = new Roots(this.elsewhere ? [this.top, this.elsewhere] : [this.top]);
  }

  static async open(): Promise<Workbench> {
    const folder = fs.mkdtempSync(join(OTHER_DEVICE ?? tmpdir(), 'placing-ledger-'));
    return new Workbench(await openLedger({ url: `sqlite:${folder}/ledger.db`, patience: 20_000 }), folder);
  }

  async close(): Promise<void> {
    await this.ledger.close();
    for (const folder of [this.top, this.elsewhere, this.ledgerFolder])
      if (folder) fs.rmSync(folder, { recursive: true, force: true });
  }

  /** A finished walk over new files, its messages in the queue. `accept`: where they go, `<root>/<number>/accepted` where it is not given. */
  async scan(
    plans: Plan[],
    {
      copies = false,
      accept,
      quarantine,
      transfer = 'move',
      removeEmptyFolders = false,
    }: {
      copies?: boolean;
      accept?: (directory: string) => string;
      quarantine?: string;
      transfer?: 'move' | 'copy';
      removeEmptyFolders?: boolean;
    } = {},
  ) {
    made += 1;
    const directory = join(this.top, String(made), 'in');
    const beside = join(copies && this.elsewhere ? this.elsewhere : this.top, String(made), 'accepted');
    const destination = accept?.(directory) ?? beside;
    const rejects = quarantine ?? join(this.top, String(made), 'quarantined');
    const files = plans.map((plan): FoundFile => {
      const path = join(directory, plan.path);
      fs.mkdirSync(join(path, '..'), { recursive: true });
      if (plan.linkOf === undefined) fs.writeFileSync(path, plan.content);
      else fs.linkSync(join(directory, plan.linkOf), path);
      const stats = fs.lstatSync(path, { bigint: true });
      return {
        path: plan.path,
        size: Number(stats.size),
        modifiedAt: Number(stats.mtimeMs),
        identity: identityOf(stats),
        inspection: {
          facts: { mediaType: 'image/jpeg', extension: 'jpg', reader: 'exifr', problems: [] },
          findings: plan.findings ?? [],
          verdict: plan.findings === undefined ? 'pass' : 'fail',
        },
        plan: {
          kind: 'move',
          action: plan.findings === undefined ? 'accept' : 'quarantine',
          destination: `${plan.findings === undefined ? destination : rejects}/${plan.to ?? plan.path}`,
          onConflict: plan.onConflict ?? 'number',
        },
      };
    });
    const created = await this.ledger.createScan(
      {
        id: `0190b000-0000-7000-8000-${String(made).padStart(12, '0')}`,
        directory,
        accept: destination,
        quarantine: rejects,
        profile: { name: 'p', version: '1', digest: 'sha256:00', definition: { transfer, removeEmptyFolders } },
        dryRun: false,
        priority: 'normal',
        label: null,
        startAt: null,
        requestedBy: null,
        requestId: null,
      },
      null,
    );
    if (created.kind !== 'created') throw new Error(`Expected a new scan, got ${created.kind}`);
    const { id } = created.scan;
    const taken = await this.ledger.takeWalk(id);
    if (!taken) throw new Error('A new scan is there to be walked');
    const [folder] = await this.ledger.openFolders(id, 1);
    const recorded = await this.ledger.record(taken.walk, {
      files,
      folders: [...new Set(plans.flatMap(({ path }) => foldersOf(path)))],
      unsettled: [],
      settled: [],
      done: folder ? [folder.id] : [],
    });
    const open = await this.ledger.openFolders(id, 10_000);
    const done = open.map((one) => one.id);
    await this.ledger.record(taken.walk, { files: [], folders: [], unsettled: [], settled: [], done });
    const assignments = recorded?.publication?.assignments ?? [];
    if (recorded?.publication) await this.ledger.confirmPublication(id, recorded.publication.id);
    await this.ledger.endWalk(taken.walk, null);
    this.queue.push(...assignments.map((one) => this.delivery(one)));
    return {
      id,
      directory,
      destination,
      rejects,
      assignments,
      home: join(directory, '..'),
      away: join(destination, '..'),
    };
  }

  delivery({ scan, generation, seq, path }: Assignment, step = 0): Delivery {
    return {
      body: Buffer.from(JSON.stringify(place(scan, generation, [{ seq, path }]))),
      key: 'files.normal',
      headers: step === 0 ? {} : { [HEADER.step]: step },
      redelivered: false,
    };
  }

  resolver(): RowResolver {
    return new RowResolver(this.ledger, this.roots, 'resolver', 1);
  }

  /** A subscriber of its own, as another process is. */
  pool(onStep: OnStep = () => undefined, maxAttempts = MAX_ATTEMPTS): Pool {
    this.holders += 1;
    const publish = (message: Outgoing): Promise<void> => {
      if (message.exchange === 'inspection.dead') this.dead.push(String(message.headers[HEADER.reason]));
      else
        this.queue.push({
          body: message.body as Buffer,
          key: message.key,
          headers: message.headers,
          redelivered: false,
        });
      return Promise.resolve();
    };
    return new Pool({
      publisher: { publish, publishAll: async (messages) => void (await Promise.all(messages.map(publish))) },
      ledger: this.ledger,
      roots: this.roots,
      resolver: this.resolver(),
      turnstile: new Turnstile(2),
      pause: new Pause(() => null, silent),
      logger: silent,
      holder: `holder-${this.holders}`,
      maxAttempts,
      onStep,
    });
  }

  /** One batch of all that is queued; what is not acked returns to the queue, as from a process that died. */
  async deliver(pool: Pool): Promise<void> {
    const batch = this.queue.splice(0);
    try {
      await pool.take('normal', batch);
    } catch (error) {
      this.queue.unshift(...batch.map((each) => ({ ...each, redelivered: true })));
      if (!(error instanceof CrashError)) throw error;
    }
  }

  /** Delivers to fresh subscribers until nothing is queued. */
  async drain(): Promise<void> {
    for (let turn = 0; this.queue.length > 0; turn += 1) {
      if (turn > 50) throw new Error(`Messages without end: ${this.queue.length}`);
      await this.deliver(this.pool());
    }
  }

  /** What the sweep does once every process that worked is gone. */
  async sweep(): Promise<void> {
    for (let turn = 0; turn < 3; turn += 1) {
      for (const scan of await this.ledger.scansToEnd()) {
        if (scan.cancelRequestedAt !== null) while ((await this.ledger.endUnclaimed(scan.id, 100)) > 0);
        await this.ledger.completeScan(scan.id);
      }
      for (const row of await this.ledger.unresolved([], 1_000))
        if (await this.resolver().resolve(row)) await this.ledger.forgetSuperseded(row);
    }
  }

  async rows(scan: string): Promise<FileRecord[]> {
    return this.ledger.files(scan, { after: 0, limit: 1_000 });
  }

  async row(scan: string, seq = 1): Promise<FileRecord> {
    const [row] = await this.ledger.files(scan, { after: seq - 1, limit: 1 });
    if (!row) throw new Error(`No row ${seq}`);
    return row;
  }

  async state(scan: string): Promise<Scan> {
    const found = await this.ledger.scan(scan);
    if (!found) throw new Error(`No scan ${scan}`);
    return found;
  }

  /** What is wrong with the counts of a scan that should have ended. */
  async countsProblems(id: string): Promise<string[]> {
    const { state, counts, balanced } = await this.state(id);
    const rows = await this.rows(id);
    const problems = OUTCOMES.filter(
      (outcome) => counts[outcome] !== rows.filter((row) => row.outcome === outcome).length,
    ).map((outcome) => `${outcome}: the scan says ${counts[outcome]}`);
    if (counts.found !== rows.length) problems.push(`found: the scan says ${counts.found} of ${rows.length}`);
    if (state !== 'completed' && state !== 'cancelled') problems.push(`the scan is ${state}`);
    if (!balanced) problems.push('the scan is not balanced');
    return problems;
  }
}

/** Every file beneath these folders, its path relative to the one it was found in, and what it holds. */
export function tree(...tops: string[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const top of new Set(tops)) {
    if (!fs.existsSync(top)) continue;
    for (const entry of fs.readdirSync(top, { recursive: true, withFileTypes: true }))
      if (entry.isFile()) {
        const path = join(entry.parentPath, entry.name);
        found.set(path, fs.readFileSync(path, 'latin1'));
      }
  }
  return found;
}

export const namesOfOurs = (found: Map<string, string>): string[] =>
  [...found.keys()].filter((path) => /\/\.assay-[^/]*$/.test(path));
