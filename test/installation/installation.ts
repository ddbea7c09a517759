import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Ledger, openLedger } from '@assay/ledger';
import { type Answer, ApiClient, type FileAnswer, type ScanAnswer } from './api-client';
import { HAS_POSTGRES, OwnDatabase } from './own-database';
import { type Program, ProductProcess } from './product-process';
import { tree } from './tree';
import { type TestBroker, Vhost } from '../broker/vhost';

/** Where an installation keeps its ledger. */
export type Store = 'SQLite' | 'PostgreSQL';
/** Those that this run has, for the main job's suites and those that put a store's own SQL to work: they hold on each. */
export const STORES: readonly Store[] = HAS_POSTGRES ? ['SQLite', 'PostgreSQL'] : ['SQLite'];
/**
 * For suites that ask of a ledger nothing but what its contract suite proves of each store: they run on the first one. Where ASSAY_TEST_STORES is
 * `every`, as `npm run test:nodes` sets it, they run on each as well.
 */
export const ANY_STORE: readonly Store[] = process.env['ASSAY_TEST_STORES'] === 'every' ? STORES : STORES.slice(0, 1);

export interface InstallationOptions {
  /** Default SQLite; PostgreSQL is a database of its own, dropped when the installation is closed. */
  store?: Store;
  /** Default: the broker of this run. */
  broker?: TestBroker;
  /** Beside, or instead of, what an installation sets itself. */
  environment?: Record<string, string>;
  /** Names of the roots' folders; default one, `data`. */
  roots?: readonly string[];
  /** A folder in the first root that every process finds on a read-only file system; see {@link MAY_MOUNT_READ_ONLY}. It is made. */
  readOnly?: string;
  /** Sent with every request to the API. */
  headers?: Record<string, string>;
  /** Profiles by file name, as YAML; default: those that are shipped. */
  profiles?: Record<string, string>;
}

export interface StartOptions {
  /** Default 0. */
  subscribers?: number;
  /** For all processes that are started now. */
  environment?: Record<string, string>;
  /** Root is subject to permissions like everybody. Default false. */
  confined?: boolean;
}

const FINISHED = ['completed', 'cancelled', 'failed'];

/**
 * A whole installation of the built product, for one test or suite: a vhost, folders and a ledger of its own, and real processes. Made by
 * {@link make}, closed by {@link close}, whatever happened in between.
 */
export class Installation {
  readonly home: string;
  /** Absolute, without symlinks. */
  readonly roots: readonly string[];
  private readonly processes: ProductProcess[] = [];
  private opened: Promise<Ledger> | null = null;

  private constructor(
    readonly top: string,
    readonly vhost: Vhost,
    private readonly database: OwnDatabase | null,
    private readonly options: InstallationOptions,
  ) {
    this.home = join(top, 'home');
    this.roots = (options.roots ?? ['data']).map((name) => join(top, name));
    for (const folder of [this.home, ...this.roots]) mkdirSync(folder, { recursive: true });
    if (this.readOnly !== undefined) mkdirSync(this.readOnly, { recursive: true });
    for (const [name, text] of Object.entries(options.profiles ?? {})) this.write(join(top, 'profiles', name), text);
  }

  static async make(options: InstallationOptions = {}): Promise<Installation> {
    const vhost = await Vhost.make(options.broker);
    const database = options.store === 'PostgreSQL' ? await OwnDatabase.make() : null;
    return new Installation(realpathSync(mkdtempSync(join(tmpdir(), 'assay-product-'))), vhost, database, options);
  }

  /** Absolute; see {@link InstallationOptions.readOnly}. */
  private get readOnly(): string | undefined {
    const { readOnly } = this.options;
    return readOnly === undefined ? undefined : join(this.root, readOnly);
  }

  /** The first root. */
  get root(): string {
    return this.roots[0] ?? '';
  }

  /** Where the ledger is, as the product is told. */
  get databaseUrl(): string {
    return this.database?.url ?? `sqlite:${join(this.home, 'ledger.sqlite')}`;
  }

  /** What every process of this installation is given. */
  get environment(): Record<string, string> {
    return {
      ASSAY_HOME: this.home,
      INSPECTION_ROOTS: this.roots.join(':'),
      PORT: '0',
      AMQP_URL: this.vhost.url,
      DRAIN_SECONDS: '10',
      ...(this.database === null ? {} : { DATABASE_URL: this.database.url }),
      ...(this.options.profiles === undefined ? {} : { PROFILES_DIR: join(this.top, 'profiles') }),
      ...this.options.environment,
    };
  }

  /** Starts one API process and the subscribers; resolves when all are ready. */
  async start({ subscribers = 0, environment = {}, confined = false }: StartOptions = {}): Promise<this> {
    const started = [this.startApi(environment, confined)];
    for (let count = 0; count < subscribers; count += 1) started.push(this.startSubscriber(environment, confined));
    await Promise.all(started);
    return this;
  }

