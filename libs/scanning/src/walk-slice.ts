import type { Broker } from '@assay/broker';
import type { Ledger, OpenFolder, Walk, WalkBatch } from '@assay/ledger';
import { setTimeout as sleep } from 'node:timers/promises';
import { Backlog } from './backlog';
import type { Comparison } from './comparison';
import type { MetFile } from './judge';
import { comparisonOf, judgeCompared, judgeEach } from './judge-met';
import { Publications } from './publications';
import { GROUP, type Found, type WalkContext, foundNothing, walkFolder } from './walk-folder';
import { unsettledFound, whenSettled } from './unsettled';

/**
 * How a slice ended.
 * - `walked`: to the end;
 * - `more`: the next slice is to be published now;
 * - `later`: the next slice is to come after a delay (subscribers lag behind, or files are still young);
 * - `lost`: another walker has it, or the scan stops.
 */
export type SliceEnd = 'walked' | 'more' | 'later' | 'lost';

/** Rows after which a slice ends even where nobody waits, so that no message is held for ever; a slice ends by new rows, not by names. */
const MOST_ROWS = 200_000;
/** Rows after which it makes way where another scan waits. */
const FAIR_ROWS = 5_000;
const MOST_MS = 5 * 60_000;
/** Groups being read while one is recorded: enough for the readers never to wait, and few to keep in memory. */
const READ_AHEAD = 2;
const FOLDERS = 200;
/** A pause for files to settle that is worth keeping the walker for. */
const SHORT_WAIT_MS = 3_000;
const MOST_LISTINGS = 3;

/** A wait longer than this is told to the ledger again and again, so that nobody takes the walk of one who only reads for long. */
const SIGN_MS = 2_000;

/** What was met and not recorded yet. */
type MetBatch = Omit<WalkBatch, 'files'> & { files: MetFile[] };
const emptyBatch = () => ({ files: [], folders: [], unsettled: [], settled: [], done: [] });

/** A group being read, or the `end` of a folder, which comes after its groups. */
interface Ahead {
  folder: OpenFolder;
  found: Promise<Found>;
  end: boolean;
}

/** The walk is no longer ours; nothing more may be written. */
class Lost extends Error {}

/** Walks one slice of a scan: from whatever the ledger says is open, as far as it goes. */
export class SliceWalk {
  private batch: MetBatch = emptyBatch();
  private readonly comparison: Comparison | null;
  private rows = 0;
  private readonly began = Date.now();
  /** Folders that this slice was the first to meet: nothing in them has a row yet. */
  private readonly fresh = new Set<number>();
  private readonly listedAgain = new Map<string, number>();
  /** Folders from which a name went while they were walked. */
  private readonly vanishedFrom = new Set<string>();
  private readonly publications: Publications;
  private readonly backlog: Backlog;

  constructor(
    private readonly walk: Walk,
    private readonly context: WalkContext,
    private readonly ledger: Ledger,
    broker: Broker,
    /** Aborted when the process is to end: the rest is for another walker. */
    private readonly stopping: AbortSignal,
  ) {
    this.publications = new Publications(broker, ledger, context.scan);
    this.backlog = new Backlog(broker, context.scan.priority);
    this.comparison = comparisonOf(context);
  }

  async run(): Promise<SliceEnd> {
    try {
      return await this.steps();
    } catch (error) {
      if (error instanceof Lost) return 'lost';
      throw error;
    } finally {
      // What was begun ends before the message is settled; a first failure has been thrown already.
      await this.publications.ended().catch(() => undefined);
    }
  }

  private async steps(): Promise<SliceEnd> {
    await this.publishUnconfirmed();
    for (;;) {
      const folders = await this.ledger.openFolders(this.context.scan.id, FOLDERS);
      if (folders.length === 0) break;
      const end = await this.walkFolders(folders);
      if (end) return end;
    }
    const end = await this.settle();
    if (end) return end;
    await this.publications.ended();
    return (await this.ledger.endWalk(this.walk, null)) ? 'walked' : 'lost';
  }

  /** What an earlier walker recorded and did not see confirmed is published again; duplicates are harmless. */
  private async publishUnconfirmed(): Promise<void> {
    for (;;) {
      const publications = await this.ledger.unconfirmedPublications(this.context.scan.id, 20);
      if (publications.length === 0) return;
      for (const publication of publications) await this.publications.begin(publication);
      await this.publications.ended();
    }
  }

