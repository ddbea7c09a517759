import { HAS_POSTGRES, OwnDatabase, onServer } from '../../../../test/installation/own-database';
import {
  everyPage,
  expectBalance,
  found,
  foundMany,
  newScan,
  publishedScan,
  record,
  scanOf,
  startWalk,
} from '../contract/bed';
import { start } from '../contract/processes';
import { LedgerMisconfigured, LedgerUnavailable, openLedger, openThreadedLedger } from '../index';
import { Database } from './database';
import { migrate } from './migrate';
import { STEPS } from './schema';

const thrownBy = async (call: Promise<unknown>): Promise<Error> =>
  call.then(
    () => new Error('nothing was thrown'),
    (error: unknown) => error as Error,
  );

describe('a PostgreSQL URL', () => {
  it.each([
    'postgres://user:s3cret@host:no/db',
    'postgres://user:s3cret@',
    'postgres://user:s3cret@h/d?sslrootcert=/none',
  ])('that can not be used is refused without a word of its password: %s', async (url) => {
    const error = await thrownBy(openLedger({ url }));
    expect(error).toBeInstanceOf(LedgerMisconfigured);
    expect(error.message).toContain('DATABASE_URL');
    expect(`${error.message} ${error.stack}`).not.toContain('s3cret');
  });

  it('where nothing listens is unavailable', async () => {
    const error = await thrownBy(openLedger({ url: 'postgres://user:s3cret@127.0.0.1:1/db' }));
    expect(error).toBeInstanceOf(LedgerUnavailable);
    expect(error.message).not.toContain('s3cret');
  });
});

