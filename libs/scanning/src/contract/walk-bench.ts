import { Broker, filesQueue } from '@assay/broker';
import { FactReaders, Roots, resolveRoot, selection } from '@assay/files';
import { compileProfile, parseProfile } from '@assay/inspection/profile';
import { type FileRecord, type Ledger, type Scan, type Walk, openLedger } from '@assay/ledger';
import { Logger } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { WalkContext } from '../walk-folder';
import { type SliceEnd, SliceWalk } from '../walk-slice';

/** Readers are compiled programs; npm test builds them first. */
const READER = resolve(process.env['ASSAY_BUILD'] ?? 'dist', 'libs/files/src/read-facts/reader.js');
export const LONG_AGO = new Date('2024-01-01T00:00:00Z');

export interface TakenWalk {
  walk: Walk;
  scan: Scan;
}

/** A virtual host of the suite's own. */
export interface OwnHost {
  operatorUrl: string;
  purge(queue: string): Promise<unknown>;
  remove(): Promise<void>;
}

/** Walks without a walker's process: readers and a broker's host for a suite; folders and a ledger for each test, from {@link lay} to {@link clear}. */
export class WalkBench {
  /** The root of everything. */
  top = '';
  /** What is scanned. */
  directory = '';
  ledger!: Ledger;

  private constructor(
    private readonly host: OwnHost,
    readonly broker: Broker,
    readonly readers: FactReaders,
  ) {}

  /** The host is removed by {@link close}. */
  static async make(name: string, host: OwnHost): Promise<WalkBench> {
    const broker = new Broker({
      url: host.operatorUrl,
      name,
      publishMilliseconds: 5_000,
      window: 1_000,
      logger: new Logger(),
    });
    broker.start();
    await broker.ready(10_000);
    return new WalkBench(host, broker, new FactReaders({ processes: 2, entry: READER }));
  }

  async close(): Promise<void> {
    await this.readers.close();
    await this.broker.close(1_000);
    await this.host.remove();
  }

  /** New folders and a new ledger, the queue empty. */
  async lay(): Promise<void> {
    this.top = resolveRoot(fs.mkdtempSync(join(tmpdir(), 'walk-')));
    this.directory = join(this.top, 'in');
    fs.mkdirSync(this.directory);
    this.ledger = await openLedger({ url: `sqlite:${join(this.top, 'ledger.sqlite')}` });
    await this.host.purge(filesQueue('normal'));
  }

  async clear(): Promise<void> {
    await this.ledger.close();
    fs.rmSync(this.top, { recursive: true, force: true });
  }

  /** A file of the scanned directory, its folders made first. */
  write(path: string | Buffer, contents: string | Buffer = 'a text of some length', time = LONG_AGO): void {
    const full = Buffer.concat([Buffer.from(`${this.directory}/`), Buffer.from(path)]);
    fs.mkdirSync(full.subarray(0, full.lastIndexOf('/')), { recursive: true });
    fs.writeFileSync(full, contents);
    fs.utimesSync(full, time, time);
  }

  /** A scan by a profile's text. Its id. */
  async scan(text: string, more: Partial<Scan> = {}): Promise<string> {
    const profile = parseProfile({ file: 'spec.yaml', text });
    if (!profile.ok) throw new Error(JSON.stringify(profile.problems));
    const id = randomUUID();
    const created = await this.ledger.createScan(
      {
        id,
        directory: this.directory,
        accept: join(this.top, 'accepted'),
        quarantine: join(this.top, 'quarantined'),
        profile: { name: 'spec', version: '1', digest: 'sha256:0', definition: profile.definition },
        dryRun: false,
        priority: 'normal',
        label: null,
        startAt: null,
        requestedBy: null,
        requestId: 'request-9',
        ...more,
      },
      null,
    );
    expect(created.kind).toBe('created');
    return id;
  }

  async take(scan: string): Promise<TakenWalk> {
    const taken = await this.ledger.takeWalk(scan);
    if (!taken) throw new Error('the walk could not be taken');
    return taken;
  }

  slice(taken: TakenWalk, stopping = new AbortController().signal): SliceWalk {
    return new SliceWalk(taken.walk, this.context(taken), this.ledger, this.broker, stopping);
  }

  context({ scan }: TakenWalk): WalkContext {
    const definition = scan.profile.definition as Parameters<typeof compileProfile>[0];
    return {
      scan,
      profile: compileProfile(definition),
      directory: { root: this.top, relative: scan.directory.slice(this.top.length + 1) },
      ledger: this.ledger,
      readers: this.readers,
      roots: new Roots([this.top]),
      select: selection(definition.include ?? [], definition.exclude ?? []),
      settle: definition.settleSeconds * 1000,
    };
  }

  async walkOn(scan: string): Promise<SliceEnd> {
    return this.slice(await this.take(scan)).run();
  }

  async rows(scan: string): Promise<FileRecord[]> {
    const all: FileRecord[] = [];
    for (;;) {
      const page = await this.ledger.files(scan, { after: all.at(-1)?.seq ?? 0, limit: 1000 });
      all.push(...page);
      if (page.length === 0) return all;
    }
  }
}