  /** Walks these folders to their ends, groups read ahead, rows recorded in order. Returns an end where the slice is to end before. */
  private async walkFolders(folders: OpenFolder[]): Promise<SliceEnd | null> {
    const ahead: Ahead[] = [];
    for (const folder of folders) {
      const fresh = this.fresh.delete(folder.id);
      for (const found of walkFolder(this.context, folder, fresh)) {
        // Awaited in its turn; a failure before that must not count as unhandled.
        found.catch(() => undefined);
        ahead.push({ folder, found, end: false });
        while (ahead.length > READ_AHEAD) await this.take(ahead.shift());
        const end = await this.mustEnd();
        if (end) return this.leaveOff(ahead, end);
      }
      ahead.push({ folder, found: Promise.resolve(foundNothing()), end: true });
    }
    while (ahead.length > 0) await this.take(ahead.shift());
    await this.flush();
    return null;
  }

  /** Ends the slice: what was read is recorded, since it is paid for. */
  private async leaveOff(ahead: Ahead[], end: SliceEnd): Promise<SliceEnd> {
    while (ahead.length > 0) await this.take(ahead.shift());
    await this.flush();
    await this.publications.ended();
    return end;
  }

  private async take(next: Ahead | undefined): Promise<void> {
    if (!next) return;
    const found = await this.whileAlive(next.found);
    this.batch.files.push(...found.files);
    this.batch.folders.push(...found.folders);
    this.batch.unsettled.push(...found.unsettled);
    if (found.vanished) this.vanishedFrom.add(next.folder.path);
    if (next.end) {
      await this.listVanished(next.folder.path);
      this.batch.done.push(next.folder.id);
    }
    const { files, folders, unsettled, done } = this.batch;
    if (files.length + folders.length + unsettled.length + done.length >= GROUP) await this.flush();
  }

  private async flush(): Promise<void> {
    const batch = this.batch;
    this.batch = emptyBatch();
    if (Object.values(batch).every((list: unknown[]) => list.length === 0)) return;
    const { comparison, context } = this;
    const files = comparison
      ? await this.whileAlive(judgeCompared(context, comparison, batch.files, batch.settled))
      : judgeEach(context, batch.files);
    const recorded = await this.ledger.record(this.walk, { ...batch, files });
    if (!recorded) throw new Lost();
    this.rows += recorded.inserted;
    for (const folder of recorded.folders) this.fresh.add(folder.id);
    if (recorded.publication) await this.publications.begin(recorded.publication);
  }

  /** What `work` gives; while it lasts, the ledger hears that this walker lives. */
  private async whileAlive<T>(work: Promise<T>): Promise<T> {
    const ended = new AbortController();
    const signs = this.giveSigns(ended.signal);
    try {
      // A sign that can't be given, or the news that the walk is another's, ends the wait; the work's own end then tells nobody.
      work.catch(() => undefined);
      return await Promise.race([work, signs]);
    } finally {
      ended.abort();
    }
  }

  private async giveSigns(ended: AbortSignal): Promise<never> {
    for (;;) {
      await sleep(SIGN_MS, undefined, { signal: ended }).catch(() => undefined);
      if (ended.aborted) return new Promise<never>(() => undefined);
      if (!(await this.ledger.record(this.walk, emptyBatch()))) throw new Lost();
    }
  }

  private async mustEnd(): Promise<SliceEnd | null> {
    if (this.stopping.aborted) return 'more';
    if (!(await this.backlog.mayGoOn())) return 'later';
    if (this.rows >= MOST_ROWS) return 'more';
    if (this.backlog.othersWait && this.rows >= FAIR_ROWS) return 'more';
    return this.rows > 0 && Date.now() - this.began >= MOST_MS ? 'more' : null;
  }

  /** Files that were young when they were met are looked at again. */
  private async settle(): Promise<SliceEnd | null> {
    for (;;) {
      const files = await this.ledger.unsettled(this.context.scan.id, GROUP);
      if (files.length === 0) return null;
      if (!(await whenSettled(files, this.context.settle, SHORT_WAIT_MS))) return 'later';
      const found = await unsettledFound(this.context, files);
      this.batch.files.push(...found.files);
      this.batch.settled.push(...files.map(({ path }) => path));
      for (const path of new Set(found.vanishedFrom)) {
        this.vanishedFrom.add(path);
        await this.listVanished(path);
      }
      await this.flush();
      const end = await this.mustEnd();
      if (end) return end;
    }
  }

  /**
   * Lists a folder again from which a name went, and again where one goes meanwhile. A supplier who goes on and on must not keep the walk from ending: a
   * few times at most.
   */
  private async listVanished(path: string): Promise<void> {
    while (this.vanishedFrom.delete(path)) {
      const times = this.listedAgain.get(path) ?? 0;
      if (times >= MOST_LISTINGS) return;
      this.listedAgain.set(path, times + 1);
      // What was met has its row first, so that it is not met again.
      await this.flush();
      const folder = { id: 0, path };
      for (const found of walkFolder(this.context, folder, false)) await this.take({ folder, found, end: false });
    }
  }
}