(HAS_POSTGRES ? describe : describe.skip)('a PostgreSQL server', () => {
  let database: OwnDatabase;
  const roles: string[] = [];

  beforeEach(async () => {
    database = await OwnDatabase.make();
  });
  afterEach(async () => {
    await database.remove();
    for (const role of roles.splice(0)) await onServer(`DROP ROLE "${role}"`);
  });

  /** The database's URL for a user with no rights but those given. */
  async function urlFor(attributes: string): Promise<string> {
    const role = `user-${database.name}`;
    roles.push(role);
    await onServer(`CREATE ROLE "${role}" LOGIN PASSWORD 's3cret' ${attributes}`);
    const url = new URL(database.url);
    url.username = role;
    url.password = 's3cret';
    return url.href;
  }

  it('refuses a wrong password, a database that is not there and a user without rights, until that is mended', async () => {
    const url = await urlFor('');
    const error = await thrownBy(openLedger({ url }));
    expect(error).toBeInstanceOf(LedgerMisconfigured);
    expect(error.message).toMatch(/^DATABASE_URL: .*permission denied/);
    const wrong = await thrownBy(openLedger({ url: url.replace('s3cret', 'other') }));
    expect(wrong).toBeInstanceOf(LedgerMisconfigured);
    expect(wrong.message).not.toContain('other');
    const absent = await thrownBy(openLedger({ url: `${database.url}-absent` }));
    expect(absent).toBeInstanceOf(LedgerMisconfigured);
    await onServer(`GRANT CREATE ON DATABASE "${database.name}" TO "${roles[0]}"`);
    const ledger = await openLedger({ url });
    await ledger.ping();
    await ledger.close();
  });

  it('is never spoken to in the clear where the URL asks for TLS', async () => {
    const error = await thrownBy(openLedger({ url: `${database.url}?sslmode=verify-full` }));
    expect(error).toBeInstanceOf(LedgerUnavailable);
    expect(error.message).toContain('SSL');
  });

  it('must keep names in UTF-8', async () => {
    const other = await OwnDatabase.make(`TEMPLATE template0 ENCODING 'SQL_ASCII'`);
    const error = await thrownBy(openLedger({ url: other.url }));
    expect(error).toBeInstanceOf(LedgerMisconfigured);
    expect(error.message).toContain('SQL_ASCII');
    await other.remove();
  });

  it('with the ledger of an earlier program is brought up to date, and keeps what it holds', async () => {
    const earlier = new Database({ url: database.url, readOnly: false, patience: 5_000 });
    await migrate(earlier, false, STEPS.slice(0, 1));
    await earlier.close();
    await database.query(`INSERT INTO assay.holders (name, held, seen_at) VALUES ('from before', 3, 7)`);
    const [one, two] = await Promise.all([openLedger({ url: database.url }), openLedger({ url: database.url })]);
    expect(await one.holders()).toEqual([{ name: 'from before', held: 3, seenAt: 7, paused: null }]);
    const head = `sha256:${'0'.repeat(64)}`;
    expect(await two.alike({ scan: null, finishedBy: 1 }, [{ size: 1, head }])).toEqual([
      { scan: false, accepted: false, undigested: [] },
    ]);
    await one.close();
    await two.close();
  });

  it('with the ledger of a later program is refused, and one that is only read must have a ledger', async () => {
    expect(await thrownBy(openLedger({ url: database.url, readOnly: true }))).toBeInstanceOf(LedgerMisconfigured);
    await (await openLedger({ url: database.url })).close();
    await database.query('INSERT INTO assay.schema_steps (no, taken_at) VALUES ($1, now())', [STEPS.length + 1]);
    const error = await thrownBy(openLedger({ url: database.url }));
    expect(error).toBeInstanceOf(LedgerMisconfigured);
    expect(error.message).toContain('later version');
  });

  it('that ends connections is used on through new ones', async () => {
    const ledger = await openThreadedLedger({ url: database.url });
    const scan = await startWalk(ledger);
    for (let round = 0; round < 5; round += 1) {
      await Promise.all([ledger.ping(), ledger.beat('h', round), ledger.scan(scan.scan)]);
      await onServer(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${database.name}' AND pid <> pg_backend_pid()`,
      );
      // Transactions begin anew; one statement alone may have been cut off.
      await ledger.ping();
    }
    expect(await ledger.holders()).toHaveLength(1);
    await ledger.close();
  });

  it('is unavailable while it takes no more connections, may only be read, or keeps a row locked; and is used on afterwards', async () => {
    const url = await urlFor('CONNECTION LIMIT 1');
    await onServer(`GRANT CREATE ON DATABASE "${database.name}" TO "${roles[0]}"`);
    const first = await openLedger({ url, patience: 300 });
    const full = await thrownBy(openLedger({ url }));
    expect(full).toBeInstanceOf(LedgerUnavailable);
    expect(full.message).toContain('53300');
    await first.close();

    await onServer(`ALTER DATABASE "${database.name}" SET default_transaction_read_only = on`);
    const ledger = await openLedger({ url: database.url, patience: 300 });
    const read = await thrownBy(ledger.ping());
    expect(read).toBeInstanceOf(LedgerUnavailable);
    expect(read.message).toContain('25006');
    expect(await ledger.scans({ limit: 1 })).toEqual([]);
    await ledger.close();
    await onServer(`ALTER DATABASE "${database.name}" RESET default_transaction_read_only`);

    const again = await openLedger({ url: database.url, patience: 300 });
    const held = database.query('UPDATE assay.pings SET at = 1; SELECT pg_sleep(1.5)');
    await new Promise((later) => setTimeout(later, 300));
    const locked = await thrownBy(again.ping());
    expect(locked).toBeInstanceOf(LedgerUnavailable);
    expect(locked.message).toContain('55P03');
    await held;
    await again.ping();
    const beat = again.beat('h', 1);
    await Promise.all([again.close(), again.close(), beat]);
    await expect(again.ping()).rejects.toBeInstanceOf(LedgerUnavailable);
  });

  it('keeps names that are longer than an index takes, and text that it has no sign for', async () => {
    const ledger = await openLedger({ url: database.url });
    const walk = await startWalk(ledger, newScan({ label: 'nul \0 here' }));
    const long = 'deep/'.repeat(1_600);
    const files = ['a', 'b', `${'x'.repeat(990)}`].map((end) => found(`${long}${end}`));
    await record(ledger, walk, files);
    expect(await record(ledger, walk, files)).toMatchObject({ inserted: 0 });
    const rows = await everyPage(ledger, walk.scan, { path: long });
    expect(rows.map(({ path, destination }) => [path, destination])).toEqual(
      files.map(({ path }) => [path, `/data/accepted/${path}`]),
    );
    expect(await everyPage(ledger, walk.scan, { path: `${long}b` })).toHaveLength(1);
    expect(await everyPage(ledger, walk.scan, { code: '\0' })).toEqual([]);
    expect((await ledger.scans({ label: 'nul \0 here', limit: 2 })).map(({ label }) => label)).toEqual([
      'nul \ufffd here',
    ]);
    await ledger.claim('h', [{ scan: walk.scan, seq: 1e300, path: 'a', generation: 1 }], 1);
    await ledger.close();
  });

  it('lets eight processes race for the same rows: each is claimed and counted once, and none waits in a circle', async () => {
    const ledger = await openLedger({ url: database.url });
    const { scan } = await publishedScan(ledger, foundMany(400));
    const walked = await publishedScan(ledger, []);
    expect(await scanOf(ledger, walked.scan)).toMatchObject({ state: 'completed' });
    const racing = Array.from({ length: 8 }, (_, at) => start(database.url, 'place', scan, `holder-${at}`, '25'));
    expect(await Promise.all(racing.map(({ end }) => end))).toEqual(racing.map(() => 0));
    expect(await scanOf(ledger, scan)).toMatchObject({ state: 'completed', balanced: true, counts: { accepted: 400 } });
    await expectBalance(ledger, scan);
    expect((await everyPage(ledger, scan)).every(({ attempts }) => attempts === 1)).toBe(true);
    const [row] = await database.query<{ deadlocks: string }>(
      'SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()',
    );
    expect(Number(row?.deadlocks)).toBe(0);
    await ledger.close();
  });
});