  /** Another API process; it is the one that {@link api} speaks to from now on. */
  startApi(environment: Record<string, string> = {}, confined = false): Promise<ProductProcess> {
    return this.spawn('api', environment, confined).ready();
  }

  startSubscriber(environment: Record<string, string> = {}, confined = false): Promise<ProductProcess> {
    return this.spawn('subscriber', { activeInspectionSubscribe: 'true', ...environment }, confined).ready();
  }

  /** A process that need not become ready. */
  spawn(program: Program, environment: Record<string, string> = {}, confined = false): ProductProcess {
    const started = new ProductProcess(
      program,
      { ...this.environment, ...environment },
      { confined, readOnly: this.readOnly },
    );
    this.processes.push(started);
    return started;
  }

  /** The youngest API process that lives. */
  get apiProcess(): ProductProcess {
    const found = this.alive('api').at(-1);
    if (!found) throw new Error('No API process lives');
    return found;
  }

  get subscribers(): ProductProcess[] {
    return this.alive('subscriber');
  }

  /** Speaks to the youngest API process. */
  get api(): ApiClient {
    return this.clientOf(this.apiProcess, this.options.headers);
  }

  clientOf(started: ProductProcess, headers: Record<string, string> = {}): ApiClient {
    const line = started.log.find(({ url }) => typeof url === 'string');
    if (!line) throw new Error(`This process does not listen:\n${started.output}`);
    return new ApiClient(String(line['url']), headers);
  }

  /** Writes a file (its folders made first); relative paths are relative to the first root. Its absolute path. */
  write(path: string, content: string | Buffer = ''): string {
    const absolute = path.startsWith('/') ? path : join(this.root, path);
    mkdirSync(dirname(absolute), { recursive: true });
    writeFileSync(absolute, content);
    return absolute;
  }

  /** Everything beneath a folder (default: the first root), see {@link tree}. */
  tree(folder = '.'): Record<string, string> {
    return tree(folder.startsWith('/') ? folder : join(this.root, folder));
  }

  /** Asks for a scan; throws unless it is taken. */
  async scan(body: { directory: string; profile: string } & Record<string, unknown>): Promise<ScanAnswer> {
    const answer = await this.api.post<ScanAnswer>('/v1/scans', body);
    if (answer.status !== 202) throw new Error(`The scan was refused: ${answer.text}`);
    return answer.body;
  }

  /** The scan once it has finished. Throws where it has not within `milliseconds`. */
  finished(id: string, milliseconds = 60_000): Promise<ScanAnswer> {
    return this.scanUntil(id, ({ state }) => FINISHED.includes(state), milliseconds);
  }

  /** The scan once what comes after its end is done too, for which a subscriber must live. Throws where it is not within `milliseconds`. */
  concluded(id: string, milliseconds = 60_000): Promise<ScanAnswer> {
    return this.scanUntil(id, ({ epilogue }) => epilogue !== null, milliseconds);
  }

  async scanUntil(id: string, holds: (scan: ScanAnswer) => boolean, milliseconds = 60_000): Promise<ScanAnswer> {
    const deadline = Date.now() + milliseconds;
    for (;;) {
      const { body } = await this.api.get<ScanAnswer>(`/v1/scans/${id}`);
      if (holds(body)) return body;
      if (Date.now() > deadline) throw new Error(`The scan did not come so far in time: ${JSON.stringify(body)}`);
      await sleep(50);
    }
  }

  /** Every row of a scan, by the API. */
  async files(id: string): Promise<FileAnswer[]> {
    const files: FileAnswer[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const query = cursor === '' ? '' : `&cursor=${cursor}`;
      const page: Answer<{ items: FileAnswer[]; nextCursor: string | null }> = await this.api.get(
        `/v1/scans/${id}/files?limit=1000${query}`,
      );
      files.push(...page.body.items);
      cursor = page.body.nextCursor;
    }
    return files;
  }

  /** The installation's ledger, opened beside its processes. */
  ledger(): Promise<Ledger> {
    this.opened ??= openLedger({ url: this.databaseUrl });
    return this.opened;
  }

  /** Stops every process in order; what each ended with. */
  async stop(): Promise<(number | NodeJS.Signals)[]> {
    return Promise.all([...this.alive('api'), ...this.alive('subscriber')].map((one) => one.stop()));
  }

  /** Ends everything and leaves nothing behind. Idempotent. */
  async close(): Promise<void> {
    await Promise.all(this.processes.map((one) => one.kill()));
    await (await this.opened)?.close();
    await this.database?.remove();
    await this.vhost.remove();
    rmSync(this.top, { recursive: true, force: true });
  }

  private alive(program: Program): ProductProcess[] {
    return this.processes.filter((one) => one.program === program && one.alive);
  }
}
