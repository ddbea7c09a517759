import { lstatSync, readFileSync, readdirSync, symlinkSync, utimesSync, watch } from 'node:fs';
import { join } from 'node:path';
import { ANY_STORE, Installation, MAY_MOUNT_READ_ONLY, type ProblemAnswer, digest } from '../installation';

jest.setTimeout(180_000);

const FILES = 600;
const PROFILE = `
name: archive
version: "1"
settleSeconds: 0
transfer: copy
removeEmptyFolders: true
rules:
  - rule: size
    min: 20 B
    fix: Send the whole file.
`;
const MOVING = 'name: moving\nversion: "1"\nrules: []\n';

if (!MAY_MOUNT_READ_ONLY) console.warn('Skipped: this machine lets no process have read-only mounts of its own');
const here = MAY_MOUNT_READ_ONLY ? describe : describe.skip;

here.each(ANY_STORE)('a transfer by copy, the ledger in %s,', (store) => {
  let installation: Installation;
  beforeEach(async () => {
    installation = await Installation.make({
      store,
      readOnly: 'in',
      profiles: { 'archive.yaml': PROFILE, 'moving.yaml': MOVING },
      environment: { SUBSCRIBE_BATCH: '10', SUBSCRIBE_PREFETCH: '20', SWEEP_SECONDS: '3' },
    });
  });
  afterEach(() => installation.close());

  /** All that a write would change, of every file and folder of the delivery. */
  const traces = (): Record<string, string> => {
    const top = join(installation.root, 'in');
    const paths = [top, ...readdirSync(top, { recursive: true, encoding: 'utf8' }).map((path) => join(top, path))];
    return Object.fromEntries(
      paths.map((path) => {
        const { ino, mode, nlink, size, mtimeNs, ctimeNs } = lstatSync(path, { bigint: true });
        return [path, [ino, mode, nlink, size, mtimeNs, ctimeNs].join(' ')];
      }),
    );
  };

  it('leaves read-only sources byte for byte as they were, though a subscriber is killed meanwhile', async () => {
    const taken = new Date('2020-02-29T12:34:56.789Z');
    for (let index = 0; index < FILES; index += 1) {
      const text = index % 10 === 0 ? `bad ${index}` : `the contents of a good file ${index}`;
      utimesSync(installation.write(`in/${index % 7}/deep/f${index}.bin`, text), taken, taken);
    }
    symlinkSync('f0.bin', join(installation.root, 'in/0/deep/link.bin'));
    const before = installation.tree('in');
    const marks = traces();
    const met = new Set<string>();
    const watcher = watch(join(installation.root, 'in'), { recursive: true }, (_, name) => met.add(String(name)));
    await installation.start({ subscribers: 2 });
    const { id } = await installation.scan({ directory: 'in', profile: 'archive' });
    await installation.scanUntil(id, ({ counts }) => counts.accepted + counts.quarantined > 50);
    const [victim] = installation.subscribers;
    await victim?.kill();
    await installation.startSubscriber();
    const scan = await installation.finished(id);
    expect(scan).toMatchObject({
      state: 'completed',
      balanced: true,
      counts: { found: FILES + 1, accepted: 540, quarantined: 60, skipped: 1, errored: 0, pending: 0 },
    });
    const { epilogue } = await installation.concluded(id);
    watcher.close();

    expect(installation.tree('in')).toEqual(before);
    expect(traces()).toEqual(marks);
    expect([...met]).toEqual([]);
    const copies = { ...installation.tree('accepted'), ...installation.tree('quarantined') };
    expect(epilogue?.reasons).toBe(join(installation.root, 'quarantined/REASONS.csv'));
    delete copies['REASONS.csv'];
    const sources = { ...before };
    delete sources['0/deep/link.bin'];
    expect(copies).toEqual(sources);

    const rows = await installation.files(id);
    for (const { path, outcome, destination } of rows) {
      if (outcome === 'skipped') continue;
      expect(destination).toBe(join(installation.root, outcome, path));
      expect(lstatSync(destination ?? '').mtime).toEqual(taken);
    }
    const report = (await installation.api.get(`/v1/scans/${id}/report?format=csv`)).text;
    expect(report.match(/,accepted,/g)).toHaveLength(540);
    expect(report.match(/,quarantined,/g)).toHaveLength(60);
    expect(readFileSync(epilogue?.reasons ?? '', 'utf8').match(/Send the whole file/g)).toHaveLength(60);
    expect(Object.keys(installation.tree()).filter((path) => path.includes('.assay-'))).toEqual([]);
  });

  it('is the only one that read-only sources allow', async () => {
    installation.write('in/a.bin', 'the contents of a good file');
    await installation.start();
    const { status, body } = await installation.api.post<ProblemAnswer>('/v1/scans', {
      directory: 'in',
      profile: 'moving',
    });
    expect([status, body.code, body.errors?.map(({ field }) => field)]).toEqual([
      422,
      'unsafe-file-system',
      ['directory'],
    ]);
    await installation.scan({ directory: 'in', profile: 'archive' });
  });

  it('takes a delivery twice without replacing what it copied before', async () => {
    installation.write('in/a.bin', 'the contents of a good file');
    await installation.start({ subscribers: 1 });
    for (const name of ['a.bin', 'a-2.bin']) {
      const { id } = await installation.scan({ directory: 'in', profile: 'archive' });
      expect(await installation.finished(id)).toMatchObject({ balanced: true, counts: { found: 1, accepted: 1 } });
      const [row] = await installation.files(id);
      expect(row?.destination).toBe(join(installation.root, 'accepted', name));
    }
    const whole = digest('the contents of a good file');
    expect(installation.tree()).toEqual({ 'in/a.bin': whole, 'accepted/a.bin': whole, 'accepted/a-2.bin': whole });
  });
});
